from datetime import datetime

from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Parcel(Base):
    __tablename__ = "parcels"

    id: Mapped[int] = mapped_column(primary_key=True)
    barcode: Mapped[str]
    depot_id: Mapped[int]
    state: Mapped[str]
    handed_over: Mapped[bool]
    received_at: Mapped[datetime]
