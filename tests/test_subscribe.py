from __future__ import annotations

from pathlib import Path

import pytest
from newsroom import Newsroom

from dispatch import errors
from dispatch.model.subscriber import SubscriptionState

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("app/readers",)

HEADER = "address,language,newsletter,sections,state\n"


def write(newsroom: Newsroom, text: str) -> Path:
    path = newsroom.root / "subscribers.csv"
    path.write_text(text, encoding="utf-8")
    return path


def state(newsroom: Newsroom, name: str) -> SubscriptionState:
    (subscription,) = newsroom.app.readers.why(f"{name}@reader.example").subscriptions
    return subscription.state


def test_a_list_is_taken_whole_with_languages_sections_and_states(newsroom: Newsroom) -> None:
    path = write(
        newsroom,
        f"{HEADER}Ann@Reader.example,en,weekly,,confirmed\n"
        "ivan@reader.example,ru,weekly,economy;foreign-policy,pending\n",
    )
    report = newsroom.app.readers.subscribe(newsroom.app.readers.read_wishes(path))
    assert (report.added, report.changed, report.unchanged) == (2, 0, 0)
    facts = newsroom.app.readers.why("ivan@reader.example")
    assert facts.subscriber is not None
    assert facts.subscriber.language == "ru"
    assert facts.subscriptions[0].sections == ("economy", "foreign-policy")
    assert state(newsroom, "ivan") is SubscriptionState.PENDING


def test_taking_a_list_again_changes_nothing(newsroom: Newsroom) -> None:
    path = write(newsroom, f"{HEADER}ann@reader.example,en,weekly,,confirmed\n")
    newsroom.app.readers.subscribe(newsroom.app.readers.read_wishes(path))
    report = newsroom.app.readers.subscribe(newsroom.app.readers.read_wishes(path))
    assert (report.added, report.unchanged) == (0, 1)


def test_every_bad_row_is_named_and_nothing_is_taken(newsroom: Newsroom) -> None:
    path = write(
        newsroom,
        f"{HEADER}ann@reader.example,en,weekly,,confirmed\n"
        "not an address,en,weekly,,confirmed\n"
        "bob@reader.example,fr,weekly,,confirmed\n"
        "eve@reader.example,en,daily,,confirmed\n"
        "dan@reader.example,en,weekly,horoscopes,confirmed\n"
        "kim@reader.example,en,weekly,,maybe\n",
    )
    with pytest.raises(errors.InputError) as caught:
        newsroom.app.readers.read_wishes(path)
    lines = str(caught.value).splitlines()
    assert lines[0] == "5 of 6 rows are bad; nothing was imported"
    places = [line.split(": ")[:2] for line in lines[1:]]
    assert places == [
        [f"{path}:3", "address"],
        [f"{path}:4", "language"],
        [f"{path}:5", "newsletter"],
        [f"{path}:6", "sections"],
        [f"{path}:7", "state"],
    ]
    assert "reader.example" not in str(caught.value)
    with pytest.raises(errors.NotFoundError):
        newsroom.app.readers.why("ann@reader.example")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the header row must name"),
        ("e-mail,language\nann@reader.example,en\n", "e-mail"),
        ("address,age\nann@reader.example,30\n", "age"),
    ],
)
def test_a_header_that_says_something_else_is_refused(
    newsroom: Newsroom, text: str, told: str
) -> None:
    path = write(newsroom, text)
    with pytest.raises(errors.InputError, match=told):
        newsroom.app.readers.read_wishes(path)


def test_a_file_in_another_encoding_is_refused(newsroom: Newsroom) -> None:
    path = newsroom.root / "old.csv"
    path.write_bytes("address\nиван@reader.example\n".encode("cp1251"))
    with pytest.raises(errors.InputError, match="UTF-8"):
        newsroom.app.readers.read_wishes(path)


def test_a_list_cannot_overrule_a_reader_who_said_no(newsroom: Newsroom) -> None:
    newsroom.reader("ann")
    newsroom.reader("ann", state="unsubscribed")
    newsroom.reader("ann", state="confirmed")
    assert state(newsroom, "ann") is SubscriptionState.UNSUBSCRIBED


def test_a_pending_wish_does_not_undo_a_confirmation(newsroom: Newsroom) -> None:
    newsroom.reader("ann")
    newsroom.reader("ann", state="pending")
    assert state(newsroom, "ann") is SubscriptionState.CONFIRMED


def test_a_new_language_moves_every_subscription_of_the_reader(newsroom: Newsroom) -> None:
    newsroom.reader("ann")
    newsroom.reader("ann", language="ru")
    newsroom.article("Новость", language="ru")
    newsroom.friday()
    (mail,) = newsroom.mails_to("ann")
    assert mail["Content-Language"] == "ru"


def test_a_dry_run_counts_and_keeps_nobody(newsroom: Newsroom) -> None:
    wish = newsroom.app.readers.read_wish({"address": "ann@reader.example"})
    assert newsroom.app.readers.subscribe([wish], dry_run=True).added == 1
    with pytest.raises(errors.NotFoundError):
        newsroom.app.readers.why("ann@reader.example")


def test_unsubscribing_is_idempotent_and_a_strange_token_names_nobody(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    newsroom.friday()
    (mail,) = newsroom.mails()
    token = str(mail["List-Unsubscribe"]).strip("<>").rpartition("/")[2]
    first = newsroom.app.readers.unsubscribe(token)
    newsroom.later(hours=1)
    assert newsroom.app.readers.unsubscribe(token) == first
    assert newsroom.app.readers.unsubscribe("a" * 32) is None
    assert newsroom.app.readers.unsubscribe("nonsense") is None
    message_id = str(mail["Message-ID"])
    other_purpose = message_id.split(".", 1)[1].partition("@")[0]
    assert newsroom.app.readers.unsubscribe(other_purpose) is None, (
        "a token is bound to its purpose"
    )
