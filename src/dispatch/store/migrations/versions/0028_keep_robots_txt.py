"""Keep what robots.txt said, for a day."""

from __future__ import annotations

from alembic import op

from dispatch.store import schema

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    schema.robots_text.create(op.get_bind())


def downgrade() -> None:
    """Contract."""
    op.drop_table("robots_text")
