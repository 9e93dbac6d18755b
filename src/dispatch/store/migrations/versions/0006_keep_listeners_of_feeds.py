"""Keep listeners of feeds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dispatch.store import schema

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "listener",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("callback", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("lease_ends_at", schema.Moment(), nullable=True),
        sa.Column("wish", sa.Text(), nullable=True),
        sa.Column("wished_secret", sa.Text(), nullable=False),
        sa.Column("wished_lease_seconds", sa.Integer(), nullable=False),
        sa.Column("verifications", sa.Integer(), nullable=False),
        sa.Column("next_verification_at", schema.Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_push_at", schema.Moment(), nullable=False),
        sa.Column("pushed_digest", sa.Text(), nullable=False),
        sa.Column("asked_at", schema.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listener")),
        sa.UniqueConstraint("topic", "callback", name=op.f("uq_listener_topic_callback")),
    )
    with op.batch_alter_table("listener", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_listener_host"), ["host"], unique=False)
    op.create_table(
        "hub_ping",
        sa.Column("hub", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", schema.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("hub", "path", name=op.f("pk_hub_ping")),
    )


def downgrade() -> None:
    """Contract."""
    op.drop_table("hub_ping")
    with op.batch_alter_table("listener", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_listener_host"))
    op.drop_table("listener")
