"""check: everything that a run will need -> findings.

In: the settings and the store. Out: one finding per thing looked at, with what is wrong if
anything is. Changes nothing but the schema, and sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dispatch import errors, ports
from dispatch.model.contents import (
    AppealBlock,
    IssueContents,
    IssueUrls,
    LatestBlock,
    ListedArticle,
    ListedRead,
    NoteBlock,
    ReadAlsoBlock,
    SectionGroup,
    TopReadsBlock,
)
from dispatch.model.newsletter import Newsletter
from dispatch.model.publication import Appeal, Publication
from dispatch.render import catalogue, checklist, email
from dispatch.rules import cadence
from dispatch.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at. `problem` is empty when it is well."""

    what: str
    detail: str
    problem: str = ""


def check_database(open_database: Callable[[], Database]) -> Finding:
    """Whether the database opens and has this program's schema."""
    try:
        database, head = open_database().revision()
    except errors.StoreError as error:
        return Finding(what="storage", detail="", problem=str(error))
    problem = "" if database == head else f"schema {database}, this program has {head}"
    return Finding(what="storage", detail=f"schema {database}", problem=problem)


def check_templates(
    publication: Publication, newsletter: Newsletter, templates: Path, now: datetime
) -> list[Finding]:
    """Whether an issue with every block can be rendered, in each language."""
    findings = []
    for language in newsletter.languages:
        what = f"templates, {newsletter.name} in {publication.languages[language]}"
        try:
            rendered = email.render_issue(
                _sample(publication, newsletter, language, now), templates
            )
            octets = len(rendered.html.encode())
            faults = checklist.check(rendered.html, rendered.text, preheader=rendered.preheader)
            findings.append(
                Finding(
                    what=what,
                    detail=f"{octets // 1000} kB in {templates}",
                    problem="; ".join(f"{one.line}: {one.text}" for one in faults),
                )
            )
        except errors.TemplateError as error:
            findings.append(Finding(what=what, detail="", problem=str(error)))
    return findings


def check_transport(open_transport: Callable[[], ports.Transport]) -> Finding:
    """Whether the way out is open: server, encryption and login, without a message."""
    try:
        transport = open_transport()
        with transport.open_session():
            pass
    except errors.TransportError as error:
        return Finding(what="transport", detail="", problem=str(error))
    detail = f"open, up to {transport.connections} at once"
    return Finding(what="transport", detail=detail)


def check_cadences(newsletters: Sequence[Newsletter], now: datetime) -> list[Finding]:
    """When each newsletter is due next, so that a wrong cadence is seen before it is missed."""
    findings = []
    for newsletter in newsletters:
        period = cadence.next_due(newsletter.cadence, now)
        local = period.due_at.astimezone(newsletter.cadence.time_zone)
        detail = f"next issue {period.name}, {local:%A %d %B %Y %H:%M %Z}"
        findings.append(Finding(what=f"newsletter {newsletter.name}", detail=detail))
    return findings


def check_folder(what: str, folder: Path) -> Finding:
    """Whether files can be made in `folder`."""
    probe = folder / ".dispatch-check"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        problem = f"{folder}: cannot be written: {error.strerror}"
        return Finding(what=what, detail=str(folder), problem=problem)
    return Finding(what=what, detail=str(folder))


def check_log(what: str, path: Path) -> Finding:
    """Whether a web server's log can be read: most of them are for a group alone."""
    try:
        with path.open("rb"):
            return Finding(what=what, detail=str(path))
    except OSError as error:
        problem = f"{path}: cannot be read: {error.strerror}"
        return Finding(what=what, detail=str(path), problem=problem)


def _sample(
    publication: Publication, newsletter: Newsletter, language: str, now: datetime
) -> IssueContents:
    """An issue that shows every block once."""
    listed = ListedArticle(
        title=publication.name(language),
        url=publication.site,
        standfirst=newsletter.title(language),
        section=publication.sections[0].name(language) if publication.sections else "",
        date_text=catalogue.format_date(now.date(), language),
    )
    appeal = Appeal(
        key="check",
        language=language,
        title=publication.name(language),
        text=newsletter.title(language),
        button=publication.name(language),
        url=publication.site,
    )
    return IssueContents(
        publication=publication,
        newsletter=newsletter,
        period="check",
        issued_on=now.date(),
        language=language,
        direction=catalogue.direction(language),
        blocks=(
            NoteBlock(text=publication.name(language)),
            TopReadsBlock(reads=(ListedRead(position=1, article=listed),)),
            LatestBlock(groups=(SectionGroup(name=listed.section, articles=(listed,)),)),
            AppealBlock(appeal=appeal),
            ReadAlsoBlock(articles=(listed,)),
        ),
        urls=IssueUrls(web_view=publication.public_url),
    )
