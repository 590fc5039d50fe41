import json

import redis

r = redis.Redis()


# One of two keys is written, and both are deleted.
def keep(lock: str, short: bool, data: dict) -> None:
    suffix = ":short" if short else ":long"
    r.setex(f"lock:meta:{lock}{suffix}", 600, json.dumps(data))


def forget(lock: str) -> None:
    r.delete(f"lock:meta:{lock}:short")
    r.delete(f"lock:meta:{lock}:long")


def keep_level(lock: str, upper: bool, level: int) -> None:
    if upper:
        side = "upper"
    else:
        side = "lower"
    r.setex(f"level:{lock}:{side}", 60, level)


def forget_level(lock: str) -> None:
    r.delete(f"level:{lock}:upper")
    r.delete(f"level:{lock}:lower")


# What the ending is only the caller knows.
def keep_plan(lock: str, ending: str, plan: str) -> None:
    r.setex(f"plans:{lock}{ending}", 600, plan)


def forget_plan(lock: str) -> None:
    r.delete(f"plans:{lock}:winter")


# What kind it is only the caller knows.
def keep_log(lock: str, kind: str, log: str) -> None:
    r.setex(f"log:{lock}:{kind}", 600, log)


def forget_log(lock: str) -> None:
    r.delete(f"log:{lock}:night")
