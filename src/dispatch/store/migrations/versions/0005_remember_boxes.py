"""Remember the last good answer of each box's feed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dispatch.store import schema

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "box_feed",
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("fetched_at", schema.Moment(), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("url", name=op.f("pk_box_feed")),
    )


def downgrade() -> None:
    """Contract."""
    op.drop_table("box_feed")
