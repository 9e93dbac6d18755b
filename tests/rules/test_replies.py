"""What SMTP replies mean, and when a refused message comes back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.model.delivery import OutcomeStatus
from dispatch.rules import replies
from dispatch.rules.replies import Phase

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("code", "phase", "status"),
    [
        pytest.param(250, Phase.FINAL, OutcomeStatus.SENT, id="accepted"),
        pytest.param(451, Phase.FINAL, OutcomeStatus.DEFERRED, id="refused for now at the end"),
        pytest.param(554, Phase.FINAL, OutcomeStatus.FAILED, id="refused for good at the end"),
        pytest.param(421, Phase.MAIL, OutcomeStatus.DEFERRED, id="the server closes"),
        pytest.param(450, Phase.RECIPIENT, OutcomeStatus.DEFERRED, id="greylisted"),
        pytest.param(550, Phase.RECIPIENT, OutcomeStatus.FAILED, id="unknown reader"),
        pytest.param(552, Phase.MAIL, OutcomeStatus.FAILED, id="too large, said early"),
        pytest.param(451, Phase.DATA, OutcomeStatus.DEFERRED, id="not now"),
        pytest.param(None, Phase.MAIL, OutcomeStatus.DEFERRED, id="lost before the offer"),
        pytest.param(None, Phase.CONTENT, OutcomeStatus.DEFERRED, id="lost within the message"),
        pytest.param(None, Phase.FINAL, OutcomeStatus.UNCERTAIN, id="lost behind the final dot"),
        pytest.param(354, Phase.FINAL, OutcomeStatus.UNCERTAIN, id="nonsense behind the final dot"),
        pytest.param(-1, Phase.FINAL, OutcomeStatus.UNCERTAIN, id="no code behind the final dot"),
        pytest.param(250, Phase.DATA, OutcomeStatus.DEFERRED, id="nonsense before the message"),
    ],
)
def test_a_reply_means_one_thing_in_one_phase(
    code: int | None, phase: Phase, status: OutcomeStatus
) -> None:
    assert replies.outcome_of(code, "text", phase).status is status


@given(st.one_of(st.none(), st.integers(-1, 999)), st.text(), st.sampled_from(Phase))
def test_doubt_is_only_possible_behind_the_final_dot(
    code: int | None, text: str, phase: Phase
) -> None:
    outcome = replies.outcome_of(code, text, phase)
    if phase is not Phase.FINAL:
        assert outcome.status in {OutcomeStatus.DEFERRED, OutcomeStatus.FAILED}
    assert len(outcome.text.splitlines()) <= 1
    assert len(outcome.text) <= 500


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("5.1.1 <ann@example.org>: unknown", "5.1.1"),
        ("2.0.0 Ok: queued as 4Xy", "2.0.0"),
        ("4.7.1\nGreylisted", "4.7.1"),
        ("5.7.1", "5.7.1"),
        ("Ok: queued as 4.2.2", ""),
        ("3.1.1 is no class of status", ""),
        ("5.1.1.2 is a version", ""),
        ("5.1234.1 is too long", ""),
        ("", ""),
    ],
)
def test_the_enhanced_status_stands_at_the_head_of_the_text(text: str, status: str) -> None:
    assert replies.enhanced_status(text) == status


def test_the_text_of_several_lines_becomes_one() -> None:
    outcome = replies.outcome_of(550, "5.7.1 first\n5.7.1 second", Phase.FINAL)
    assert outcome.text == "5.7.1 first 5.7.1 second"
    assert (outcome.code, outcome.enhanced) == (550, "5.7.1")


def test_a_code_that_could_not_be_read_is_not_kept() -> None:
    assert replies.outcome_of(-1, "garbage", Phase.MAIL).code is None


def retry(attempts: int, *, now: datetime = NOW, jitter: float = 0.5) -> datetime | None:
    return replies.retry_at(
        attempts, now, planned_at=NOW, jitter=jitter, max_attempts=6, give_up_hours=36
    )


def test_the_wait_doubles_with_every_try() -> None:
    ceilings = [retry(attempts, jitter=1.0) for attempts in range(1, 6)]
    minutes = [(at - NOW) // timedelta(minutes=1) for at in ceilings if at]
    assert minutes == [15, 30, 60, 120, 240]


def test_a_delivery_is_given_up_after_its_last_try() -> None:
    assert retry(5) is not None
    assert retry(6) is None


def test_the_last_try_is_made_when_time_runs_out_and_none_after_it() -> None:
    assert retry(1, now=NOW + 36 * HOUR - timedelta(seconds=1)) == NOW + 36 * HOUR
    assert retry(1, now=NOW + 36 * HOUR) is None


@given(
    attempts=st.integers(0, 10_000),
    jitter=st.floats(0, 1, exclude_max=True),
    age=st.timedeltas(timedelta(0), timedelta(hours=100)),
)
def test_a_retry_lies_ahead_and_never_behind_the_deadline(
    attempts: int, jitter: float, age: timedelta
) -> None:
    now = NOW + age
    at = replies.retry_at(
        attempts, now, planned_at=NOW, jitter=jitter, max_attempts=20_000, give_up_hours=72
    )
    assert (at is None) == (age >= 72 * HOUR)
    if at is not None:
        assert now < at <= NOW + 72 * HOUR
        assert at - now <= replies.LONGEST_WAIT
