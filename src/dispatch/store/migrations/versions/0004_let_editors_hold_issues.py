"""Let editors hold, approve and correct issues."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dispatch.store import schema

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    with op.batch_alter_table("issue") as batch:
        batch.add_column(sa.Column("goes_at", schema.Moment(), nullable=True))
        batch.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "issue_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("made_at", schema.Moment(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["issue.id"],
            name=op.f("fk_issue_change_issue_id_issue"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_change")),
    )
    op.create_index("ix_issue_change_issue", "issue_change", ["issue_id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_issue_change_issue", "issue_change")
    op.drop_table("issue_change")
    with op.batch_alter_table("issue") as batch:
        batch.drop_column("revision")
        batch.drop_column("goes_at")
