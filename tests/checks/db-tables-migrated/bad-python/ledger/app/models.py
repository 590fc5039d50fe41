from sqlalchemy import ForeignKey, String, Table, Column, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

metadata = MetaData()


class Base(DeclarativeBase):
    metadata = metadata


class Entry(Base):
    __tablename__ = "entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str | None] = mapped_column(String(200))


class Label(Base):
    __tablename__ = "labels"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("entries.id"))


rates = Table(
    "rates",
    metadata,
    Column("id", Integer, primary_key=True),
)


class Posting(Base):
    __tablename__ = "postings"  # made as movements, renamed by SQL
    id = Column(Integer, primary_key=True)
