"""The editor's hand: an issue goes at its hour unless held, and stops before the next message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from newsroom import FRIDAY, Newsroom, html_of, parse

from dispatch import errors, ports, transports
from dispatch.edit import Word
from dispatch.model.delivery import DeliveryState, Envelope, Outcome, OutcomeStatus
from dispatch.model.newsletter import IssueAction, IssueState
from dispatch.model.subscriber import SuppressionReason
from dispatch.store import articles

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "app/editors",
    "compose/correction",
    "deliver/proof",
    "store/corrections",
    "store/issue_changes",
)

WEEK = ("weekly", "2026-W48")


def say(newsroom: Newsroom, action: IssueAction, by: str = "Anna") -> IssueState:
    return newsroom.app.editors.move(*WEEK, Word(action=action, by=by)).state


def at_eight(newsroom: Newsroom) -> None:
    """An hour before the issue is due."""
    newsroom.clock.time = FRIDAY
    newsroom.later(hours=-1)
    newsroom.collect()
    newsroom.app.runner.wake("issue:weekly")


@pytest.fixture
def drafted(newsroom: Newsroom) -> Newsroom:
    """A newsroom that sees its issue an hour before it goes."""
    newsroom.decide(draft='"1h"')
    newsroom.article("One")
    newsroom.reader("ann")
    return newsroom


class Wire:
    """A transport that does something before each message."""

    is_idempotent = False
    connections = 1

    def __init__(self, before: Callable[[int], None]) -> None:
        self.before = before
        self.given: list[str] = []
        self.messages: list[bytes] = []
        self.doubts: set[str] = set()

    def open_session(self) -> Wire:
        return self

    def send(self, envelope: Envelope, message: bytes) -> Outcome:
        self.given.append(envelope.recipient)
        self.messages.append(message)
        self.before(len(self.given))
        if envelope.recipient in self.doubts:
            self.doubts.remove(envelope.recipient)
            return Outcome(status=OutcomeStatus.UNCERTAIN, text="connection lost")
        return Outcome(status=OutcomeStatus.SENT, code=250)

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        return None


def use(monkeypatch: pytest.MonkeyPatch, wire: Wire) -> None:
    def open_transport(_: object) -> ports.Transport:
        return wire

    monkeypatch.setattr(transports, "open_transport", open_transport)


def test_a_draft_is_made_before_its_hour_and_goes_at_it(drafted: Newsroom) -> None:
    at_eight(drafted)
    assert drafted.issue().state is IssueState.COMPOSED
    assert drafted.issue().goes_at == FRIDAY
    drafted.deliver()
    assert drafted.mails() == [], "it is not nine yet"
    drafted.later(hours=1)
    drafted.deliver()
    assert len(drafted.mails()) == 1


def test_a_held_issue_waits_beyond_its_hour_and_goes_when_it_is_released(
    drafted: Newsroom,
) -> None:
    at_eight(drafted)
    assert say(drafted, IssueAction.HELD) is IssueState.HELD
    drafted.later(hours=3)
    drafted.deliver()
    assert drafted.mails() == []
    assert say(drafted, IssueAction.RELEASED) is IssueState.COMPOSED
    drafted.deliver()
    assert len(drafted.mails()) == 1
    history = drafted.app.editors.list_history(*WEEK)
    assert [(one.action, one.by) for one in history] == [
        (IssueAction.HELD, "Anna"),
        (IssueAction.RELEASED, "Anna"),
    ]


def test_an_issue_that_wants_approval_leaves_on_no_other_word(newsroom: Newsroom) -> None:
    newsroom.decide(approval="true")
    newsroom.article("One")
    newsroom.reader("ann")
    newsroom.friday()
    newsroom.later(hours=5)
    newsroom.deliver()
    assert newsroom.mails() == []
    assert newsroom.issue().state is IssueState.HELD
    say(newsroom, IssueAction.APPROVED)
    newsroom.deliver()
    assert len(newsroom.mails()) == 1


def test_a_hold_is_seen_before_the_next_message_and_nobody_is_lost_by_it(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def before(count: int) -> None:
        if count == 3:
            say(newsroom, IssueAction.HELD)

    wire = Wire(before)
    use(monkeypatch, wire)
    newsroom.article("One")
    for number in range(8):
        newsroom.reader(f"reader{number}")
    newsroom.friday()
    assert len(wire.given) == 3
    assert newsroom.balance() == {DeliveryState.SENT: 3, DeliveryState.PLANNED: 5}
    newsroom.deliver()
    assert len(wire.given) == 3
    assert say(newsroom, IssueAction.RELEASED) is IssueState.SENDING
    newsroom.deliver()
    assert sorted(wire.given) == sorted(f"reader{n}@reader.example" for n in range(8))
    assert newsroom.issue().state is IssueState.FINISHED


def test_a_stop_is_seen_before_the_next_message_and_settles_the_rest(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def before(count: int) -> None:
        if count == 2:
            say(newsroom, IssueAction.STOPPED)

    wire = Wire(before)
    use(monkeypatch, wire)
    newsroom.article("One")
    for number in range(6):
        newsroom.reader(f"reader{number}")
    newsroom.friday()
    assert len(wire.given) == 2
    assert newsroom.balance() == {DeliveryState.SENT: 2, DeliveryState.SKIPPED: 4}


@pytest.mark.parametrize("action", [IssueAction.RELEASED, IssueAction.APPROVED])
def test_what_is_not_held_cannot_be_released(drafted: Newsroom, action: IssueAction) -> None:
    at_eight(drafted)
    with pytest.raises(errors.InputError, match="is composed"):
        say(drafted, action)
    assert not drafted.app.editors.list_history(*WEEK), "a refused word leaves no line"


def test_a_word_on_an_issue_that_is_not_there_is_an_error(newsroom: Newsroom) -> None:
    with pytest.raises(errors.NotFoundError, match="2026-W48"):
        say(newsroom, IssueAction.HELD)


def test_a_dry_word_changes_nothing(drafted: Newsroom) -> None:
    at_eight(drafted)
    drafted.app.editors.move(*WEEK, Word(action=IssueAction.HELD), dry_run=True)
    assert drafted.issue().state is IssueState.COMPOSED
    assert not drafted.app.editors.list_history(*WEEK)


def test_a_test_goes_to_the_editors_alone_and_leaves_the_ledger_as_it_is(
    drafted: Newsroom,
) -> None:
    at_eight(drafted)
    sent = drafted.app.editors.send_proofs("weekly", ["desk@meridian.example"], period=WEEK[1])
    assert {one.variant for one in sent} == {"en"}, "every language that has an issue"
    (mail,) = drafted.mails()
    assert mail["To"] == "desk@meridian.example"
    assert str(mail["Subject"]).startswith("[TEST] ")
    token = str(mail["List-Unsubscribe"]).strip("<>").rpartition("/")[2]
    assert drafted.app.readers.unsubscribe(token) is None, "its link names nobody"
    assert drafted.balance() == {}
    drafted.later(hours=1)
    drafted.deliver()
    assert len(drafted.mails_to("ann")) == 1


def test_a_test_of_the_next_issue_needs_none_to_stand(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.collect()
    newsroom.later(hours=1)
    newsroom.app.editors.send_proofs("weekly", ["desk@meridian.example"])
    assert len(newsroom.mails()) == 1
    assert newsroom.app.issues.list_issues() == []


@pytest.mark.parametrize("address", ["nobody", "gone@reader.example"])
def test_a_test_is_refused_for_an_address_that_is_none_or_suppressed(
    drafted: Newsroom, address: str
) -> None:
    drafted.app.readers.suppress(["gone@reader.example"], SuppressionReason.COMPLAINT)
    at_eight(drafted)
    with pytest.raises(errors.InputError, match="address 1 of 1"):
        drafted.app.editors.send_proofs("weekly", [address], period=WEEK[1])
    assert drafted.mails() == []


def test_a_test_of_a_variant_that_is_not_there_says_which_are(drafted: Newsroom) -> None:
    at_eight(drafted)
    with pytest.raises(errors.NotFoundError, match="there are en"):
        drafted.app.editors.send_proofs("weekly", ["d@m.example"], period=WEEK[1], keys=["fr"])


def says(message: bytes) -> str:
    """The headline that a message carries."""
    return "new" if "New words" in html_of(parse(message)) else "old"


def rewrite(newsroom: Newsroom) -> None:
    """The editors mend the standfirst of the article that the issue carries."""
    newsroom.article("One", standfirst="New words on one")
    newsroom.later(minutes=1)
    newsroom.collect()


def test_a_correction_reaches_all_who_have_not_got_it_and_the_web_copy(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    def before(count: int) -> None:
        if count == 1:
            rewrite(newsroom)
            report = newsroom.app.editors.correct(*WEEK, by="Anna", note="a wrong name")
            assert (report.variants, report.waiting) == (("en",), 4)

    wire = Wire(before)
    use(monkeypatch, wire)
    settings = replace(newsroom.app.config.delivery, batch=2)
    newsroom.app.office.config = replace(newsroom.app.config, delivery=settings)
    newsroom.article("One")
    for number in range(6):
        newsroom.reader(f"reader{number}")
    newsroom.friday()
    newsroom.deliver()
    assert len(set(wire.given)) == len(wire.given) == 6
    assert [says(message) for message in wire.messages] == ["old"] * 2 + ["new"] * 4
    page = newsroom.app.issues.find_page(*WEEK, "en")
    assert page is not None
    assert "New words" in page.html
    assert newsroom.app.editors.list_history(*WEEK)[0].note == "a wrong name"


def test_a_message_in_doubt_is_sent_again_with_the_words_of_the_first_try(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = Wire(lambda _: None)
    wire.doubts.add("ann@reader.example")
    use(monkeypatch, wire)
    newsroom.article("One")
    newsroom.reader("ann")
    newsroom.friday()
    rewrite(newsroom)
    newsroom.app.editors.correct(*WEEK)
    newsroom.app.issues.resend_uncertain(*WEEK)
    newsroom.deliver()
    first, second = wire.messages
    assert first == second


def test_a_correction_before_the_hour_leaves_no_old_variant_behind(drafted: Newsroom) -> None:
    at_eight(drafted)
    rewrite(drafted)
    report = drafted.app.editors.correct(*WEEK)
    assert (report.variants, report.waiting) == (("en",), 0), "nobody is planned yet"
    drafted.later(hours=1)
    drafted.deliver()
    (mail,) = drafted.mails()
    assert "New words" in html_of(mail)


def test_what_was_withdrawn_is_taken_out_by_a_correction(drafted: Newsroom) -> None:
    drafted.article("Two")
    at_eight(drafted)
    two = next(one for one in drafted.articles() if one.title == "Two")
    with drafted.app.db.write() as tx:
        articles.withdraw_article(tx, two.id, drafted.clock.now())
    drafted.app.editors.correct(*WEEK)
    page = drafted.app.issues.find_page(*WEEK, "en")
    assert page is not None
    assert ">One<" in page.html
    assert ">Two<" not in page.html


def test_a_correction_that_leaves_nothing_is_refused_and_changes_nothing(
    drafted: Newsroom,
) -> None:
    at_eight(drafted)
    with drafted.app.db.write() as tx:
        articles.withdraw_article(tx, 1, drafted.clock.now())
    with pytest.raises(errors.InputError, match="no article left"):
        drafted.app.editors.correct(*WEEK)
    assert drafted.issue().revision == 0


def test_a_correction_of_nothing_leaves_no_line(drafted: Newsroom) -> None:
    at_eight(drafted)
    assert drafted.app.editors.correct(*WEEK).variants == ()
    assert drafted.app.editors.list_history(*WEEK) == []


def test_a_stopped_issue_is_not_corrected(drafted: Newsroom) -> None:
    at_eight(drafted)
    say(drafted, IssueAction.STOPPED)
    rewrite(drafted)
    with pytest.raises(errors.InputError, match="is stopped"):
        drafted.app.editors.correct(*WEEK)
    assert drafted.issue().revision == 0
