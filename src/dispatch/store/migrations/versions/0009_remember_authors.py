"""Remember who wrote which article, under a key that is the same for every way to write a name."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from dispatch.rules import author_keys

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

#: How many rows are written at once.
_BATCH = 1000


def upgrade() -> None:
    """Expand, and fill from the bylines that are there."""
    table = op.create_table(
        "article_author",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_article_author_article_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", "key", name=op.f("pk_article_author")),
    )
    op.create_index("ix_article_updated_at", "article", ["updated_at"])
    op.create_index("ix_article_author_key", "article_author", ["key", "article_id"])
    found = op.get_bind().execute(sa.text("SELECT id, authors FROM article")).all()
    rows = []
    for article_id, said in found:
        authors = json.loads(said) if isinstance(said, str) else said or []
        names = {author_keys.author_key(one["name"]): one["name"] for one in authors}
        rows += [{"article_id": article_id, "key": k, "name": name} for k, name in names.items()]
    for start in range(0, len(rows), _BATCH):
        op.bulk_insert(table, rows[start : start + _BATCH])


def downgrade() -> None:
    """Contract."""
    op.drop_index("ix_article_author_key", table_name="article_author")
    op.drop_table("article_author")
    op.drop_index("ix_article_updated_at", table_name="article")
