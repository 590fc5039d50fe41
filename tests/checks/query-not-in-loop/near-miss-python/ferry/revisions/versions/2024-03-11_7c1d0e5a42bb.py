"""Berth codes in capitals

Revision ID: 7c1d0e5a42bb
Revises: 51a0c9f3d7e2
"""

from alembic import op

revision = "7c1d0e5a42bb"
down_revision = "51a0c9f3d7e2"


def upgrade():
    conn = op.get_bind()
    for row in conn.execute("select id, code from berth").fetchall():
        conn.execute(f"update berth set code = '{row[1].upper()}' where id = {row[0]}")
