from alembic import op


def upgrade():
    for one in ROOMS:
        op.execute(one)


ROOMS = ["CREATE INDEX idx_rooms_floor ON rooms (floor)"]
