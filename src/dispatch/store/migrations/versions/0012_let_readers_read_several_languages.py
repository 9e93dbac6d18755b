"""Let readers read several languages, and remember what they have had by choice.

No reader loses anything: whoever had one language has a list of it, and every delivery so far is
counted under the choice of its variant.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dispatch.store import schema

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_REMEMBER = """
INSERT INTO seen (subscriber_id, newsletter, choice, issues, last_issue_id, last_at)
SELECT d.subscriber_id, i.newsletter, v.choice, count(*), max(i.id), max(d.planned_at)
FROM delivery d
JOIN issue i ON i.id = d.issue_id
JOIN variant v ON v.id = d.variant_id
JOIN subscriber s ON s.id = d.subscriber_id
GROUP BY d.subscriber_id, i.newsletter, v.choice
"""


_AS_LIST = {
    "sqlite": "UPDATE subscriber SET languages = json_array(language)",
    "postgresql": "UPDATE subscriber SET languages = json_build_array(language)",
}


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "seen",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("issues", sa.Integer(), nullable=False),
        sa.Column("last_issue_id", sa.Integer(), nullable=False),
        sa.Column("last_at", schema.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter"], ["newsletter.name"], name=op.f("fk_seen_newsletter_newsletter")
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_seen_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "newsletter", "choice", name=op.f("pk_seen")),
    )
    op.create_table(
        "issue_past",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("past_choice", sa.Text(), nullable=False),
        sa.Column("bit", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["issue.id"],
            name=op.f("fk_issue_past_issue_id_issue"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "issue_id", "choice", "newsletter", "past_choice", name=op.f("pk_issue_past")
        ),
    )
    # Not in batch mode: that drops a table and makes it anew, and on SQLite dropping `subscriber`
    # would delete every subscription with it (ON DELETE CASCADE cannot be put off there).
    op.add_column("article", sa.Column("marked_updated_at", schema.Moment()))
    op.add_column(
        "issue", sa.Column("once", sa.Text(), nullable=False, server_default="newsletter")
    )
    op.add_column("variant", sa.Column("choice", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "variant", sa.Column("cohort", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.execute("UPDATE variant SET choice = key")
    op.alter_column("subscription", "variant_key", new_column_name="choice")
    op.add_column(
        "subscriber", sa.Column("languages", sa.JSON(), nullable=False, server_default="[]")
    )
    op.execute(_AS_LIST[op.get_bind().dialect.name])
    op.drop_column("subscriber", "language")
    op.execute(_REMEMBER)


def downgrade() -> None:
    """Contract: only the preferred language is kept."""
    op.add_column("subscriber", sa.Column("language", sa.Text(), nullable=False, server_default=""))
    op.execute("UPDATE subscriber SET language = languages ->> 0")
    op.drop_column("subscriber", "languages")
    op.alter_column("subscription", "choice", new_column_name="variant_key")
    op.drop_column("variant", "cohort")
    op.drop_column("variant", "choice")
    op.drop_column("issue", "once")
    op.drop_column("article", "marked_updated_at")
    op.drop_table("issue_past")
    op.drop_table("seen")
