"""Look for articles that left the middle of their feed."""

from __future__ import annotations

from alembic import op

from dispatch.store import schema

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_TABLES = (schema.feed_window, schema.missing_article)


def upgrade() -> None:
    """Expand."""
    for table in _TABLES:
        table.create(op.get_bind())


def downgrade() -> None:
    """Contract."""
    for table in reversed(_TABLES):
        op.drop_table(table.name)
