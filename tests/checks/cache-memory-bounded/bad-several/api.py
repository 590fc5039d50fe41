import redis

r = redis.Redis.from_url("redis://pages:6379")


def article(slug, load):
    key = f"article:{slug}"
    if hit := r.get(key):
        return hit
    value = load(slug)
    r.set(key, value)
    return value
