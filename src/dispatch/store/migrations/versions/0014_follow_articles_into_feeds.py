"""Follow articles into feeds and their history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dispatch.store import schema

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand; every article that stands is new to the feeds."""
    op.create_table(
        "article_change",
        sa.Column("article_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_article_change")),
    )
    op.execute("INSERT INTO article_change (article_id, changes) SELECT id, 1 FROM article")
    op.create_table(
        "feed_place",
        sa.Column("article_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("published_at", schema.Moment(), nullable=False),
        sa.Column("withdrawn_at", schema.Moment(), nullable=True),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "section", name=op.f("pk_feed_place")),
    )
    for name, columns in _INDEXES.items():
        op.create_index(op.f(name), "feed_place", columns)
    op.create_table(
        "feed_basis",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_feed_basis")),
    )
    op.create_table(
        "feed_archive",
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("marks", sa.Integer(), nullable=False),
        sa.Column("is_over", sa.Boolean(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.Column("bases", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("language", "section", "month", name=op.f("pk_feed_archive")),
    )
    op.create_index(op.f("ix_feed_archive_marks"), "feed_archive", ["marks"])


def downgrade() -> None:
    """Contract; the triggers go with what they wrote to."""
    for table in ("article", "article_section"):
        for event in ("insert", "update", "delete"):
            name = f"note_{table}_{event}"
            if op.get_bind().dialect.name == "sqlite":
                op.execute(f"DROP TRIGGER IF EXISTS {name}")
            else:
                op.execute(f"DROP FUNCTION IF EXISTS {name} CASCADE")
    for name in ("feed_archive", "feed_basis", "feed_place", "article_change"):
        op.drop_table(name)


_INDEXES = {
    "ix_feed_place_newest": ["section", "language", "published_at", "article_id"],
    "ix_feed_place_newest_of_all": ["section", "published_at", "article_id"],
    "ix_feed_place_withdrawn_at": ["withdrawn_at"],
    "ix_feed_place_group_id": ["group_id"],
    "ix_feed_place_revision": ["revision"],
}
