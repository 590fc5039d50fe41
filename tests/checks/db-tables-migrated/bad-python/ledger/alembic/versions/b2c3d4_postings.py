"""postings"""
from alembic import op

revision = "b2c3d4"
down_revision = "a1b2c3"


def upgrade():
    op.execute("ALTER TABLE movements RENAME TO postings")


def downgrade():
    op.execute("ALTER TABLE postings RENAME TO movements")
