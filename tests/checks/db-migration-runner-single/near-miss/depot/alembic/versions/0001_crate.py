revision = "0001"
down_revision = None

from alembic import op
import sqlalchemy as sa


def upgrade():
    op.create_table("crate", sa.Column("id", sa.Integer, primary_key=True))
