"""Know articles again, and sources by heart: recognition, quarantine, rests, alarms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dispatch.store import schema

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make what is missing."""
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.add_column(sa.Column("source_updated_at", schema.Moment(), nullable=True))
        batch_op.add_column(
            sa.Column("silent_changes", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.create_index("ix_article_source_published", ["source", "published_at"])
    with op.batch_alter_table("source_state", schema=None) as batch_op:
        for name in ("failing_since_at", "document_at", "move_since_at", "retired_at"):
            batch_op.add_column(sa.Column(name, schema.Moment(), nullable=True))
        for name in ("asked_url", "move_url"):
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("move_polls", sa.Integer(), nullable=False, server_default="0")
        )
        batch_op.add_column(
            sa.Column("ids_are_shared", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch_op.add_column(
            sa.Column("arrivals_at", sa.JSON(), nullable=False, server_default="[]")
        )
        batch_op.add_column(sa.Column("entry_count", sa.Integer(), nullable=True))
    _make_tables()


def _make_tables() -> None:
    op.create_table(
        "recognition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("seen_at", schema.Moment(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_recognition_article_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognition")),
    )
    op.create_index("ix_recognition_article", "recognition", ["article_id"])
    op.create_table(
        "quarantine",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("entry", sa.JSON(), nullable=False),
        sa.Column("language", sa.Text(), nullable=True),
        sa.Column("held_at", schema.Moment(), nullable=False),
        sa.Column("until_at", schema.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("source", "name", name=op.f("pk_quarantine")),
    )
    op.create_table(
        "host_rest",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("until_at", schema.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host_rest")),
    )
    op.create_table(
        "alarm",
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("since", schema.Moment(), nullable=False),
        sa.Column("last_seen_at", schema.Moment(), nullable=False),
        sa.Column("told_at", schema.Moment(), nullable=True),
        sa.Column("cleared_at", schema.Moment(), nullable=True),
        sa.Column("cleared_told_at", schema.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("subject", "kind", name=op.f("pk_alarm")),
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("alarm")
    op.drop_table("host_rest")
    op.drop_table("quarantine")
    op.drop_index("ix_recognition_article", table_name="recognition")
    op.drop_table("recognition")
    with op.batch_alter_table("source_state", schema=None) as batch_op:
        for name in (
            *("failing_since_at", "document_at", "move_since_at", "retired_at", "asked_url"),
            *("move_url", "move_polls", "ids_are_shared", "arrivals_at", "entry_count"),
        ):
            batch_op.drop_column(name)
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index("ix_article_source_published")
        batch_op.drop_column("silent_changes")
        batch_op.drop_column("source_updated_at")
