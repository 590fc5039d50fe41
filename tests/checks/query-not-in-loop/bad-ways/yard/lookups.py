from sqlalchemy import select
from sqlalchemy.orm import Session

from yard.models import Berth, Tariff, Vessel


def get_vessel(session: Session, name: str):
    return session.scalars(select(Vessel).where(Vessel.name == name)).first()


def get_berth(session: Session, vessel_id: int):
    return session.scalars(select(Berth).where(Berth.vessel_id == vessel_id)).first()


def get_tariff(*, session: Session, yard_id: int):
    return session.scalars(select(Tariff).where(Tariff.yard_id == yard_id)).first()
