"""`top`: the ranking as it stands, and what an editor decides about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from dispatch.cli import options
from dispatch.cli.door import Door, pass_door
from dispatch.cli.screen import Screen

if TYPE_CHECKING:
    from dispatch.model.ranking import RankedArticle, Ruling
    from dispatch.rank import Candidate, RankReport

#: What stands in place of a language and asks for something to be done.
_ACTIONS = ("pin", "ban", "note", "lift", "history")


@click.command(
    "top",
    cls=options.Command,
    examples=(
        "dispatch top",
        "dispatch top ru --why",
        "dispatch top pin https://www.example.org/a-treaty/ --by Ann --reason 'our anniversary'",
        "dispatch top ban 17 --until 2026-12-01 --by Ann --reason 'an obituary'",
        "dispatch top lift 17 --by Boris --reason 'the family asked for it'",
        "dispatch top history",
    ),
)
@click.argument("name", metavar="[LANGUAGE|pin|ban|note|lift|history]", required=False)
@click.argument("article", metavar="[ARTICLE]", required=False)
@click.option("--why", "with_why", is_flag=True, help="Show every candidate and all that counted.")
@click.option("--newsletter", help="Whose ranking. [default: the first that has one]")
@click.option("--by", help="Who decides; for pin, ban, note and lift.")
@click.option("--reason", help="Why; for pin, ban, note and lift.")
@click.option(
    "--until",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    metavar="DATE",
    help="The last day on which a pin, ban or note holds. [default: for good]",
)
@options.dry_run
@pass_door
def top(
    door: Door,
    name: str | None,
    article: str | None,
    with_why: bool,
    newsletter: str | None,
    by: str | None,
    reason: str | None,
    until: datetime | None,
    dry_run: bool,
) -> None:
    """Show what is read most, and let an editor pin, ban or annotate an article.

    With a LANGUAGE or without: the ranking as an issue made now would have it. A pin puts an
    ARTICLE (its number, uid or address) at the top of its language, a ban keeps it out, a note is
    for colleagues; lift ends all three. history shows who decided what, when and why. An issue
    that is made keeps the ranking that it was made with.
    """
    if name not in _ACTIONS:
        _refuse_extra(article)
        _show_ranking(door, name, newsletter, with_why=with_why)
    elif name == "history":
        _show_history(door, article)
    else:
        word = _Word(by, reason, until.date() if until else None)
        _decide(door, name, article, word, dry_run=dry_run)


class _Word:
    """What an editor says: who and why must be told, for it is written down."""

    def __init__(self, by: str | None, reason: str | None, until: date | None) -> None:
        if not by or not by.strip() or not reason or not reason.strip():
            raise click.UsageError("give --by NAME and --reason TEXT: they are written down")
        self.by, self.reason, self.until = by.strip(), reason.strip(), until


def _refuse_extra(article: str | None) -> None:
    if article is not None:
        raise click.UsageError(f"{article!r} stands behind no pin, ban, note, lift or history")


def _decide(door: Door, action: str, article: str | None, word: _Word, *, dry_run: bool) -> None:
    from dispatch.model.ranking import RulingKind

    if article is None:
        raise click.UsageError(f"{action} which ARTICLE?")
    with door.site(dry_run=dry_run) as site:
        if action == "lift":
            count = site.top.lift(article, by=word.by, reason=word.reason, dry_run=dry_run)
            door.report(
                {"lifted": count, "is_dry_run": dry_run},
                lambda on: on.line(f"{count} {'would be' if dry_run else ''} lifted"),
            )
            return
        made = site.top.rule(
            RulingKind(action),
            article,
            by=word.by,
            reason=word.reason,
            until=word.until,
            dry_run=dry_run,
        )
    door.report(made, lambda on: _show_made(on, made, dry_run=dry_run))


def _show_made(screen: Screen, made: Ruling, *, dry_run: bool) -> None:
    until = f" until {made.until}" if made.until else ""
    would = "would be: " if dry_run else ""
    screen.line(f"{would}{made.kind.value} of article {made.article_id}{until}, by {made.by}")
    screen.hint("see the ranking with: dispatch top --why")


def _show_history(door: Door, article: str | None) -> None:
    with door.site() as site:
        found = site.top.list_rulings(article)

    def show(screen: Screen) -> None:
        if not found:
            screen.line("nobody has decided anything about top reads yet")
        screen.table(
            ("made", "article", "what", "by", "reason", "until", "lifted"),
            [_ruling_row(one) for one in found],
        )

    door.report({"rulings": found}, show)


def _ruling_row(one: Ruling) -> tuple[object, ...]:
    lifted = ""
    if one.lifted_at:
        lifted = f"{one.lifted_at:%Y-%m-%d %H:%M} by {one.lifted_by}: {one.lifted_because}"
    made = f"{one.made_at:%Y-%m-%d %H:%M}"
    return (made, one.article_id, one.kind.value, one.by, one.reason, one.until or "", lifted)


def _show_ranking(
    door: Door, language: str | None, newsletter: str | None, *, with_why: bool
) -> None:
    with door.site() as site:
        found = site.top.rank(language, newsletter)

    def show(screen: Screen) -> None:
        for one in found:
            _show_one(screen, one, with_why=with_why)

    door.report({"rankings": [_data(one, with_why=with_why) for one in found]}, show)


def _data(report: RankReport, *, with_why: bool) -> dict[str, Any]:
    from dispatch.app import reports

    data: dict[str, Any] = reports.as_data(report)
    if not with_why:
        data["candidates"] = [one for one in data["candidates"] if one["place"]["position"]]
    return data


def _show_one(screen: Screen, report: RankReport, *, with_why: bool) -> None:
    screen.line(
        f"top reads of {report.newsletter}, {report.language}, "
        f"by reads from {report.first_day} to {report.last_day}"
    )
    shown = [one for one in report.candidates if with_why or one.place.position]
    if not shown:
        screen.line("nothing has been read enough yet")
        screen.hint(f"see what is missing: dispatch top {report.language} --why")
    if with_why:
        screen.table(
            ("place", "article", "standing", "score", "reads", "worth", "age", "why", "title"),
            [_why_row(one) for one in shown],
        )
    else:
        screen.table(
            ("place", "article", "reads", "title"),
            [(o.place.position, o.place.article_id, o.place.reads, o.title) for o in shown],
        )


def _why_row(one: Candidate) -> tuple[object, ...]:
    place = one.place
    return (
        place.position or "",
        place.article_id,
        place.standing.value,
        round(place.score, 2),
        place.reads,
        round(place.decay, 2),
        f"{place.age_days:.1f} d",
        "; ".join(_reasons(place, one)),
        one.title,
    )


def _reasons(place: RankedArticle, one: Candidate) -> list[str]:
    said = [f"{count} from {origin}" for origin, count in place.origins.items()]
    if place.shared_reads:
        said.append(f"{place.shared_reads} of translations")
    if place.mail_cut:
        said.append(f"{place.mail_cut} mail clicks beyond their share")
    if place.cap:
        said.append(f"enough by this {place.cap.value}")
    if place.note:
        said.append(f"editor: {place.note}")
    left_out = ", ".join(f"{count} {reason}" for reason, count in one.discards.items())
    if left_out:
        said.append(f"not counted: {left_out}")
    return said
