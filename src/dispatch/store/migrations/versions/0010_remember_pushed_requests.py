"""Remember requests of publishing systems for a day, so that each has one effect."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dispatch.store import schema

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "push_request",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("came_at", schema.Moment(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("source", "key", name=op.f("pk_push_request")),
    )
    with op.batch_alter_table("push_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_push_request_came_at"), ["came_at"], unique=False)


def downgrade() -> None:
    """Contract."""
    with op.batch_alter_table("push_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_push_request_came_at"))

    op.drop_table("push_request")
