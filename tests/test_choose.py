"""What a reader ticks: kept whole or not at all, and the same twice."""

from __future__ import annotations

import pytest
from newsroom import Newsroom, text_of

from dispatch import choose
from dispatch.choose import Choice, Lack
from dispatch.model.subscriber import Subscription, SubscriptionState, SuppressionReason
from dispatch.rules import tokens

ALL = ("foreign-policy", "economy")
DAILY = """
[[newsletters]]
name = "daily"
languages = ["ru"]
sections = ["economy"]
titles = { ru = "Каждый день" }
cadence = "Fridays 10:00"
blocks = ["latest"]
from_name = { ru = "Меридиан" }
from_address = "digest@meridian.example"
list_id = "daily.meridian.example"
"""


@pytest.fixture
def room(newsroom: Newsroom) -> Newsroom:
    """Two newsletters; Ann reads the weekly in English and got an issue of it."""
    newsroom.with_config(DAILY)
    newsroom.article("Treaties", sections=["foreign-policy"])
    newsroom.reader("ann", language="en")
    newsroom.reader("olga", language="ru")
    newsroom.friday()
    return newsroom


def token(room: Newsroom, subscriber_id: int = 1) -> str:
    return room.app.office.signer.make(tokens.Token(tokens.Purpose.UNSUBSCRIBE, subscriber_id, 1))


def wanted(*languages: str, **newsletters: tuple[str, ...]) -> Choice:
    return Choice(languages=languages, newsletters=newsletters)


def subscriptions(room: Newsroom, name: str = "ann") -> dict[str, Subscription]:
    found = room.app.readers.why(f"{name}@reader.example").subscriptions
    return {one.newsletter: one for one in found}


def test_what_stands_is_shown_with_all_sections_named(room: Newsroom) -> None:
    assert room.app.readers.find_choice(token(room)) == wanted("en", weekly=ALL)


def test_choosing_what_stands_changes_nothing(room: Newsroom) -> None:
    before = subscriptions(room)
    room.later(days=1)
    standing = room.app.readers.find_choice(token(room))
    assert standing is not None
    assert room.app.readers.choose(token(room), standing) == ()
    assert subscriptions(room) == before


def test_languages_sections_and_newsletters_are_kept_and_nobody_elses(room: Newsroom) -> None:
    others = subscriptions(room, "olga")
    choice = wanted("ru", "en", weekly=("economy",), daily=("economy",))
    for _ in range(2):
        assert room.app.readers.choose(token(room), choice) == ()
        room.later(days=1)
    facts = room.app.readers.why("ann@reader.example")
    assert facts.subscriber is not None
    assert facts.subscriber.languages == ("ru", "en")
    daily, weekly = subscriptions(room)["daily"], subscriptions(room)["weekly"]
    assert (weekly.sections, weekly.state) == (("economy",), SubscriptionState.CONFIRMED)
    assert (daily.sections, daily.state) == ((), SubscriptionState.CONFIRMED)
    assert daily.confirmed_at is not None
    assert subscriptions(room, "olga") == others
    assert room.app.readers.find_choice(token(room)) == choice


def test_the_next_issue_follows_the_choice(room: Newsroom) -> None:
    room.app.readers.choose(token(room), wanted("ru", "en", weekly=("economy",)))
    room.later(days=3)
    room.article("Peace", sections=["foreign-policy"])
    room.article("Длинные договоры о торговле", language="ru", sections=["economy"])
    room.friday(week=1)
    room.deliver()
    (mail,) = (one for one in room.mails_to("ann") if one["Content-Language"] == "ru")
    assert "Длинные договоры" in text_of(mail)
    assert "Peace" not in text_of(mail)


def test_a_newsletter_that_is_not_ticked_ends_and_may_begin_anew(room: Newsroom) -> None:
    room.app.readers.choose(token(room), wanted("en"))
    ended = subscriptions(room)["weekly"]
    assert ended.state is SubscriptionState.UNSUBSCRIBED
    room.later(days=1)
    room.app.readers.choose(token(room), wanted("en"))
    assert subscriptions(room)["weekly"] == ended
    room.app.readers.choose(token(room), wanted("en", weekly=ALL))
    again = subscriptions(room)["weekly"]
    assert (again.state, again.unsubscribed_at) == (SubscriptionState.CONFIRMED, None)
    assert again.confirmed_at == room.clock.now()


@pytest.mark.parametrize(
    ("choice", "lacks"),
    [
        (wanted(weekly=ALL), [(Lack.LANGUAGE, "")]),
        (wanted("en", weekly=()), [(Lack.SECTION, "weekly")]),
        (wanted("en", weekly=ALL, daily=("economy",)), [(Lack.COMMON_LANGUAGE, "daily")]),
        (
            wanted("en", weekly=ALL, daily=()),
            [(Lack.SECTION, "daily"), (Lack.COMMON_LANGUAGE, "daily")],
        ),
    ],
)
def test_of_a_choice_that_lacks_something_nothing_is_kept(
    room: Newsroom, choice: Choice, lacks: list[tuple[Lack, str]]
) -> None:
    before = room.app.readers.why("ann@reader.example")
    assert room.app.readers.choose(token(room), choice) == tuple(lacks)
    assert list(choose.list_lacks(choice, room.app.readers.offer)) == lacks
    assert room.app.readers.why("ann@reader.example") == before


def test_a_suppressed_address_may_leave_but_not_come_back(room: Newsroom) -> None:
    room.app.readers.suppress(["ann@reader.example"], SuppressionReason.COMPLAINT)
    room.app.readers.choose(token(room), wanted("en", "ru", weekly=ALL, daily=("economy",)))
    assert list(subscriptions(room)) == ["weekly"]
    room.app.readers.choose(token(room), wanted("en"))
    room.app.readers.choose(token(room), wanted("en", weekly=ALL))
    assert subscriptions(room)["weekly"].state is SubscriptionState.UNSUBSCRIBED


def test_what_is_not_offered_any_more_is_left_as_it_is(room: Newsroom) -> None:
    room.reader("ann", newsletter="weekly", languages="ru en", sections="economy")
    path = room.root / "config.toml"
    text = path.read_text(encoding="utf-8").replace('key = "economy"', 'key = "money"')
    path.write_text(text.replace('["economy"]', '["money"]'), encoding="utf-8")
    room.app.close()
    room.app = room.open_app()
    assert room.app.readers.find_choice(token(room)) == wanted("ru", "en", weekly=())
    assert room.app.readers.choose(token(room), wanted("ru", "en", weekly=("money",))) == ()
    assert subscriptions(room)["weekly"].sections == ("money",)


def test_a_token_that_names_nobody_chooses_nothing(room: Newsroom) -> None:
    for forged in (token(room)[:-1], token(room, 999), "a" * tokens.LENGTH):
        assert room.app.readers.find_choice(forged) is None
    assert room.app.readers.choose("a" * tokens.LENGTH, wanted("en", weekly=ALL)) is None
    room.app.readers.choose(token(room, 999), wanted("en", weekly=ALL))
    assert room.app.readers.find_choice(token(room, 999)) is None
