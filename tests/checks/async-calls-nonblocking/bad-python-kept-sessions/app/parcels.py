from sqlalchemy.orm import Session

from app.models import Parcel


class ParcelRepository:
    def __init__(self, db: Session) -> None:
        self.db = db

    def open_ones(self) -> list[Parcel]:
        return self.db.query(Parcel).filter(Parcel.open.is_(True)).limit(50).all()


class ParcelService:
    def __init__(self, parcels: ParcelRepository) -> None:
        self.parcels = parcels

    def waiting(self) -> list[Parcel]:
        return self.parcels.open_ones()
