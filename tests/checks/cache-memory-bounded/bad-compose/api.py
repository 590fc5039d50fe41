import redis

r = redis.Redis.from_url("redis://cache:6379")
_page_cache = {}


def article(slug, load):
    key = f"article:{slug}"
    if hit := r.get(key):
        return hit
    value = load(slug)
    r.set(key, value)
    return value


def page(url, load):
    if url not in _page_cache:
        _page_cache[url] = load(url)
    return _page_cache[url]
