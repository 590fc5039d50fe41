import redis

from app.store import price_of, toll_of

r = redis.Redis()


# A sum of what was read elsewhere is a copy like any other.
def fare(ferry: int) -> int:
    known = r.get(f"fare:{ferry}")
    if known is not None:
        return int(known)
    fare = price_of(ferry) + toll_of(ferry)
    r.set(f"fare:{ferry}", fare)
    return fare


def name(ferry: int) -> str:
    known = r.get(f"name:{ferry}")
    if known is not None:
        return known
    r.set(f"name:{ferry}", "MV " + str(ferry))
    return "MV " + str(ferry)


def board(ferry: int) -> None:
    known = r.get(f"board:{ferry}")
    if known is None:
        r.set(f"board:{ferry}", price_of(ferry), ex=600)


# Counted, and so not one of those that are to run out.
def calls(ferry: int) -> None:
    r.set(f"calls:{ferry}", int(r.get(f"calls:{ferry}") or 0) + 1)
