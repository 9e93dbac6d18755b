"""Find articles by words, and let readers have a feed of their own."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from dispatch.rules import words

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

#: How many rows are written at once.
_BATCH = 5000


def upgrade() -> None:
    """Expand, and fill from the articles that are there."""
    table = op.create_table(
        "article_word",
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_article_word_article_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("word", "article_id", name=op.f("pk_article_word")),
    )
    op.create_index("ix_article_word_article", "article_word", ["article_id"])
    op.create_table(
        "own_feed",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_own_feed_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", name=op.f("pk_own_feed")),
    )
    query = sa.text("SELECT id, title, standfirst, authors FROM article")
    rows = []
    for article_id, title, standfirst, said in op.get_bind().execute(query).all():
        authors = json.loads(said) if isinstance(said, str) else said or []
        names = " ".join(one["name"] for one in authors)
        found = words.stems(f"{title} {standfirst} {names}")
        rows += [{"word": word, "article_id": article_id} for word in found]
    for start in range(0, len(rows), _BATCH):
        op.bulk_insert(table, rows[start : start + _BATCH])


def downgrade() -> None:
    """Contract."""
    op.drop_table("own_feed")
    op.drop_index("ix_article_word_article", table_name="article_word")
    op.drop_table("article_word")
