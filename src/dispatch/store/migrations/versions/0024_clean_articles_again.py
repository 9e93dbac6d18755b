"""Clean articles again when the policy of cleaning has changed."""

from __future__ import annotations

from alembic import op

from dispatch.store import schema

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    schema.sweep.create(op.get_bind())


def downgrade() -> None:
    """Contract."""
    op.drop_table("sweep")
