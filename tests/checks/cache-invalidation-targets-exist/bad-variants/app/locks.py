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


def keep_lock(lock_id: str, data: str) -> None:
    r.setex(f"gate:{lock_id}", 600, data)


# Of gates, not of what they are kept in: deleted in vain, and nothing is stale.
def forget_ships(lock: str) -> None:
    r.delete(f"ships:gate:{lock}")


# An id is not one of some words.
def forget_gates() -> None:
    r.delete("gate:all")
