"""Remember how far a source was read, and of which labels the operator was told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    with op.batch_alter_table("source_state", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cursor", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("strange_labels", sa.JSON(), server_default="[]", nullable=False)
        )


def downgrade() -> None:
    """Contract."""
    with op.batch_alter_table("source_state", schema=None) as batch_op:
        batch_op.drop_column("strange_labels")
        batch_op.drop_column("cursor")
