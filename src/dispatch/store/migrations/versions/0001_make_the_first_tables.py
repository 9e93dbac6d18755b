"""Make the first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from dispatch.store import schema

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Expand."""
    op.create_table(
        "article",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("standfirst", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("authors", sa.JSON(), nullable=False),
        sa.Column("image", sa.JSON(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("published_at", schema.Moment(), nullable=False),
        sa.Column("updated_at", schema.Moment(), nullable=False),
        sa.Column("entered_at", schema.Moment(), nullable=False),
        sa.Column("first_seen_at", schema.Moment(), nullable=False),
        sa.Column("changed_at", schema.Moment(), nullable=False),
        sa.Column("withdrawn_at", schema.Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("uid", name=op.f("uq_article_uid")),
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_entered_at"), ["entered_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_article_group_id"), ["group_id"], unique=False)
        batch_op.create_index(
            "ix_article_language_published", ["language", "published_at", "id"], unique=False
        )

    op.create_table(
        "attempt",
        sa.Column("issue_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("subscriber_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("started_at", schema.Moment(), nullable=False),
        sa.Column("finished_at", schema.Moment(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("enhanced", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("issue_id", "subscriber_id", "number", name=op.f("pk_attempt")),
    )
    op.create_table(
        "feed_version",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("modified_at", schema.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_feed_version")),
    )
    op.create_table(
        "newsletter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("created_at", schema.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletter")),
        sa.UniqueConstraint("name", name=op.f("uq_newsletter_name")),
    )
    op.create_table(
        "read_discard",
        sa.Column("article_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "article_id", "day", "origin", "reason", name=op.f("pk_read_discard")
        ),
    )
    op.create_table(
        "read_position",
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("imported_at", schema.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "fingerprint", name=op.f("pk_read_position")),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("started_at", schema.Moment(), nullable=False),
        sa.Column("finished_at", schema.Moment(), nullable=True),
        sa.Column("lease_until", schema.Moment(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sa.UniqueConstraint("job", "period", name=op.f("uq_run_job_period")),
    )
    op.create_table(
        "source_state",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("first_polled_at", schema.Moment(), nullable=True),
        sa.Column("last_polled_at", schema.Moment(), nullable=True),
        sa.Column("last_success_at", schema.Moment(), nullable=True),
        sa.Column("next_poll_at", schema.Moment(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_source_state")),
    )
    op.create_table(
        "subscriber",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("address_key", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("created_at", schema.Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriber")),
        sa.UniqueConstraint("address_key", name=op.f("uq_subscriber_address_key")),
    )
    with op.batch_alter_table("subscriber", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_subscriber_address_hash"), ["address_hash"], unique=False
        )

    op.create_table(
        "suppression",
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", schema.Moment(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_suppression")),
    )
    op.create_table(
        "article_alias",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_article_alias_article_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_article_alias")),
    )
    with op.batch_alter_table("article_alias", schema=None) as batch_op:
        batch_op.create_index("ix_article_alias_article", ["article_id"], unique=False)

    op.create_table(
        "article_section",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("section", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_article_section_article_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", "section", "source", name=op.f("pk_article_section")),
    )
    with op.batch_alter_table("article_section", schema=None) as batch_op:
        batch_op.create_index("ix_article_section_section", ["section", "article_id"], unique=False)

    op.create_table(
        "issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("window_start", schema.Moment(), nullable=False),
        sa.Column("window_end", schema.Moment(), nullable=False),
        sa.Column("composed_at", schema.Moment(), nullable=False),
        sa.ForeignKeyConstraint(
            ["newsletter"], ["newsletter.name"], name=op.f("fk_issue_newsletter_newsletter")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue")),
        sa.UniqueConstraint("newsletter", "period", name=op.f("uq_issue_newsletter_period")),
    )
    op.create_table(
        "read_count",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("reads", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_read_count_article_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", "day", "origin", name=op.f("pk_read_count")),
    )
    with op.batch_alter_table("read_count", schema=None) as batch_op:
        batch_op.create_index("ix_read_count_day", ["day"], unique=False)

    op.create_table(
        "subscription",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("newsletter", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("variant_key", sa.Text(), nullable=False),
        sa.Column("confirmed_at", schema.Moment(), nullable=True),
        sa.Column("unsubscribed_at", schema.Moment(), nullable=True),
        sa.ForeignKeyConstraint(
            ["newsletter"], ["newsletter.name"], name=op.f("fk_subscription_newsletter_newsletter")
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_subscription_subscriber_id_subscriber"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "newsletter", name=op.f("pk_subscription")),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index(
            "ix_subscription_newsletter_state",
            ["newsletter", "state", "subscriber_id"],
            unique=False,
        )

    op.create_table(
        "translation_claim",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"],
            ["article.id"],
            name=op.f("fk_translation_claim_article_id_article"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("article_id", "key", name=op.f("pk_translation_claim")),
    )
    with op.batch_alter_table("translation_claim", schema=None) as batch_op:
        batch_op.create_index("ix_translation_claim_key", ["key"], unique=False)

    op.create_table(
        "issue_article",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("variant_key", sa.Text(), nullable=False),
        sa.Column("block", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["article.id"], name=op.f("fk_issue_article_article_id_article")
        ),
        sa.ForeignKeyConstraint(
            ["issue_id"],
            ["issue.id"],
            name=op.f("fk_issue_article_issue_id_issue"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "issue_id", "variant_key", "block", "position", name=op.f("pk_issue_article")
        ),
    )
    with op.batch_alter_table("issue_article", schema=None) as batch_op:
        batch_op.create_index("ix_issue_article_article", ["article_id"], unique=False)

    op.create_table(
        "variant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("preheader", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_variant_issue_id_issue"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variant")),
        sa.UniqueConstraint("issue_id", "key", name=op.f("uq_variant_issue_id_key")),
    )
    op.create_table(
        "delivery",
        sa.Column("issue_id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("planned_at", schema.Moment(), nullable=False),
        sa.Column("settled_at", schema.Moment(), nullable=True),
        sa.Column("next_attempt_at", schema.Moment(), nullable=True),
        sa.Column("lease_until", schema.Moment(), nullable=True),
        sa.Column("worker", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["issue_id"], ["issue.id"], name=op.f("fk_delivery_issue_id_issue")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["variant.id"], name=op.f("fk_delivery_variant_id_variant")
        ),
        sa.PrimaryKeyConstraint("issue_id", "subscriber_id", name=op.f("pk_delivery")),
        postgresql_with={"fillfactor": "60"},
    )


def downgrade() -> None:
    """Contract."""
    op.drop_table("delivery")
    op.drop_table("variant")
    with op.batch_alter_table("issue_article", schema=None) as batch_op:
        batch_op.drop_index("ix_issue_article_article")

    op.drop_table("issue_article")
    with op.batch_alter_table("translation_claim", schema=None) as batch_op:
        batch_op.drop_index("ix_translation_claim_key")

    op.drop_table("translation_claim")
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_index("ix_subscription_newsletter_state")

    op.drop_table("subscription")
    with op.batch_alter_table("read_count", schema=None) as batch_op:
        batch_op.drop_index("ix_read_count_day")

    op.drop_table("read_count")
    op.drop_table("issue")
    with op.batch_alter_table("article_section", schema=None) as batch_op:
        batch_op.drop_index("ix_article_section_section")

    op.drop_table("article_section")
    with op.batch_alter_table("article_alias", schema=None) as batch_op:
        batch_op.drop_index("ix_article_alias_article")

    op.drop_table("article_alias")
    op.drop_table("suppression")
    with op.batch_alter_table("subscriber", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_subscriber_address_hash"))

    op.drop_table("subscriber")
    op.drop_table("source_state")
    op.drop_table("run")
    op.drop_table("read_position")
    op.drop_table("read_discard")
    op.drop_table("newsletter")
    op.drop_table("feed_version")
    op.drop_table("attempt")
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.drop_index("ix_article_language_published")
        batch_op.drop_index(batch_op.f("ix_article_group_id"))
        batch_op.drop_index(batch_op.f("ix_article_entered_at"))

    op.drop_table("article")
