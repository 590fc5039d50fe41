"""Rooms and who booked them."""

from .advice import hint


def describe():
    """Wants an index:

    CREATE INDEX idx_rooms_floor ON rooms (floor)
    """
    return hint()


def start(connection):
    connection.execute("CREATE INDEX IF NOT EXISTS idx_rooms_house ON rooms (house_id)")


STATEMENTS = ("CREATE INDEX IF NOT EXISTS idx_rooms_size ON rooms (size)",)


def extend(connection):
    for statement in STATEMENTS:
        connection.execute(statement)
