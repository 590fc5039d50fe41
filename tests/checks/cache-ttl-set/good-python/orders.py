import json
from datetime import timedelta

import redis

r = redis.Redis()
cache_hits = cache_misses = 0


def order(number, load):
    global cache_hits, cache_misses
    key = "order:{}".format(number)
    if (hit := r.get(key)) is not None:
        cache_hits += 1
        return json.loads(hit)
    cache_misses += 1
    value = load(number)
    r.set(key, json.dumps(value), ex=timedelta(minutes=10))
    return value


def customer(number, load):
    value = load(number)
    r.setex(f"customer:{number}", 600, json.dumps(value))
    return value
