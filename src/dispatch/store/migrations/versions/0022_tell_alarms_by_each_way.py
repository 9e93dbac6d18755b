"""Remember of each alarm by which way it was told: a webhook that fails is tried again alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dispatch.store import schema

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand; what was told was told by either way."""
    op.add_column("alarm", sa.Column("posted_at", schema.Moment(), nullable=True))
    op.add_column("alarm", sa.Column("cleared_posted_at", schema.Moment(), nullable=True))
    op.execute("UPDATE alarm SET posted_at = told_at, cleared_posted_at = cleared_told_at")


def downgrade() -> None:
    """Contract."""
    op.drop_column("alarm", "cleared_posted_at")
    op.drop_column("alarm", "posted_at")
