import redis

r = redis.Redis.from_url("redis://cache:6379")
_page_cache = {}
PAGES = 500


def article(slug, load):
    key = f"article:{slug}"
    if hit := r.get(key):
        return hit
    value = load(slug)
    r.set(key, value, ex=600)
    return value


def page(url, load):
    if url not in _page_cache:
        if len(_page_cache) >= PAGES:
            _page_cache.clear()
        _page_cache[url] = load(url)
    return _page_cache[url]
