from sqlalchemy.orm import Session

from yard import lookups


def create(session: Session, names: list[str], yard_id: int | None = None):
    if yard_id is not None and names:
        return many_found(session, names)
    return []


def many_found(session: Session, names: list[str]):
    return [lookups.get_vessel(session, name) for name in names]


def removed(session: Session, vessel_ids: list[int]):
    return many_removed(session, vessel_ids)


def many_removed(session: Session, vessel_ids: list[int]):
    return [lookups.get_berth(session, vessel_id) for vessel_id in vessel_ids]


def dropped(session: Session, ids: list[int] | None = None):
    if ids:
        return many_dropped(session, ids)
    return []


def many_dropped(session: Session, ids: list[int]):
    return [lookups.get_berth(session, one) for one in ids]


def announce(names: list[str], request: Session):
    for name in names:
        lookups.get_vessel(request, name)


def tell(session: Session, names: list[str]):
    for name in names:
        lookups.get_vessel(session, name)


def recount(session: Session, vessel_ids: list[int]):
    # Called by nobody but a script.
    return many_removed(session, vessel_ids)
