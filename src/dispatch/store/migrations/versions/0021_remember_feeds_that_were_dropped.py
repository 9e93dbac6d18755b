"""Remember which feeds are published no more, and since when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "dropped_feed",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_dropped_feed")),
    )


def downgrade() -> None:
    """Contract."""
    op.drop_table("dropped_feed")
