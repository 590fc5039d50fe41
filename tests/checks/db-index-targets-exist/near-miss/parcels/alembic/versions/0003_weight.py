"""Weights of parcels; the table is made by another service."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("parcel_lots", sa.Column("weight_class", sa.String(20), nullable=True))
    op.execute("""
        CREATE INDEX idx_parcel_lots_weight ON parcel_lots (weight_class)
    """)


def downgrade() -> None:
    op.drop_column("parcel_lots", "weight_class")
