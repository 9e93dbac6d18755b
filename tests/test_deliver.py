from __future__ import annotations

from dataclasses import replace

import pytest
from newsroom import Newsroom, parse, text_of

from dispatch import errors, ports, transports
from dispatch.edit import Word
from dispatch.model.delivery import DeliveryState, Envelope, Outcome, OutcomeStatus
from dispatch.model.newsletter import IssueAction, IssueState
from dispatch.model.settings import TransportSettings, UncertainPolicy
from dispatch.model.subscriber import SuppressionReason

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "deliver/letters",
    "deliver/worker",
)

SENT = Outcome(status=OutcomeStatus.SENT, code=250)
LATER = Outcome(status=OutcomeStatus.DEFERRED, code=450, text="4.2.0 greylisted")
NEVER = Outcome(status=OutcomeStatus.FAILED, code=550, text="5.1.1 no such user")
DOUBT = Outcome(status=OutcomeStatus.UNCERTAIN, text="connection lost")
AWAY = Outcome(status=OutcomeStatus.DEFERRED, text="connection refused")


class Post:
    """A transport that answers as it is told, per recipient, and keeps what it was given."""

    is_idempotent = False
    connections = 2

    def __init__(self) -> None:
        self.answers: dict[str, list[Outcome]] = {}
        self.given: list[tuple[str, bytes]] = []
        self.is_closed = False

    def open_session(self) -> Post:
        if self.is_closed:
            raise errors.TransportError("mail.example:25: connection refused")
        return self

    def send(self, envelope: Envelope, message: bytes) -> Outcome:
        self.given.append((envelope.recipient, message))
        name = envelope.recipient.partition("@")[0]
        waiting = self.answers.get(name)
        return waiting.pop(0) if waiting else SENT

    def __enter__(self) -> Post:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def times(self, name: str) -> int:
        return sum(recipient == f"{name}@reader.example" for recipient, _ in self.given)


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    post = Post()

    def open_post(_: TransportSettings) -> ports.Transport:
        return post

    monkeypatch.setattr(transports, "open_transport", open_post)
    return post


def test_everybody_confirmed_gets_one_and_the_ledger_balances(newsroom: Newsroom) -> None:
    newsroom.article("One")
    for name in ("ann", "bob"):
        newsroom.reader(name)
    newsroom.reader("pending", state="pending")
    newsroom.reader("gone", state="unsubscribed")
    newsroom.friday()
    assert [str(mail["To"]) for mail in newsroom.mails()] == [
        "ann@reader.example",
        "bob@reader.example",
    ]
    assert newsroom.balance() == {DeliveryState.SENT: 2}
    assert newsroom.issue().state is IssueState.FINISHED


def test_asking_again_sends_nothing_again(newsroom: Newsroom, post: Post) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    newsroom.friday()
    newsroom.deliver()
    newsroom.friday()
    assert post.times("ann") == 1


def test_a_suppressed_address_is_skipped_with_its_reason(newsroom: Newsroom, post: Post) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    newsroom.app.readers.suppress(["Ann@Reader.example"], SuppressionReason.COMPLAINT)
    newsroom.friday()
    assert post.given == []
    assert newsroom.balance() == {DeliveryState.SKIPPED: 1}
    (delivery,) = newsroom.app.readers.why("ann@reader.example").deliveries
    assert (delivery["state"], delivery["reason"]) == ("skipped", "suppressed")


def test_suppression_wins_over_a_later_import(newsroom: Newsroom) -> None:
    newsroom.app.readers.suppress(["ann@reader.example"], SuppressionReason.OPERATOR)
    assert newsroom.reader("ann").suppressed == 1


def test_who_unsubscribes_between_planning_and_sending_gets_nothing(
    newsroom: Newsroom, post: Post
) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    post.is_closed = True
    newsroom.friday()
    assert newsroom.balance() == {DeliveryState.PLANNED: 1}
    newsroom.reader("ann", state="unsubscribed")
    post.is_closed = False
    newsroom.deliver()
    assert post.given == []
    assert newsroom.balance() == {DeliveryState.SKIPPED: 1}


def test_a_closed_way_out_is_reported_and_everything_stays_owed(
    newsroom: Newsroom, post: Post
) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    post.is_closed = True
    newsroom.friday()
    (report,) = newsroom.deliver().issues
    assert report.failure == "mail.example:25: connection refused"
    assert report.balance.owed == 1
    post.is_closed = False
    newsroom.deliver()
    assert newsroom.balance() == {DeliveryState.SENT: 1}


def test_a_refusal_for_now_is_tried_again_with_the_same_bytes(
    newsroom: Newsroom, post: Post
) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    post.answers["ann"] = [LATER, SENT]
    newsroom.friday()
    assert newsroom.balance() == {DeliveryState.DEFERRED: 1}
    newsroom.deliver()
    assert post.times("ann") == 1, "not before its time"
    newsroom.later(hours=4)
    newsroom.deliver()
    assert newsroom.balance() == {DeliveryState.SENT: 1}
    first, second = (message for _, message in post.given)
    assert first == second


def test_a_refusal_for_good_fails_at_once_and_stops_no_other(
    newsroom: Newsroom, post: Post
) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    newsroom.reader("bob")
    post.answers["ann"] = [NEVER]
    newsroom.friday()
    assert newsroom.balance() == {DeliveryState.FAILED: 1, DeliveryState.SENT: 1}
    (delivery,) = newsroom.app.readers.why("ann@reader.example").deliveries
    assert "no such user" in delivery["reason"]


def test_what_is_always_refused_for_now_is_given_up(newsroom: Newsroom, post: Post) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    post.answers["ann"] = [LATER] * 20
    newsroom.friday()
    for _ in range(10):
        newsroom.later(hours=5)
        newsroom.deliver()
    assert newsroom.balance() == {DeliveryState.FAILED: 1}
    assert post.times("ann") == 6


def test_a_doubt_is_held_and_shown_until_the_operator_decides(
    newsroom: Newsroom, post: Post
) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    post.answers["ann"] = [DOUBT]
    newsroom.friday()
    newsroom.deliver()
    assert newsroom.balance() == {DeliveryState.UNCERTAIN: 1}
    assert len(newsroom.app.issues.why("weekly", "2026-W48").uncertain) == 1
    assert newsroom.issue().state is IssueState.FINISHED
    assert newsroom.app.issues.resend_uncertain("weekly", "2026-W48") == 1
    newsroom.deliver()
    assert newsroom.balance() == {DeliveryState.SENT: 1}
    first, second = (parse(message) for _, message in post.given)
    assert first["Message-ID"] == second["Message-ID"]


def test_a_server_that_stops_answering_leaves_the_rest_owed(newsroom: Newsroom, post: Post) -> None:
    newsroom.article("One")
    for number in range(60):
        newsroom.reader(f"reader{number}")
        post.answers[f"reader{number}"] = [AWAY]
    newsroom.friday()
    assert len(post.given) == 20, "ten a session"
    (report,) = newsroom.deliver().issues
    assert "no longer answers" in report.failure
    for _ in range(4):
        newsroom.later(hours=4)
        newsroom.deliver()
    assert newsroom.balance() == {DeliveryState.SENT: 60}


def test_a_stopped_issue_sends_nothing_more(newsroom: Newsroom, post: Post) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    post.is_closed = True
    newsroom.friday()
    newsroom.app.editors.move("weekly", "2026-W48", Word(action=IssueAction.STOPPED))
    post.is_closed = False
    newsroom.deliver()
    assert post.given == []
    assert newsroom.issue().state is IssueState.STOPPED


def test_who_joins_after_planning_waits_for_the_next_issue(newsroom: Newsroom, post: Post) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    post.is_closed = True
    newsroom.friday()
    newsroom.reader("late")
    post.is_closed = False
    newsroom.deliver()
    assert (post.times("ann"), post.times("late")) == (1, 0)


def test_a_dry_run_counts_and_hands_nothing_over(newsroom: Newsroom, post: Post) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    newsroom.collect()
    newsroom.later(hours=1)
    newsroom.app.issues.compose("weekly")
    (report,) = newsroom.app.issues.deliver(dry_run=True).issues
    assert report.balance.owed == 1
    assert post.given == []
    assert newsroom.app.issues.list_issues()[0].state is IssueState.COMPOSED


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (UncertainPolicy.HOLD, {DeliveryState.UNCERTAIN: 1, DeliveryState.SENT: 1}),
        (UncertainPolicy.RESEND, {DeliveryState.SENT: 2}),
    ],
)
def test_what_a_dead_process_had_handed_over_follows_the_policy(
    newsroom: Newsroom,
    post: Post,
    monkeypatch: pytest.MonkeyPatch,
    policy: UncertainPolicy,
    expected: dict[DeliveryState, int],
) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    newsroom.reader("bob")
    settings = replace(newsroom.app.config.delivery, uncertain=policy)
    newsroom.app.office.config = replace(newsroom.app.config, delivery=settings)
    post.connections = 1

    class Died(BaseException):
        """The process ends here."""

    def die(*_: object) -> Outcome:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(post, "send", die)
        patch.setattr("dispatch.store.deliveries.release", lambda *_: 0)
        with pytest.raises(Died):
            newsroom.friday()
    newsroom.later(minutes=20)
    newsroom.deliver()
    assert newsroom.balance() == expected


def test_every_message_carries_what_bulk_senders_must_send(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    newsroom.friday()
    (mail,) = newsroom.mails()
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = str(mail["List-Unsubscribe"]).strip("<>")
    assert url.startswith("http://127.0.0.1:8025/one-click/")
    token = url.rpartition("/")[2]
    assert f"http://127.0.0.1:8025/u/{token}" in text_of(mail)
    found = newsroom.app.readers.find_subscription(token)
    assert found is not None
    assert found[0].newsletter == "weekly"
    assert "<weekly.meridian.example>" in str(mail["List-Id"])
    assert mail["Auto-Submitted"] == "auto-generated"
    newsroom.app.readers.unsubscribe(token)
    newsroom.later(hours=1)
    newsroom.article("Two")
    newsroom.friday(week=1)
    assert len(newsroom.mails()) == 1
