from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Crew(Base):
    __tablename__ = "crews"

    id: Mapped[int] = mapped_column(primary_key=True)
    crew_uuid: Mapped[str]
    name: Mapped[str]


class BerthCrew(Base):
    __tablename__ = "berth_crews"

    id: Mapped[int] = mapped_column(primary_key=True)
    berth_uuid: Mapped[str]
    crew_id: Mapped[int] = mapped_column(ForeignKey("crews.id"))


class Shelf(Base):
    __tablename__ = "shelves"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("shelves.id"))


class Voyage(Base):
    __tablename__ = "voyages"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Leg(Base):
    __tablename__ = "legs"

    id: Mapped[int] = mapped_column(primary_key=True)
    voyage_id: Mapped[int] = mapped_column(ForeignKey("voyages.id"))
