from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from depot.models import Tour


def list_open_tours(db: Session):
    stmt = select(Tour).options(selectinload(Tour.parcels)).limit(200)
    return db.scalars(stmt).all()
