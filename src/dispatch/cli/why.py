"""`why`: explains an article, a reader or an issue from what the store knows of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from dispatch.cli import gate, options
from dispatch.cli.door import Door, pass_door
from dispatch.cli.screen import Screen

if TYPE_CHECKING:
    from dispatch.explain import ArticleFacts, IssueFacts, ReaderFacts
    from dispatch.model.article import Article
    from dispatch.model.delivery import Balance
    from dispatch.model.subscriber import Subscription
    from dispatch.store.issues import Placement

#: The states of a delivery that settle it.
_SETTLED = ("sent", "skipped", "failed", "uncertain")


@click.command(
    "why",
    cls=options.Command,
    examples=(
        "dispatch why https://www.example.org/a-treaty/",
        "dispatch why ann@example.org",
        "dispatch why weekly 2026-W48",
    ),
)
@click.argument("name", metavar="ARTICLE|ADDRESS|NEWSLETTER")
@click.argument("period", metavar="[PERIOD]", required=False)
@pass_door
def why(door: Door, name: str, period: str | None) -> None:
    """Explain an article, a reader, or an issue.

    An ARTICLE (its number, uid or any of its addresses): how it came in, which feeds show it, how
    it was read and what was not counted, in which issues it stood, where, and why there.

    An ADDRESS: the reader's subscriptions, and of each issue whether it was sent, and if not, why.

    A NEWSLETTER and a PERIOD: what the issue is made of, and how its deliveries stand.
    """
    from dispatch.app import reports

    with door.site(dry_run=True) as site:
        if period is not None:
            issue = site.issues.why(name, period)
            door.report(
                _issue_data(reports.as_data(issue), issue), lambda on: _show_issue(on, issue)
            )
        elif "@" in name and "/" not in name:
            reader = site.readers.why(name)
            door.report(_reader_data(reports.as_data(reader)), lambda on: _show_reader(on, reader))
        else:
            article = site.intake.why(name)
            door.report(article, lambda on: _show_article(on, article))


def _issue_data(data: dict[str, Any], facts: IssueFacts) -> dict[str, Any]:
    balance = facts.balance
    data["balance"] |= {
        "eligible": balance.eligible,
        "owed": balance.owed,
        "is_settled": balance.is_settled,
    }
    return data


def _reader_data(data: dict[str, Any]) -> dict[str, Any]:
    """Without the address: who asked has typed it, and the document may be kept."""
    if data["subscriber"]:
        del data["subscriber"]["address"]
    if data["suppression"]:
        del data["suppression"]["address_hash"]
    return data


# -------------------------------------------------------------------------------- an article


def _show_article(screen: Screen, facts: ArticleFacts) -> None:
    article = facts.article
    screen.line(f"article {article.id}: {article.title}")
    screen.facts(
        [
            ("address", article.url),
            ("uid", article.uid),
            ("source", article.source),
            ("language", article.language),
            ("sections", ", ".join(article.sections)),
            ("translations", ", ".join(f"{t.language}: {t.url}" for t in article.translations)),
            ("published", _moment(article.published_at)),
            ("first seen", _moment(article.first_seen_at)),
            ("entered", _entered(article)),
            ("updated", _moment(article.updated_at)),
            ("withdrawn", article.withdrawn_at and _moment(article.withdrawn_at)),
            ("in feeds", ", ".join(facts.feeds) or "none"),
        ]
    )
    screen.table(
        ("seen", "source", "decision", "known by", "why"),
        [
            (_moment(one.seen_at), one.source, one.decision, one.step, one.why)
            for one in facts.recognitions
        ],
    )
    _show_reads(screen, facts)
    _show_places(screen, facts)


def _entered(article: Article) -> str:
    """When, and the reason that it is that moment (design: invariant 2)."""
    is_ours = article.entered_at == article.first_seen_at
    reason = "when we first saw it" if is_ours else "its own date: it was there before we looked"
    return f"{_moment(article.entered_at)}, {reason}; the first issue after that takes it for new"


def _show_reads(screen: Screen, facts: ArticleFacts) -> None:
    total = sum(facts.reads.values())
    screen.line(f"reads in the last days: {total}")
    screen.table(("day", "reads"), [(day.isoformat(), n) for day, n in facts.reads.items()])
    if facts.discards:
        reasons = ", ".join(f"{count} {reason}" for reason, count in facts.discards.items())
        screen.line(f"not counted: {reasons}")


def _show_places(screen: Screen, facts: ArticleFacts) -> None:
    if not facts.placements:
        screen.line("it has been in no issue")
        return
    screen.line("it has been in:")
    screen.table(
        ("issue", "variant", "block", "place", "why"),
        [
            (
                f"{issue.newsletter} {issue.period}",
                place.variant_key,
                place.block,
                place.position,
                _reason(place),
            )
            for issue, place in facts.placements
        ],
    )


# -------------------------------------------------------------------------------- a reader


def _show_reader(screen: Screen, facts: ReaderFacts) -> None:
    if facts.subscriber is None:
        screen.line("no subscriber has this address")
    else:
        known = facts.subscriber
        since = _moment(known.created_at)
        screen.line(
            f"subscriber {known.id}, reads {', '.join(known.languages)}, known since {since}"
        )
    if facts.suppression:
        order = facts.suppression
        note = f" ({order.note})" if order.note else ""
        screen.bad(f"suppressed since {_moment(order.since)}: {order.reason.value}{note}")
        screen.hint("nothing is sent, whatever the subscriptions say; `suppress --lift` ends that")
    screen.table(
        ("newsletter", "state", "since", "sections"),
        [_subscription_row(one) for one in facts.subscriptions],
    )
    _show_history(screen, facts)


def _subscription_row(one: Subscription) -> tuple[str, ...]:
    since = one.unsubscribed_at or one.confirmed_at
    sections = ", ".join(one.sections) or "all"
    return (one.newsletter, one.state.value, _moment(since) if since else "", sections)


def _show_history(screen: Screen, facts: ReaderFacts) -> None:
    if not facts.deliveries:
        screen.line("no issue was ever planned for this reader")
        return
    screen.table(
        ("issue", "language", "state", "tries", "settled", "reason"),
        [
            (
                f"{one['newsletter']} {one['period']}",
                one["language"],
                one["state"],
                one["attempts"],
                _moment(one["settled_at"]) if one["settled_at"] else "",
                one["reason"] or "",
            )
            for one in facts.deliveries
        ],
    )


# -------------------------------------------------------------------------------- an issue


def _show_issue(screen: Screen, facts: IssueFacts) -> None:
    issue = facts.issue
    screen.line(f"issue {issue.period} of {issue.newsletter}: {issue.state.value}")
    start, end = _moment(issue.window_start), _moment(issue.window_end)
    screen.facts(
        [
            ("composed", _moment(issue.composed_at)),
            ("over", f"what entered from {start} until {end}"),
        ]
    )
    for subject in facts.variants:
        screen.line(f"  {subject}")
    screen.line(_sum(facts.balance))
    if facts.uncertain:
        screen.line(f"uncertain: subscribers {', '.join(map(str, facts.uncertain))}")
        name = f"{issue.newsletter} {issue.period}"
        screen.hint(f"rather twice than never: dispatch deliver --resend-uncertain {name}")
    if facts.gate:
        screen.line(f"the gate looked at it on {_moment(facts.gate.checked_at)}:")
        gate.show(screen, facts.gate)
    screen.table(
        ("variant", "block", "place", "article", "title", "why"),
        [
            (
                one.variant_key,
                one.block,
                one.position,
                one.article_id,
                facts.titles.get(one.article_id, ""),
                _reason(one),
            )
            for one in facts.placements
        ],
    )


def _sum(balance: Balance) -> str:
    """`eligible = sent + skipped + failed + uncertain`, or what stands between them."""
    if not balance.eligible:
        return "no deliveries are planned"
    settled = {state.value: count for state, count in balance.counts.items()}
    parts = [f"{settled.get(name, 0)} {name}" for name in _SETTLED]
    owed = f" + {balance.owed} still owed" if balance.owed else ""
    return f"{balance.eligible} eligible = {' + '.join(parts)}{owed}"


def _reason(place: Placement) -> str:
    """The facts of one choice, numbers short: `score 12.4, reads 31, age_days 2.1`."""
    return ", ".join(f"{name} {_short(value)}" for name, value in _facts(place.why).items())


def _facts(why: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name.replace("_", " "): value for name, value in why.items()}


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
