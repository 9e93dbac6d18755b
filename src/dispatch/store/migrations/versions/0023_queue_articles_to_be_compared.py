"""Keep the articles whose company is to be found, instead of all for which it was found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is due comes over; nothing else reads the old table."""
    _create("related_due")
    op.execute(
        "INSERT INTO related_due (article_id, changed_at) "
        "SELECT article.id, article.changed_at FROM article "
        "LEFT JOIN related_pass ON related_pass.article_id = article.id "
        "WHERE article.withdrawn_at IS NULL AND (related_pass.changed_at IS NULL "
        "OR related_pass.changed_at <> article.changed_at)"
    )
    op.drop_table("related_pass")


def downgrade() -> None:
    """What is not due was found."""
    _create("related_pass")
    op.execute(
        "INSERT INTO related_pass (article_id, changed_at) "
        "SELECT article.id, article.changed_at FROM article "
        "WHERE article.id NOT IN (SELECT article_id FROM related_due)"
    )
    op.drop_table("related_due")


def _create(table: str) -> None:
    op.create_table(
        table,
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f(f"fk_{table}_article_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f(f"pk_{table}")),
    )
