from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from app.models import Berth

engine = create_engine("postgresql+psycopg2://quay@db/quay")


def get_berth(session: Session, berth_id: int):
    return session.scalar(select(Berth).filter_by(id=berth_id))


def list_berths(session: Session):
    return session.scalars(select(Berth)).all()


def add_berth(session: Session, berth: Berth):
    session.add(berth)
    session.commit()
    return berth
