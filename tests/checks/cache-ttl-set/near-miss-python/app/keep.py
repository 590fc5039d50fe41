import redis
from django.core.cache import cache

r = redis.Redis()
local = {}
cache_misses = 0


def lock(name):
    return r.set(f"lock:{name}", "1", nx=True)


def visits():
    r.incr("counter:visits")
    r.set("counter:visits:start", 0)


def with_expire(number, value):
    global cache_misses
    cache_misses += 1
    r.set(f"shipment:{number}", value)
    r.expire(f"shipment:{number}", 600)


def default_timeout(number, value):
    # Django's own default applies.
    cache.set(f"parcel:{number}", value)


def in_the_process(number, value):
    local.setdefault(number, value)
    settings = {}
    settings.update({number: value})
    return settings.get(number)


def kept(number, value):
    r.set(f"parcel:{number}:copy", value, keepttl=True)


def piped(values):
    pipe = r.pipeline()
    for number, value in values.items():
        pipe.set(f"parcel:{number}", value, ex=60)
    pipe.execute()


def newest(release):
    # One key, written anew by the daily job.
    cache.set("newest_release", release, None)
