"""An article is minted once: what its names are, what a change is, which window it enters."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.article import Author, Entry, Image
from dispatch.rules import identity
from dispatch.rules.identity import Decision

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
ENTRY = Entry(source_id="https://old.example/?p=12", url="https://old.example/wind", title="Wind")
KNOWN = identity.Known(
    article_id=1,
    source="site",
    content_hash="same",
    title="Wind",
    standfirst="",
    is_withdrawn=False,
)
GONE = replace(KNOWN, is_withdrawn=True)
TOMBSTONE = replace(ENTRY, withdrawn=True)


@pytest.mark.parametrize(
    ("entry", "content", "known", "source", "decision"),
    [
        pytest.param(ENTRY, "any", None, "site", Decision.NEW, id="never seen"),
        pytest.param(replace(ENTRY, url=None), "any", None, "site", Decision.REFUSED, id="no url"),
        pytest.param(
            replace(ENTRY, title=""), "any", None, "site", Decision.REFUSED, id="untitled"
        ),
        pytest.param(TOMBSTONE, "any", None, "site", Decision.REFUSED, id="gone before we saw it"),
        pytest.param(ENTRY, "same", KNOWN, "site", Decision.UNCHANGED, id="the same again"),
        pytest.param(ENTRY, "other", KNOWN, "site", Decision.CHANGED, id="edited"),
        pytest.param(ENTRY, "other", KNOWN, "wire", Decision.ADOPTED, id="seen elsewhere"),
        pytest.param(TOMBSTONE, "same", KNOWN, "site", Decision.WITHDRAWN, id="taken back"),
        pytest.param(TOMBSTONE, "same", GONE, "site", Decision.UNCHANGED, id="taken back again"),
        pytest.param(ENTRY, "same", GONE, "site", Decision.RETURNED, id="back"),
        pytest.param(ENTRY, "same", GONE, "wire", Decision.ADOPTED, id="back elsewhere only"),
        pytest.param(
            TOMBSTONE, "same", KNOWN, "wire", Decision.UNCHANGED, id="taken back by another source"
        ),
    ],
)
def test_an_entry_is_decided_by_what_is_known(
    entry: Entry, content: str, known: identity.Known | None, source: str, decision: Decision
) -> None:
    assert identity.decide(entry, content, known, source) is decision


def names(entry: Entry, source: str = "site") -> set[identity.Key]:
    return set(identity.keys_of(entry, source))


@pytest.mark.parametrize(
    "moved",
    [
        pytest.param(replace(ENTRY, url="https://old.example/wind-2"), id="new slug, same id"),
        pytest.param(
            Entry(source_id="https://new.example/?p=12", url="https://new.example/wind"),
            id="new domain",
        ),
        pytest.param(
            Entry(source_id="urn:7", url="http://www.old.example/wind/"), id="new CMS, same page"
        ),
        pytest.param(
            Entry(source_id=None, url="https://old.example/wind?utm_source=x"), id="no id at all"
        ),
    ],
)
def test_an_article_is_found_again_after_a_move(moved: Entry) -> None:
    assert names(ENTRY) & names(moved)


def test_ids_belong_to_their_source_and_addresses_to_the_publication() -> None:
    assert {kind for kind, _ in names(ENTRY) & names(ENTRY, "wire")} == {"url"}
    assert names(Entry(source_id=None, url=None)) == set()
    home = Entry(source_id="https://old.example/", url=None)
    assert {kind for kind, _ in names(home)} == {"id"}


SHORT = "https://n.example/?p=7"


@pytest.mark.parametrize(
    ("source_id", "url", "is_unique"),
    [
        (SHORT, "https://n.example/en/treaties", True),
        (SHORT, "https://www.n.example/en/treaties", True),
        (SHORT, "https://other.example/en/treaties", False),
        ("http://localhost/?p=7", "https://n.example/en/treaties", False),
        ("https://n.example/en/treaties", "https://n.example/en/treaties", False),
        ("http://n.example/en/treaties/", "https://n.example/en/treaties", False),
        ("https://n.example/", "https://n.example/en/treaties", False),
        ("https://[n.example/?p=7", "https://n.example/en/treaties", False),
        (SHORT, None, False),
        ("tag:n.example,2026:article:7", None, True),
        ("tag:n.example,2026-11-24:7", None, True),
        ("tag:7", None, False),
        ("tag:n.example:7", None, False),
        ("urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a", None, True),
        ("urn:uuid:7", None, False),
        ("urn:7", None, False),
        ("7", "https://n.example/en/treaties", False),
        ("12345678901234567890", None, False),
        ("treaties", None, False),
        (None, "https://n.example/en/treaties", False),
    ],
)
def test_an_identifier_is_unique_in_the_world_or_its_sources_alone(
    source_id: str | None, url: str | None, is_unique: bool
) -> None:
    entry = Entry(source_id=source_id, url=url)
    assert identity.is_unique_in_the_world(entry) is is_unique
    one, other = (identity.keys_of(entry, source, language="en") for source in ("rss", "rest"))
    shared = {kind for kind, _ in set(one) & set(other)}
    assert ("guid" in shared) is is_unique


def test_an_identifier_of_two_languages_is_two() -> None:
    entry = Entry(source_id=SHORT, url="https://n.example/a")
    english, russian, british = (
        {key for key in identity.keys_of(entry, "rss", language=language) if key[0] == "guid"}
        for language in ("en", "ru", "en-GB")
    )
    assert english == british
    assert not english & russian
    assert "guid" not in dict(identity.keys_of(entry, "rss", language="en", ids_are_shared=True))


def test_the_strongest_name_wins() -> None:
    keys = identity.keys_of(ENTRY, "site")
    other = replace(KNOWN, article_id=2)
    assert identity.find(keys, {keys[-1]: other, keys[0]: KNOWN}) is KNOWN
    assert identity.find(keys, {keys[-1]: other}) is other
    assert identity.find(keys, {}) is None


@pytest.mark.parametrize(
    "changed",
    [
        replace(ENTRY, title="Winds"),
        replace(ENTRY, url="https://new.example/wind"),
        replace(ENTRY, standfirst="A line"),
        replace(ENTRY, authors=(Author(name="Ann"),)),
        replace(ENTRY, image=Image(url="https://old.example/i.jpg")),
    ],
)
def test_what_a_reader_notices_changes_the_hash(changed: Entry) -> None:
    before = identity.content_hash(ENTRY, ("world",), "body")
    assert identity.content_hash(changed, ("world",), "body") != before
    assert identity.content_hash(ENTRY, ("world",), "body text") != before
    assert identity.content_hash(ENTRY, (), "body") != before


def test_what_nobody_notices_does_not_change_the_hash() -> None:
    silent = replace(
        ENTRY,
        html="<div><p>body</p></div>",
        updated_at=NOW,
        source_id="9",
        title="\u00ad".join(ENTRY.title),
    )
    before = identity.content_hash(ENTRY, ("world",), "some body")
    assert identity.content_hash(silent, ("world",), " some\n body ") == before


@pytest.mark.parametrize(
    ("entry", "is_significant"),
    [
        (ENTRY, False),
        (replace(ENTRY, html="<p>A comma was moved.</p>"), False),
        (replace(ENTRY, title="Storm"), True),
        (replace(ENTRY, standfirst="New"), True),
        (replace(ENTRY, html="<p>Correction: it was Tuesday.</p>"), True),
        (replace(ENTRY, html="<p>Исправление: это был вторник.</p>"), True),
    ],
)
def test_only_what_readers_must_know_is_significant(entry: Entry, is_significant: bool) -> None:
    assert identity.is_significant(entry, KNOWN) is is_significant


@pytest.mark.parametrize(
    ("age", "is_first_poll", "entered_at"),
    [
        pytest.param(timedelta(hours=1), False, NOW, id="fresh: our own clock"),
        pytest.param(timedelta(days=15), False, NOW - timedelta(days=15), id="back-dated"),
        pytest.param(timedelta(hours=-5), False, NOW, id="dated ahead"),
        pytest.param(None, False, NOW, id="undated"),
        pytest.param(timedelta(hours=1), True, NOW - timedelta(hours=1), id="back catalogue"),
        pytest.param(timedelta(hours=-5), True, NOW, id="back catalogue, dated ahead"),
        pytest.param(None, True, identity.LONG_AGO, id="back catalogue, undated"),
    ],
)
def test_the_window_goes_by_our_clock_but_for_what_was_there_before(
    age: timedelta | None, is_first_poll: bool, entered_at: datetime
) -> None:
    entry = replace(ENTRY, published_at=NOW - age if age is not None else None)
    assert identity.entered_at(entry, NOW, is_first_poll=is_first_poll) == entered_at


@given(st.one_of(st.none(), st.datetimes(timezones=st.just(UTC))), st.booleans())
def test_nothing_is_shown_or_entered_ahead_of_time(
    date: datetime | None, is_first_poll: bool
) -> None:
    entry = replace(ENTRY, published_at=date)
    assert identity.published_at(entry, NOW) <= NOW
    assert identity.entered_at(entry, NOW, is_first_poll=is_first_poll) <= NOW


@pytest.mark.parametrize(
    ("new", "total", "is_first_poll", "is_flood"),
    [
        (30, 30, False, True),
        (30, 30, True, False),
        (14, 14, False, False),
        (15, 30, False, False),
        (16, 30, False, True),
        (0, 0, False, False),
    ],
)
def test_a_window_that_is_suddenly_all_new_is_held_back(
    new: int, total: int, is_first_poll: bool, is_flood: bool
) -> None:
    assert identity.is_flood(new, total, is_first_poll=is_first_poll) is is_flood
