"""Keep what belongs beside an article."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dispatch.store import schema

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "related",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("sections", sa.Float(), nullable=False),
        sa.Column("same_author", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_related_article_id_article"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["article.id"],
            name=op.f("fk_related_other_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", "other_id", name=op.f("pk_related")),
    )
    with op.batch_alter_table("related", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_related_other_id"), ["other_id"], unique=False)
    op.create_table(
        "related_pass",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", schema.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_related_pass_article_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_related_pass")),
    )


def downgrade() -> None:
    """Contract."""
    op.drop_table("related_pass")
    with op.batch_alter_table("related", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_related_other_id"))
    op.drop_table("related")
