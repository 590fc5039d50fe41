from sqlalchemy.orm import Session

from yard import lookups


def create(session: Session, names: list[str], yard_id: int | None = None):
    found = []
    if yard_id:
        found = bulk_find(session, names)
    return found


def draft(session: Session, names: list[str], yard_id: int | None = None):
    if not yard_id:
        return []
    return bulk_match(session, names)


def bulk_find(session: Session, names: list[str]):
    return [lookups.get_vessel(session, name) for name in names]


def bulk_match(session: Session, names: list[str]):
    return [lookups.get_vessel(session, name) for name in names]


def announce(vessel_ids: list[int], request: Session):
    for vessel_id in bulk(vessel_ids):
        lookups.get_berth(request, vessel_id)


def bulk(vessel_ids: list[int]):
    return sorted(vessel_ids)


def berths_of(session: Session, vessel_ids: list[int]):
    batch = []
    for vessel_id in vessel_ids:
        batch.append(lookups.get_berth(session, vessel_id))
    return batch
