import json

import redis

r = redis.Redis()


def keep(lock: str, short: bool, data: dict) -> None:
    suffix = "short" if short else "long"
    r.setex(f"lock:meta:{lock}:{suffix}", 600, json.dumps(data))


# Neither of the two.
def forget(lock: str) -> None:
    r.delete(f"lock:meta:{lock}")


def keep_level(lock: str, level: int) -> None:
    r.setex(f"lock_level:{lock}", 60, level)


# Neither value makes the key that is written.
def forget_level(lock: str, upper: bool) -> None:
    side = "upper" if upper else "lower"
    r.delete(f"lock_level:{lock}:{side}")
