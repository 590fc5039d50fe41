from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class Driver(Base):
    __tablename__ = "drivers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    tours: Mapped[list["Tour"]] = relationship(back_populates="driver")


class Parcel(Base):
    __tablename__ = "parcels"
    id: Mapped[int] = mapped_column(primary_key=True)
    tour_id: Mapped[int] = mapped_column(ForeignKey("tours.id"))
    weight: Mapped[int]
    tour: Mapped["Tour"] = relationship(back_populates="parcels")


class Tour(Base):
    __tablename__ = "tours"
    id: Mapped[int] = mapped_column(primary_key=True)
    driver_id: Mapped[int] = mapped_column(ForeignKey("drivers.id"))
    day: Mapped[str]
    driver: Mapped["Driver"] = relationship(back_populates="tours")
    parcels: Mapped[list["Parcel"]] = relationship(back_populates="tour")
    stops: Mapped[list["Stop"]] = relationship(lazy="selectin")


class Stop(Base):
    __tablename__ = "stops"
    id: Mapped[int] = mapped_column(primary_key=True)
    tour_id: Mapped[int] = mapped_column(ForeignKey("tours.id"))
