"""Two schedulers on one site: one run per period, one message per reader."""

from __future__ import annotations

import re
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from newsroom import Newsroom

from dispatch.model.run import RunState

pytestmark = pytest.mark.acceptance


def appoint(newsroom: Newsroom, due_at: datetime) -> None:
    """Make the weekly due at a moment, and the other jobs wake often."""
    config = newsroom.root / "config.toml"
    text = config.read_text()
    cadence = f"{due_at:%A}s {due_at:%H:%M} UTC"
    text = re.sub(r'cadence = ".*"', f'cadence = "{cadence}"', text)
    config.write_text(f'{text}\n[schedule]\ncollect = "2s"\ndeliver = "2s"\nreads = "2s"\n')


def test_two_processes_make_one_run_per_period_and_one_mail_per_reader(
    mailing_newsroom: Newsroom, post_office: Any, spawn: Any
) -> None:
    newsroom = mailing_newsroom
    now = datetime.now(UTC)
    # Due a little ago, so that both find it on start; the next appointment is a week away.
    appoint(newsroom, now - timedelta(minutes=2))
    newsroom.clock.time = now - timedelta(days=1)
    newsroom.article("One")
    for number in range(40):
        newsroom.reader(f"reader{number}")
    processes = [spawn(newsroom, "run", "--no-web") for _ in range(2)]
    end = time.monotonic() + 60
    while len(post_office.taken()) < 40 and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(5)
    for process in processes:
        process.terminate()
    outputs = [process.communicate(timeout=30)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    taken = Counter(post_office.taken())
    assert len(taken) == 40
    assert set(taken.values()) == {1}
    runs = newsroom.app.list_runs(limit=1000)
    periods = Counter((run.job, run.period) for run in runs)
    assert set(periods.values()) == {1}
    (issue_run,) = [run for run in runs if run.job == "issue:weekly"]
    assert (issue_run.state, issue_run.attempt) == (RunState.DONE, 1)
    jobs = {run.job for run in runs if run.state is RunState.DONE}
    assert jobs == {"collect", "deliver", "reads", "websub", "issue:weekly"}
    begun = [line for text in outputs for line in text.splitlines() if " begins" in line]
    assert len(begun) == len({line.split("run ", 1)[1] for line in begun}), "each begun once"
