"""entries"""
from alembic import op
import sqlalchemy as sa

revision = "a1b2c3"
down_revision = None


def upgrade():
    op.create_table("entries", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade():
    op.drop_table("entries")
