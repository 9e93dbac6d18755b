"""Keep what the gate found when it looked at an issue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dispatch.store import schema

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand. Issues that stand already were let go by whoever made them."""
    op.create_table(
        "gate_check",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("checked_at", schema.Moment(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("objections", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_gate_check_issue_id_issue")
        ),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_gate_check")),
    )


def downgrade() -> None:
    """Contract."""
    op.drop_table("gate_check")
