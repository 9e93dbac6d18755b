"""Keep what editors decide about top reads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dispatch.store import schema

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "ranking_ruling",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", schema.Moment(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        sa.Column("lifted_at", schema.Moment(), nullable=True),
        sa.Column("lifted_by", sa.Text(), nullable=False),
        sa.Column("lifted_because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_ranking_ruling_article_id_article")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking_ruling")),
    )
    with op.batch_alter_table("ranking_ruling", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ranking_ruling_article_id"), ["article_id"], unique=False
        )


def downgrade() -> None:
    """Contract."""
    with op.batch_alter_table("ranking_ruling", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ranking_ruling_article_id"))
    op.drop_table("ranking_ruling")
