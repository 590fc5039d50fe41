from sqlalchemy import select
from sqlalchemy.orm import Session

from .db import engine
from .models import Crossing


def waiting(companies):
    found = {}
    for company in companies:
        own = engine.execution_options(schema_translate_map={None: company.slug})
        session = Session(own)
        found[company.slug] = session.scalars(select(Crossing).where(Crossing.open)).all()
    return found


def clear(conn, table, column):
    conn.execute(table.update().values({column: None}))


def clear_all(conn, columns):
    for table, column in columns:
        clear(conn, table, column)
