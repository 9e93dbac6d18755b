"""Remember the entries of feed versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dispatch.store import schema

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "feed_history",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("modified_at", schema.Moment(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("path", "digest", name=op.f("pk_feed_history")),
    )


def downgrade() -> None:
    """Contract."""
    op.drop_table("feed_history")
