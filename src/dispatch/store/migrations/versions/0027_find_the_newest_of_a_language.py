"""Find the newest articles of a language by when they came, without a look at all older ones."""

from __future__ import annotations

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_index("ix_article_language_entered", "article", ["language", "entered_at", "id"])


def downgrade() -> None:
    """Contract."""
    op.drop_index("ix_article_language_entered", "article")
