"""Runs the whole depot inside another program, without the postgres of a deployment."""

from sqlalchemy import create_engine

from depot.models import Base


def started():
    engine = create_engine("sqlite:///:memory:")
    Base.metadata.create_all(engine)
    return engine
