"""The tables. The only truth about every state; migrations are made from here.

Columns ending in `_at` are aware UTC datetimes. Collections that are only ever read whole
(sections of a subscription, a run's report) are JSON; everything that is searched has a column.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime on both databases (SQLite keeps it naive)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: a wall-clock time in the store is a bug in waiting."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"a naive datetime reached the store: {value!r}"
            raise ValueError(message)
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give every time back as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

article = sa.Table(
    "article",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("uid", sa.Text, nullable=False, unique=True),
    sa.Column("group_id", sa.Integer, nullable=False, index=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("standfirst", sa.Text, nullable=False, default=""),
    sa.Column("html", sa.Text, nullable=False, default=""),
    sa.Column("authors", sa.JSON, nullable=False),
    sa.Column("image", sa.JSON),
    sa.Column("enclosures", sa.JSON, nullable=False, default=list, server_default="[]"),
    sa.Column("content_hash", sa.Text, nullable=False),
    sa.Column("published_at", Moment, nullable=False),
    sa.Column("updated_at", Moment, nullable=False),
    sa.Column("entered_at", Moment, nullable=False, index=True),
    sa.Column("first_seen_at", Moment, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Column("withdrawn_at", Moment),
    sa.Column("marked_updated_at", Moment),
    sa.Index("ix_article_updated_at", "updated_at"),
    # The publisher's own `updated`, and how often the content moved without it: view counters.
    sa.Column("source_updated_at", Moment),
    sa.Column("silent_changes", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Index("ix_article_source_published", "source", "published_at"),
    sa.Index("ix_article_language_published", "language", "published_at", "id"),
    sa.Index("ix_article_language_entered", "language", "entered_at", "id"),
)

article_section = sa.Table(
    "article_section",
    metadata,
    sa.Column("article_id", sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("section", sa.Text, primary_key=True),
    # Who says so: a source that changes its mind changes its own word only.
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Index("ix_article_section_section", "section", "article_id"),
)

#: Who wrote an article, under a key that is the same for every way the name is written.
article_author = sa.Table(
    "article_author",
    metadata,
    sa.Column("article_id", sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Index("ix_article_author_key", "key", "article_id"),
)

#: What an article can be found by: the stems of its headline, standfirst and byline.
article_word = sa.Table(
    "article_word",
    metadata,
    sa.Column("word", sa.Text, primary_key=True),
    sa.Column("article_id", sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    sa.Index("ix_article_word_article", "article_id"),
)

#: Every name by which an article was ever known: the ladder of identity is one look-up a step.
article_alias = sa.Table(
    "article_alias",
    metadata,
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("article_id", sa.ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    sa.Index("ix_article_alias_article", "article_id"),
)

#: How an article was recognised whenever something was learnt of it: what `why` prints.
recognition = sa.Table(
    "recognition",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("article_id", sa.ForeignKey("article.id", ondelete="CASCADE"), nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("decision", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Index("ix_recognition_article", "article_id"),
)

#: Entries that are kept but are no articles: floods, embargoes, what an operator refused.
quarantine = sa.Table(
    "quarantine",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("names", sa.JSON, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("entry", sa.JSON, nullable=False),
    sa.Column("language", sa.Text),
    sa.Column("held_at", Moment, nullable=False),
    sa.Column("until_at", Moment),
)

#: "This article says the same as the one at `key`": resolved when the other one arrives.
translation_claim = sa.Table(
    "translation_claim",
    metadata,
    sa.Column("article_id", sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Index("ix_translation_claim_key", "key"),
)

source_state = sa.Table(
    "source_state",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("url", sa.Text),
    sa.Column("etag", sa.Text),
    sa.Column("last_modified", sa.Text),
    sa.Column("first_polled_at", Moment),
    sa.Column("last_polled_at", Moment),
    sa.Column("last_success_at", Moment),
    sa.Column("next_poll_at", Moment),
    sa.Column("failures", sa.Integer, nullable=False, default=0),
    sa.Column("last_error", sa.Text, nullable=False, default=""),
    sa.Column("cursor", sa.Text),
    sa.Column("strange_labels", sa.JSON, nullable=False, default=list, server_default="[]"),
    sa.Column("failing_since_at", Moment),
    sa.Column("asked_url", sa.Text),
    sa.Column("document_at", Moment),
    sa.Column("move_url", sa.Text),
    sa.Column("move_polls", sa.Integer, nullable=False, default=0, server_default="0"),
    sa.Column("move_since_at", Moment),
    sa.Column("retired_at", Moment),
    sa.Column(
        "ids_are_shared", sa.Boolean, nullable=False, default=False, server_default=sa.false()
    ),
    sa.Column("arrivals_at", sa.JSON, nullable=False, default=list, server_default="[]"),
    sa.Column("entry_count", sa.Integer),
    sa.Column("timetable", sa.JSON, nullable=False, default=dict, server_default="{}"),
    sa.Column("read_as", sa.Text),
)

#: What robots.txt of a place said, for a day (RFC 9309, section 2.4).
robots_text = sa.Table(
    "robots_text",
    metadata,
    sa.Column("origin", sa.Text, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("read_at", Moment, nullable=False),
)

#: Articles whose translation is looked for on their page, and when again.
translation_search = sa.Table(
    "translation_search",
    metadata,
    sa.Column("article_id", sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("next_look_at", Moment, nullable=False, index=True),
    sa.Column("looks", sa.Integer, nullable=False),
)

#: How far a pass over all articles has come, and for which version of what it does.
sweep = sa.Table(
    "sweep",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("last_id", sa.Integer),
)

#: What the last document of each feed showed, newest first: what the next one is held against.
feed_window = sa.Table(
    "feed_window",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("articles", sa.JSON, nullable=False),
)

#: Articles that left the middle of their feed, and when their page is looked at again.
missing_article = sa.Table(
    "missing_article",
    metadata,
    sa.Column("article_id", sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("vanished_at", Moment, nullable=False),
    sa.Column("next_look_at", Moment, nullable=False, index=True),
    sa.Column("missed_at", Moment),
    sa.Column("withdrawn_at", Moment),
    sa.Column("looks", sa.Integer, nullable=False),
)

#: Servers that asked to be left alone (Retry-After): it holds for every source behind them.
host_rest = sa.Table(
    "host_rest",
    metadata,
    sa.Column("host", sa.Text, primary_key=True),
    sa.Column("until_at", Moment, nullable=False),
)

#: What an operator should know; each told once, and once more when it is over.
alarm = sa.Table(
    "alarm",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("since", Moment, nullable=False),
    sa.Column("last_seen_at", Moment, nullable=False),
    sa.Column("told_at", Moment),
    sa.Column("cleared_at", Moment),
    sa.Column("cleared_told_at", Moment),
    sa.Column("posted_at", Moment),
    sa.Column("cleared_posted_at", Moment),
)

#: The last good answer of each box's feed: an issue is made with it where the feed fails.
box_feed = sa.Table(
    "box_feed",
    metadata,
    sa.Column("url", sa.Text, primary_key=True),
    sa.Column("fetched_at", Moment, nullable=False),
    sa.Column("entries", sa.JSON, nullable=False),
)

#: Requests of publishing systems that carried an Idempotency-Key, for a day.
push_request = sa.Table(
    "push_request",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("came_at", Moment, nullable=False, index=True),
    sa.Column("status", sa.Integer),
    sa.Column("name", sa.Text, nullable=False, default=""),
    sa.Column("answer", sa.JSON),
)

read_count = sa.Table(
    "read_count",
    metadata,
    sa.Column("article_id", sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("origin", sa.Text, primary_key=True),
    sa.Column("reads", sa.Integer, nullable=False),
    sa.Index("ix_read_count_day", "day"),
)

#: What was not counted, and why: invariant 9 wants a reason for every discarded read.
read_discard = sa.Table(
    "read_discard",
    metadata,
    sa.Column("article_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("origin", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, primary_key=True),
    sa.Column("hits", sa.Integer, nullable=False),
)

#: What belongs beside an article. A pair stands twice, once from each side.
related = sa.Table(
    "related",
    metadata,
    sa.Column("article_id", sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    sa.Column(
        "other_id", sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, index=True
    ),
    sa.Column("sections", sa.Float, nullable=False),
    sa.Column("same_author", sa.Boolean, nullable=False),
    sa.Column("text", sa.Float, nullable=False),
)

#: Articles whose company is to be found, as they came in or changed; what is found is due no more.
related_due = sa.Table(
    "related_due",
    metadata,
    sa.Column("article_id", sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("changed_at", Moment, nullable=False),
)

#: What editors decided about top reads; a row is lifted and never removed: it is the audit trail.
ranking_ruling = sa.Table(
    "ranking_ruling",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("article_id", sa.ForeignKey("article.id"), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("until_day", sa.Date),
    sa.Column("lifted_at", Moment),
    sa.Column("lifted_by", sa.Text, nullable=False, default=""),
    sa.Column("lifted_because", sa.Text, nullable=False, default=""),
)

#: How far each log was read, so that an import can be repeated and resumed at the byte.
read_position = sa.Table(
    "read_position",
    metadata,
    sa.Column("origin", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, primary_key=True),
    sa.Column("offset", sa.BigInteger, nullable=False),
    sa.Column("imported_at", Moment, nullable=False),
)

feed_version = sa.Table(
    "feed_version",
    metadata,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("modified_at", Moment, nullable=False),
)

#: Marks of the entries of the last versions, for readers that take a part (RFC 3229).
feed_history = sa.Table(
    "feed_history",
    metadata,
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("modified_at", Moment, nullable=False),
    sa.Column("marks", sa.Text, nullable=False),
)

#: Programs that are told when a feed changes (WebSub), and what they have still to confirm.
listener = sa.Table(
    "listener",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("callback", sa.Text, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("host", sa.Text, nullable=False, index=True),
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("lease_ends_at", Moment),
    sa.Column("wish", sa.Text),
    sa.Column("wished_secret", sa.Text, nullable=False, default=""),
    sa.Column("wished_lease_seconds", sa.Integer, nullable=False, default=0),
    sa.Column("verifications", sa.Integer, nullable=False, default=0),
    sa.Column("next_verification_at", Moment),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_push_at", Moment, nullable=False),
    sa.Column("pushed_digest", sa.Text, nullable=False),
    sa.Column("asked_at", Moment, nullable=False),
    sa.UniqueConstraint("topic", "callback"),
)

#: Which version of a feed a public hub was told of.
hub_ping = sa.Table(
    "hub_ping",
    metadata,
    sa.Column("hub", sa.Text, primary_key=True),
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_attempt_at", Moment),
)

#: Who polls which feed: sums by day and kind of reader, never a person.
feed_polls = sa.Table(
    "feed_polls",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("reader", sa.Text, primary_key=True),
    sa.Column("feed_id", sa.Text, primary_key=True),
    sa.Column("polls", sa.Integer, nullable=False),
    sa.Column("current", sa.Integer, nullable=False),
    sa.Column("full", sa.Integer, nullable=False),
    sa.Column("subscribers", sa.Integer),
    sa.Column("visitors", sa.Integer, nullable=False),
    sa.Column("hammering", sa.Integer, nullable=False),
    sa.Column("ignoring", sa.Integer, nullable=False),
    sa.Column("seen_at", Moment, nullable=False, index=True),
)

#: Articles of which anything changed that readers are shown: triggers write it (store.triggers),
#: so no writer can forget to, and feeds follow. It is emptied when they have.
article_change = sa.Table(
    "article_change",
    metadata,
    sa.Column("article_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("changes", sa.Integer, nullable=False),
    sa.Column("taken", sa.Boolean, nullable=False, server_default=sa.false()),
)

#: Where each article stands: in all of its language (section "") and in each of its sections.
#: `revision` is new whenever the article, or a translation of it, has changed.
feed_place = sa.Table(
    "feed_place",
    metadata,
    sa.Column("article_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("section", sa.Text, primary_key=True),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("published_at", Moment, nullable=False),
    sa.Column("withdrawn_at", Moment),
    sa.Column("month", sa.Integer, nullable=False),
    sa.Column("group_id", sa.Integer, nullable=False, index=True),
    sa.Column("revision", sa.Integer, nullable=False, index=True),
    sa.Index("ix_feed_place_newest", "section", "language", "published_at", "article_id"),
    sa.Index("ix_feed_place_newest_of_all", "section", "published_at", "article_id"),
    sa.Index("ix_feed_place_withdrawn_at", "withdrawn_at"),
)

#: What a feed was last built from, as a digest: equal means that nothing is to be done.
feed_basis = sa.Table(
    "feed_basis",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("basis", sa.Text, nullable=False),
)

#: Feeds that were once published and are missing since: after some days they are gone for good.
dropped_feed = sa.Table(
    "dropped_feed",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("dropped_at", Moment, nullable=False),
)

#: The months of a feed's history. `marks` counts the reasons to look at one again; `documents` it
#: has, and `bases` is what each of them was built from.
feed_archive = sa.Table(
    "feed_archive",
    metadata,
    sa.Column("language", sa.Text, primary_key=True),
    sa.Column("section", sa.Text, primary_key=True),
    sa.Column("month", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("marks", sa.Integer, nullable=False),
    sa.Column("is_over", sa.Boolean, nullable=False),
    sa.Column("documents", sa.Integer, nullable=False),
    sa.Column("bases", sa.JSON, nullable=False),
    sa.Index("ix_feed_archive_marks", "marks"),
)

newsletter = sa.Table(
    "newsletter",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("created_at", Moment, nullable=False),
)

issue = sa.Table(
    "issue",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("newsletter", sa.ForeignKey("newsletter.name"), nullable=False),
    sa.Column("period", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("window_start", Moment, nullable=False),
    sa.Column("window_end", Moment, nullable=False),
    sa.Column("composed_at", Moment, nullable=False),
    sa.Column("goes_at", Moment),
    sa.Column("revision", sa.Integer, nullable=False, default=0),
    # Within what nobody gets an article twice; kept, for planning must think as composing did.
    sa.Column("once", sa.Text, nullable=False, server_default="newsletter"),
    sa.UniqueConstraint("newsletter", "period"),
)

#: Where an editor leads a link of a mail, in place of the article's own address.
article_link = sa.Table(
    "article_link",
    metadata,
    sa.Column("article_id", sa.ForeignKey("article.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("by", sa.Text, nullable=False, default=""),
    sa.Column("note", sa.Text, nullable=False, default=""),
)

#: Who held, released, approved, stopped or corrected an issue, and why.
issue_change = sa.Table(
    "issue_change",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("issue_id", sa.ForeignKey("issue.id", ondelete="CASCADE"), nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("made_at", Moment, nullable=False),
    sa.Column("by", sa.Text, nullable=False, default=""),
    sa.Column("note", sa.Text, nullable=False, default=""),
    sa.Index("ix_issue_change_issue", "issue_id"),
)

#: Which articles an issue carried, where and why: the frozen ranking, and "never twice".
issue_article = sa.Table(
    "issue_article",
    metadata,
    sa.Column("issue_id", sa.ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("variant_key", sa.Text, primary_key=True),
    sa.Column("block", sa.Text, primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column("article_id", sa.ForeignKey("article.id"), nullable=False),
    sa.Column("why", sa.JSON, nullable=False),
    sa.Index("ix_issue_article_article", "article_id"),
)

variant = sa.Table(
    "variant",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("issue_id", sa.ForeignKey("issue.id", ondelete="CASCADE"), nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    # What `key` is spelled of: planning joins on these.
    sa.Column("choice", sa.Text, nullable=False, server_default=""),
    sa.Column("cohort", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("appeal", sa.Text, nullable=False, server_default=""),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("sections", sa.JSON, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("preheader", sa.Text, nullable=False),
    sa.Column("html", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.UniqueConstraint("issue_id", "key"),
)

subscriber = sa.Table(
    "subscriber",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("address_key", sa.Text, nullable=False, unique=True),
    sa.Column("address_hash", sa.Text, nullable=False, index=True),
    sa.Column("languages", sa.JSON, nullable=False, server_default="[]"),
    # Decides over arms of appeals, for ever: made of the keyed hash (rules.appeals).
    sa.Column("draw", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("created_at", Moment, nullable=False),
)

subscription = sa.Table(
    "subscription",
    metadata,
    sa.Column(
        "subscriber_id", sa.ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("newsletter", sa.ForeignKey("newsletter.name"), primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("sections", sa.JSON, nullable=False),
    # Languages and sections in one key, so that planning is one INSERT ... SELECT.
    sa.Column("choice", sa.Text, nullable=False),
    sa.Column("confirmed_at", Moment),
    sa.Column("unsubscribed_at", Moment),
    sa.Index("ix_subscription_newsletter_state", "newsletter", "state", "subscriber_id"),
)

#: Under which choices a reader was ever sent issues: with the placements of those issues it says
#: what they have had. A row per reader and choice, not per reader and article.
seen = sa.Table(
    "seen",
    metadata,
    sa.Column(
        "subscriber_id", sa.ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("newsletter", sa.ForeignKey("newsletter.name"), primary_key=True),
    sa.Column("choice", sa.Text, primary_key=True),
    sa.Column("issues", sa.Integer, nullable=False),
    sa.Column("last_issue_id", sa.Integer, nullable=False),
    sa.Column("last_at", Moment, nullable=False),
)

#: What each stream of issues means to the readers of one choice in one issue (rules.seen).
issue_past = sa.Table(
    "issue_past",
    metadata,
    sa.Column("issue_id", sa.ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("choice", sa.Text, primary_key=True),
    sa.Column("newsletter", sa.Text, primary_key=True),
    sa.Column("past_choice", sa.Text, primary_key=True),
    sa.Column("bit", sa.BigInteger, nullable=False),
)

#: Which of the addresses of a reader's own feed is good; no row means the first.
own_feed = sa.Table(
    "own_feed",
    metadata,
    sa.Column(
        "subscriber_id", sa.ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column("number", sa.Integer, nullable=False),
)

#: Which readers of a choice are shown which arm of an appeal in one issue (rules.appeals).
appeal_range = sa.Table(
    "appeal_range",
    metadata,
    sa.Column("issue_id", sa.ForeignKey("issue.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("choice", sa.Text, primary_key=True),
    sa.Column("appeal", sa.Text, primary_key=True),
    sa.Column("first", sa.Integer, nullable=False),
    sa.Column("last", sa.Integer, nullable=False),
    sa.Column("is_holdout", sa.Boolean, nullable=False),
    sa.Column("factor", sa.BigInteger, nullable=False),
    sa.Column("summand", sa.BigInteger, nullable=False),
    sa.Column("skip_first", sa.Integer, nullable=False),
    sa.Column("every", sa.Integer, nullable=False),
    sa.Column("donors_since", sa.Date, nullable=False),
)

#: Who gave, and when last: no name, no amount, and nothing that leads to a donation.
donor = sa.Table(
    "donor",
    metadata,
    sa.Column("address_hash", sa.Text, primary_key=True),
    sa.Column("donated_on", sa.Date, nullable=False),
)

#: What was given, and which appeal brought it: nothing that leads to a reader.
donation = sa.Table(
    "donation",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("donated_on", sa.Date, nullable=False),
    sa.Column("cents", sa.BigInteger, nullable=False),
    sa.Column("appeal", sa.Text, nullable=False),
    sa.Column("issue", sa.Text, nullable=False),
)

appeal_total = sa.Table(
    "appeal_total",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("cents", sa.BigInteger, nullable=False),
)

#: Issues that carry no appeal, by an editor's word before they were composed.
quiet_issue = sa.Table(
    "quiet_issue",
    metadata,
    sa.Column("newsletter", sa.ForeignKey("newsletter.name"), primary_key=True),
    sa.Column("period", sa.Text, primary_key=True),
)

suppression = sa.Table(
    "suppression",
    metadata,
    sa.Column("address_hash", sa.Text, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("since", Moment, nullable=False),
    sa.Column("note", sa.Text, nullable=False, default=""),
)

#: What the gate had against each issue when it last looked.
gate_check = sa.Table(
    "gate_check",
    metadata,
    sa.Column("issue_id", sa.ForeignKey("issue.id"), primary_key=True),
    sa.Column("checked_at", Moment, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("objections", sa.JSON, nullable=False),
)

#: The ledger. No index on what changes: PostgreSQL can then update in place (HOT).
delivery = sa.Table(
    "delivery",
    metadata,
    sa.Column("issue_id", sa.ForeignKey("issue.id"), primary_key=True),
    # No foreign key: the record of what was sent outlives the subscriber.
    sa.Column("subscriber_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("variant_id", sa.ForeignKey("variant.id"), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("planned_at", Moment, nullable=False),
    sa.Column("settled_at", Moment),
    sa.Column("next_attempt_at", Moment),
    sa.Column("lease_until", Moment),
    sa.Column("worker", sa.Text, nullable=False, default=""),
    sa.Column("reason", sa.Text, nullable=False, default=""),
    # "winter.a", "winter.holdout", or nothing: what the reader was shown of an appeal.
    sa.Column("appeal", sa.Text, nullable=False, server_default=""),
    postgresql_with={"fillfactor": "60"},
)

attempt = sa.Table(
    "attempt",
    metadata,
    sa.Column("issue_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("subscriber_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("finished_at", Moment),
    sa.Column("outcome", sa.Text),
    sa.Column("code", sa.Integer),
    sa.Column("enhanced", sa.Text, nullable=False, default=""),
    sa.Column("text", sa.Text, nullable=False, default=""),
)

run = sa.Table(
    "run",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("job", sa.Text, nullable=False),
    sa.Column("period", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("worker", sa.Text, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("late", sa.Boolean, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("finished_at", Moment),
    sa.Column("lease_until", Moment),
    sa.Column("report", sa.JSON),
    sa.Column("error", sa.Text, nullable=False, default=""),
    sa.UniqueConstraint("job", "period"),
)
