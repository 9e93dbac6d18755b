"""Count polls of feeds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dispatch.store import schema

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "feed_polls",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("feed_id", sa.Text(), nullable=False),
        sa.Column("polls", sa.Integer(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=False),
        sa.Column("full", sa.Integer(), nullable=False),
        sa.Column("subscribers", sa.Integer(), nullable=True),
        sa.Column("visitors", sa.Integer(), nullable=False),
        sa.Column("hammering", sa.Integer(), nullable=False),
        sa.Column("ignoring", sa.Integer(), nullable=False),
        sa.Column("seen_at", schema.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("day", "path", "reader", "feed_id", name=op.f("pk_feed_polls")),
    )
    with op.batch_alter_table("feed_polls", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_feed_polls_seen_at"), ["seen_at"], unique=False)


def downgrade() -> None:
    """Contract."""
    with op.batch_alter_table("feed_polls", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_feed_polls_seen_at"))
    op.drop_table("feed_polls")
