"""Runs: whoever asks for a job's period, one gets it (design: invariant 1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from dispatch.model.run import Run, RunState
from dispatch.store import schema, upsert
from dispatch.store.database import Transaction

_run = schema.run


def claim(
    tx: Transaction,
    job: str,
    period: str,
    *,
    worker: str,
    now: datetime,
    lease_until: datetime,
    late: bool,
    max_attempts: int,
) -> Run | None:
    """The run of `job` for `period` if it is ours to make, else None.

    Ours it is if nobody made it yet, if the one who did died (the lease ran out), or if it failed
    and may be tried again.
    """
    row = {
        "job": job,
        "period": period,
        "state": RunState.RUNNING.value,
        "worker": worker,
        "attempt": 1,
        "late": late,
        "started_at": now,
        "lease_until": lease_until,
        "error": "",
    }
    if not upsert.insert_missing(tx, _run, [row]):
        taken = (
            sa.update(_run)
            .where(_is_period(job, period), _run.c.attempt < max_attempts)
            .where(
                sa.or_(
                    _run.c.state == RunState.FAILED.value,
                    sa.and_(_run.c.state == RunState.RUNNING.value, _run.c.lease_until < now),
                )
            )
            .values(
                state=RunState.RUNNING.value,
                worker=worker,
                attempt=_run.c.attempt + 1,
                lease_until=lease_until,
                finished_at=None,
            )
        )
        if tx.execute(taken).rowcount != 1:
            return None
    return find_run(tx, job, period)


def bury(tx: Transaction, job: str, *, now: datetime, max_attempts: int) -> int:
    """Call failed what died at its last attempt; returns how many there were."""
    dead = (
        sa.update(_run)
        .where(_run.c.job == job, _run.c.state == RunState.RUNNING.value)
        .where(_run.c.lease_until < now, _run.c.attempt >= max_attempts)
        .values(
            state=RunState.FAILED.value,
            finished_at=now,
            lease_until=None,
            error="the process that made it ended, at the last attempt",
        )
    )
    return tx.execute(dead).rowcount


def extend(tx: Transaction, run: Run, lease_until: datetime) -> bool:
    """Say that `run` is still being worked on; False if it is no longer ours."""
    change = sa.update(_run).where(_is_ours(run)).values(lease_until=lease_until)
    return tx.execute(change).rowcount == 1


def finish(
    tx: Transaction,
    run: Run,
    state: RunState,
    *,
    now: datetime,
    report: Mapping[str, Any] | None = None,
    error: str = "",
) -> bool:
    """Record the end of `run`; False if somebody else has taken it over."""
    change = (
        sa.update(_run)
        .where(_is_ours(run))
        .values(state=state.value, finished_at=now, lease_until=None, report=report, error=error)
    )
    return tx.execute(change).rowcount == 1


def add_skipped(tx: Transaction, job: str, period: str, *, now: datetime, reason: str) -> bool:
    """Record a run that was missed and, by its job's policy, will not be made."""
    row = {
        "job": job,
        "period": period,
        "state": RunState.SKIPPED.value,
        "worker": "",
        "attempt": 0,
        "late": True,
        "started_at": now,
        "finished_at": now,
        "error": reason,
    }
    return upsert.insert_missing(tx, _run, [row]) == 1


def find_run(tx: Transaction, job: str, period: str) -> Run | None:
    """The run of `job` for `period`."""
    row = tx.execute(sa.select(_run).where(_is_period(job, period))).one_or_none()
    return _run_of(row) if row else None


def last_period(tx: Transaction, job: str) -> str | None:
    """The newest period of `job` that has a run (periods of one job sort as text)."""
    query = sa.select(sa.func.max(_run.c.period)).where(_run.c.job == job)
    period: str | None = tx.execute(query).scalar_one()
    return period


def list_runs(tx: Transaction, *, job: str | None = None, limit: int = 50) -> list[Run]:
    """Runs, newest first."""
    query = sa.select(_run).order_by(_run.c.started_at.desc(), _run.c.id.desc()).limit(limit)
    if job is not None:
        query = query.where(_run.c.job == job)
    return [_run_of(row) for row in tx.execute(query)]


def remove_old(tx: Transaction, job: str, before: datetime) -> int:
    """Forget finished runs of `job` that started before `before`; the newest one always stays."""
    newest = sa.select(sa.func.max(_run.c.id)).where(_run.c.job == job).scalar_subquery()
    gone = sa.delete(_run).where(
        _run.c.job == job,
        _run.c.started_at < before,
        _run.c.state != RunState.RUNNING.value,
        _run.c.id < newest,
    )
    return tx.execute(gone).rowcount


def _is_period(job: str, period: str) -> sa.ColumnElement[bool]:
    return sa.and_(_run.c.job == job, _run.c.period == period)


def _is_ours(run: Run) -> sa.ColumnElement[bool]:
    return sa.and_(
        _run.c.id == run.id,
        _run.c.worker == run.worker,
        _run.c.attempt == run.attempt,
        _run.c.state == RunState.RUNNING.value,
    )


def _run_of(row: sa.Row[Any]) -> Run:
    return Run(
        id=row.id,
        job=row.job,
        period=row.period,
        state=RunState(row.state),
        worker=row.worker,
        attempt=row.attempt,
        late=row.late,
        started_at=row.started_at,
        finished_at=row.finished_at,
        report=row.report,
        error=row.error,
    )
