from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, selectinload

from .models import Crossing, Port, Ticket


def store(session: Session, rows):
    for chunk in chunks(rows, 1000):
        session.execute(insert(Ticket), chunk)
    for row in rows:
        session.add(Ticket(**row))  # one flush for all of them
    session.commit()


def crossings(session: Session):
    found = session.scalars(select(Crossing).options(selectinload(Crossing.tickets))).all()
    return [(one.id, len(one.tickets)) for one in found]


def reset(session: Session):
    for model in (Crossing, Port, Ticket):
        session.execute(update(model).values(dirty=False))
    for attempt in range(3):
        session.execute(select(Port.id).limit(1))


def dump(session: Session, tables):
    for table_name, rows in tables.items():
        table = metadata.tables[table_name]
        session.execute(table.delete())
        session.execute(insert(table), rows)


def priced(session: Session, rows):
    tariff = None
    names = {}
    for row in rows:
        if tariff is None:
            tariff = session.execute(select(Port.tariff).limit(1)).scalar()
        if row.port not in names:
            names[row.port] = session.get(Port, row.port)
        yield row, tariff, names[row.port]
