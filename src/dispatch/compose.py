"""compose: Article -> Issue, with one variant per language and choice of sections.

In: a newsletter, a period, the store. Out: an issue whose variants are frozen with the ranking
that made them, or a record that the week was too thin. Same newsletter and period: same issue.
Never: a reader; values of a single person are slots until a message is made of them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from dispatch import errors, ports
from dispatch.model.article import Article
from dispatch.model.contents import (
    AppealBlock,
    BlockContents,
    IssueContents,
    IssueUrls,
    LatestBlock,
    ListedArticle,
    ListedRead,
    ListedTranslation,
    NoteBlock,
    ReadAlsoBlock,
    SectionGroup,
    TopReadsBlock,
)
from dispatch.model.newsletter import Issue, IssueState, Newsletter
from dispatch.model.publication import Appeal, Publication
from dispatch.render import catalogue, email
from dispatch.rules import addresses, appeals, audience, cadence, ranking, selection
from dispatch.store import articles, issues, reads, subscribers
from dispatch.store.database import Database, Transaction
from dispatch.store.issues import Placement, VariantDraft

#: How far a window reaches into the one before. An article whose transaction was still open when
#: the last issue was composed would fall between the two; what was sent is left out by its record.
OVERLAP = timedelta(hours=1)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """All that composing takes and that is the same for every issue.

    `notes` is the folder of editors' notes, one plain text file for an issue and language:
    `weekly/2026-W48.en.txt`, whose first line is the title if it begins with "# ".
    """

    publication: Publication
    appeals: Sequence[Appeal]
    templates: Path
    notes: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ComposeReport:
    """What came of one period. `issue` is None only in a dry run of an issue not yet made."""

    newsletter: str
    period: str
    issue: Issue | None
    is_new: bool
    variants: tuple[VariantDraft, ...] = ()
    placements: tuple[Placement, ...] = ()
    is_dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """Which articles an issue is over: those that entered in [start, end)."""

    period: cadence.Period
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Material:
    """What the store knows for an issue, in all languages, before anything is chosen."""

    recent: Sequence[Article]
    entered: Sequence[Article]
    archive: Sequence[Article]
    reads: Mapping[int, Mapping[date, int]]
    variant_keys: tuple[str, ...]


def compose(
    db: Database,
    desk: Desk,
    newsletter: Newsletter,
    period: cadence.Period,
    *,
    now: datetime,
    dry_run: bool = False,
    progress: ports.Progress | None = None,
) -> ComposeReport:
    """The issue of `newsletter` for `period`: made now, or the one that stands."""
    with db.read() as tx:
        existing = issues.find_issue(tx, newsletter.name, period.name)
        if existing and not dry_run:
            return _report(newsletter, existing, is_new=False)
        window = _window(tx, newsletter, period, now)
        material = _gather(tx, desk, newsletter, window)
    drafts, placements = _render_all(desk, newsletter, window, material, progress)
    is_thin = _count_new(placements, material) < newsletter.minimum_articles
    if dry_run:
        return ComposeReport(
            newsletter=newsletter.name,
            period=period.name,
            issue=existing,
            is_new=existing is None,
            variants=tuple(drafts),
            placements=tuple(placements),
            is_dry_run=True,
        )
    state = IssueState.SKIPPED if is_thin else IssueState.COMPOSED
    with db.write() as tx:
        issue, is_new = _keep(tx, newsletter, window, state, drafts, placements, now)
    log.info("issue %d (%s %s): %s", issue.id, newsletter.name, period.name, issue.state)
    return _report(newsletter, issue, is_new=is_new, drafts=drafts, placements=placements)


def _keep(
    tx: Transaction,
    newsletter: Newsletter,
    window: _Window,
    state: IssueState,
    drafts: Sequence[VariantDraft],
    placements: Sequence[Placement],
    now: datetime,
) -> tuple[Issue, bool]:
    """Freeze the issue with its variants and ranking in one commit, unless somebody just did."""
    issue_id = issues.add_issue(
        tx,
        newsletter=newsletter.name,
        period=window.period.name,
        state=state,
        window_start=window.start,
        window_end=window.end,
        now=now,
    )
    if issue_id is not None and state is IssueState.COMPOSED:
        issues.add_variants(tx, issue_id, drafts)
        issues.add_placements(tx, issue_id, placements)
    issue = issues.find_issue(tx, newsletter.name, window.period.name)
    assert issue is not None  # noqa: S101  # added above, by us or by the one who came first
    return issue, issue_id is not None


def _report(
    newsletter: Newsletter,
    issue: Issue,
    *,
    is_new: bool,
    drafts: Sequence[VariantDraft] = (),
    placements: Sequence[Placement] = (),
) -> ComposeReport:
    return ComposeReport(
        newsletter=newsletter.name,
        period=issue.period,
        issue=issue,
        is_new=is_new,
        variants=tuple(drafts),
        placements=tuple(placements),
    )


def _window(
    tx: Transaction, newsletter: Newsletter, period: cadence.Period, now: datetime
) -> _Window:
    """From where the last issue ended until now; the first issue reaches back one cadence.

    The cutoff is the moment of composing and not of the appointment: a late issue is not stale,
    and what came in a minute before an issue is in it.
    """
    last = issues.last_issue(tx, newsletter.name)
    start = last.window_end - OVERLAP if last else now - cadence.length(newsletter.cadence)
    return _Window(period=period, start=start, end=now)


def _gather(tx: Transaction, desk: Desk, newsletter: Newsletter, window: _Window) -> _Material:
    settings, zone = newsletter.top_reads, desk.publication.time_zone
    sent_before = issues.groups_sent_before(tx, newsletter.name)
    first_day, last_day = ranking.window(settings, window.end, zone)
    oldest = window.end - timedelta(days=selection.RELATED_DAYS)
    archive = [
        article
        for article in articles.list_entered(tx, oldest, window.end)
        if article.group_id not in sent_before
    ]
    recent_from = window.end - timedelta(days=settings.max_age_days)
    keys = [
        *(audience.variant_key(language, ()) for language in newsletter.languages),
        *subscribers.list_variant_keys(tx, newsletter.name),
    ]
    return _Material(
        recent=[one for one in archive if one.entered_at >= recent_from],
        entered=[one for one in archive if one.entered_at >= window.start],
        archive=archive,
        reads=reads.get_reads(tx, first_day, last_day),
        variant_keys=tuple(dict.fromkeys(keys)),
    )


def _count_new(placements: Sequence[Placement], material: _Material) -> int:
    """How many pieces that entered in this window the issue shows; two translations are one."""
    groups = {article.id: article.group_id for article in material.entered}
    return len({groups[one.article_id] for one in placements if one.article_id in groups})


def _render_all(
    desk: Desk,
    newsletter: Newsletter,
    window: _Window,
    material: _Material,
    progress: ports.Progress | None,
) -> tuple[list[VariantDraft], list[Placement]]:
    """Each variant that has anything to say, rendered and inlined once."""
    drafts: list[VariantDraft] = []
    placements: list[Placement] = []
    for done, key in enumerate(material.variant_keys, 1):
        language, chosen_sections = audience.variant_choice(key)
        if language in newsletter.languages:
            page = _Page(desk, newsletter, window, material, language, chosen_sections)
            contents = page.contents()
            if page.shown.articles:
                drafts.append(_draft(key, chosen_sections, contents, desk.templates))
                placements.extend(page.placements(key))
        if progress:
            progress(done, len(material.variant_keys), "variants")
    return drafts, placements


def _draft(
    key: str, sections: tuple[str, ...], contents: IssueContents, templates: Path
) -> VariantDraft:
    rendered = email.render_issue(contents, templates)
    return VariantDraft(
        key=key,
        language=contents.language,
        sections=sections,
        subject=rendered.subject,
        preheader=rendered.preheader,
        html=rendered.html,
        text=rendered.text,
    )


class _Page:
    """Fills the blocks of one variant, in the operator's order; no article comes twice."""

    def __init__(
        self,
        desk: Desk,
        newsletter: Newsletter,
        window: _Window,
        material: _Material,
        language: str,
        sections: tuple[str, ...],
    ) -> None:
        self.desk = desk
        self.newsletter = newsletter
        self.window = window
        self.language = language
        self.publication = desk.publication
        self.shown = selection.Shown()
        self.chosen: dict[str, tuple[selection.Chosen, ...]] = {}
        self.candidates = _candidates(
            material, window, self.publication, language, sections or newsletter.sections
        )

    def contents(self) -> IssueContents:
        """What the variant says; blocks that have nothing to show are left out."""
        made = [BLOCKS[name](self) for name in self.newsletter.blocks]
        issued_on = self._local_date(self.window.end)
        return IssueContents(
            publication=self.publication,
            newsletter=self.newsletter,
            period=self.window.period.name,
            issued_on=issued_on,
            language=self.language,
            direction=catalogue.direction(self.language),
            blocks=tuple(block for block in made if block is not None),
            urls=IssueUrls(
                web_view=addresses.issue_url(
                    self.publication, self.newsletter.name, self.window.period.name, self.language
                ),
                feeds=addresses.feeds_page_url(self.publication, self.language),
            ),
        )

    def placements(self, key: str) -> list[Placement]:
        """The record of what each block shows and why."""
        return [
            Placement(
                variant_key=key,
                block=block,
                position=position,
                article_id=one.article.id,
                why=one.why,
            )
            for block, chosen in self.chosen.items()
            for position, one in enumerate(chosen, 1)
        ]

    def top_reads(self) -> BlockContents | None:
        """The ranking by reads."""
        chosen = selection.choose_top_reads(self.candidates, self.shown, self.newsletter)
        self._take("top_reads", chosen)
        places = [
            ListedRead(position=position, article=self._listed(one.article))
            for position, one in enumerate(chosen, 1)
        ]
        return TopReadsBlock(reads=tuple(places)) if places else None

    def latest(self) -> BlockContents | None:
        """What is new, by section."""
        chosen, omitted = selection.choose_latest(self.candidates, self.shown, self.newsletter)
        self._take("latest", chosen)
        order = [section.key for section in self.publication.sections]
        grouped = selection.group_by_section([one.article for one in chosen], order)
        groups = [
            SectionGroup(
                name=self.publication.section(key).name(self.language) if key else "",
                articles=tuple(self._listed(article) for article in members),
            )
            for key, members in grouped
        ]
        if not groups:
            return None
        return LatestBlock(
            groups=tuple(groups), omitted=omitted, more_url=self.publication.page(self.language)
        )

    def read_also(self) -> BlockContents | None:
        """Older articles that go with those shown."""
        chosen = selection.choose_read_also(self.candidates, self.shown, self.newsletter)
        self._take("read_also", chosen)
        listed = tuple(self._listed(one.article) for one in chosen)
        return ReadAlsoBlock(articles=listed) if listed else None

    def appeal(self) -> BlockContents | None:
        """The donation request that runs on the day of the issue."""
        day = self._local_date(self.window.end)
        chosen = appeals.choose(self.desk.appeals, self.language, day)
        return AppealBlock(appeal=chosen) if chosen else None

    def note(self) -> BlockContents | None:
        """The editors' word to this issue, if they wrote one."""
        name = f"{self.window.period.name}.{self.language}.txt"
        path = self.desk.notes / self.newsletter.name / name
        try:
            text = path.read_text(encoding="utf-8-sig").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            message = f"{path}: the note cannot be read: {error}"
            raise errors.InputError(message) from error
        first, _, rest = text.partition("\n")
        if first.startswith("# "):
            return NoteBlock(title=first[2:].strip(), text=rest.strip())
        return NoteBlock(text=text) if text else None

    def _take(self, block: str, chosen: tuple[selection.Chosen, ...]) -> None:
        self.chosen[block] = chosen
        self.shown.add(chosen)

    def _listed(self, article: Article) -> ListedArticle:
        names = tuple(author.name for author in article.authors)
        section = next(iter(article.sections), "")
        return ListedArticle(
            title=article.title,
            url=article.url,
            standfirst=article.standfirst,
            authors_line=catalogue.list_names(names, self.language) if names else "",
            section=self.publication.section(section).name(self.language) if section else "",
            date_text=catalogue.format_date(self._local_date(article.published_at), self.language),
            image=article.image,
            translation=self._translation(article),
        )

    def _translation(self, article: Article) -> ListedTranslation | None:
        """The first translation in the order of the publication's languages."""
        by_language = {one.language: one for one in article.translations}
        language = next((tag for tag in self.publication.languages if tag in by_language), None)
        if language is None:
            return None
        return ListedTranslation(
            language=language,
            url=by_language[language].url,
            label=catalogue.read_in(language),
            direction=catalogue.direction(language),
        )

    def _local_date(self, moment: datetime) -> date:
        return moment.astimezone(self.publication.time_zone).date()


#: How each block is filled. A block is one line here and one in `render.blocks`.
BLOCKS: Mapping[str, Callable[[_Page], BlockContents | None]] = {
    "top_reads": _Page.top_reads,
    "latest": _Page.latest,
    "read_also": _Page.read_also,
    "appeal": _Page.appeal,
    "note": _Page.note,
}


def _candidates(
    material: _Material,
    window: _Window,
    publication: Publication,
    language: str,
    sections: Sequence[str],
) -> selection.Candidates:
    def fitting(found: Sequence[Article]) -> list[Article]:
        return [one for one in found if selection.fits(one, language, sections)]

    return selection.Candidates(
        recent=fitting(material.recent),
        entered=fitting(material.entered),
        archive=fitting(material.archive),
        reads=material.reads,
        closes_at=window.end,
        zone=publication.time_zone,
    )
