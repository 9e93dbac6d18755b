"""Search the pages of articles for their translations."""

from __future__ import annotations

from alembic import op

from dispatch.store import schema

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    schema.translation_search.create(op.get_bind())


def downgrade() -> None:
    """Contract."""
    op.drop_table("translation_search")
