import redis

r = redis.Redis()


# What a harbour has bought: added to in one file, set anew in another function.
def buy(harbour: int, amount: int) -> int:
    return r.incrby(f"moorings_bought:{harbour}", amount)


def reconcile(harbour: int, total: int) -> None:
    known = r.get(f"moorings_bought:{harbour}")
    if known is None or int(known) != total:
        r.set(f"moorings_bought:{harbour}", total)


# Read, changed by one, and written again: nothing else knows the number.
def enter(harbour: int) -> int:
    seen = r.get(f"ships:{harbour}")
    if seen is None:
        ships = 0
    else:
        ships = int(seen)
    r.set(f"ships:{harbour}", ships + 1)
    return ships + 1


def leave(harbour: int) -> None:
    ships = int(r.get(f"ships:{harbour}") or 0)
    r.set(f"ships:{harbour}", max(0, ships - 1))


def turn(harbour: int) -> None:
    turns = int(r.get(f"turns:{harbour}") or 0)
    turns += 1
    r.set(f"turns:{harbour}", turns)


def rest(harbour: int) -> None:
    r.set(f"rests:{harbour}", str(int(r.get(f"rests:{harbour}") or 0) + 1))


# When the next one may go: one key for each kind of ferry, given by a parameter.
def put_off(r: redis.Redis, schedule_key: str, at: str) -> str | None:
    before = r.get(schedule_key)
    r.set(schedule_key, at)
    return before
