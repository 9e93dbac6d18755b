"""Remember when sources wish not to be asked, and as what they were read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.add_column(
        "source_state", sa.Column("timetable", sa.JSON(), nullable=False, server_default="{}")
    )
    op.add_column("source_state", sa.Column("read_as", sa.Text(), nullable=True))


def downgrade() -> None:
    """Contract."""
    op.drop_column("source_state", "read_as")
    op.drop_column("source_state", "timetable")
