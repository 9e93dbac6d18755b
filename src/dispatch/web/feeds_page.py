"""Shows readers of one language every way to follow the publication: feeds, newsletters, issues.

In: a language in the path. Out: the page. Never: a promise of what this server does not do (there
is no sign-up form here, so none is announced).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from dispatch.app import App
from dispatch.app.feeds import FeedAddress
from dispatch.model.feed import FeedKind
from dispatch.model.newsletter import Issue, Newsletter
from dispatch.render import cadences, catalogue
from dispatch.rules import addresses, cadence, canonical, feed_discovery
from dispatch.rules import feeds as feed_rules
from dispatch.rules.feed_discovery import DiscoveryLink
from dispatch.web import documents, headers
from dispatch.web.pages import Printer

#: How many past issues the page lists.
SHOWN_ISSUES = 10

#: A new issue or section may be missing from the page for as long as this.
MAX_AGE_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedRow:
    """One feed in all its formats; `language` is empty for the feed of all languages."""

    name: str
    language: str
    formats: tuple[tuple[str, FeedAddress], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLine:
    """An issue in a list. `day` is the date in ISO 8601, for machines."""

    url: str
    subject: str
    day: str
    date_text: str
    newsletter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsletterCard:
    """A newsletter, how often it comes, when next, what the last one was, and its feed."""

    title: str
    cadence: str
    next_day: str
    next_text: str
    latest: IssueLine | None
    feed: FeedRow | None


class FeedsPage:
    """The page at /{language}/, and the door before it."""

    def __init__(self, site: App, printer: Printer) -> None:
        self.site = site
        self.printer = printer
        self.publication = site.config.publication

    def show(self, request: Request) -> Response:
        """The page of one language, with validators."""
        language = request.path_params["language"]
        if language not in self.publication.languages:
            raise HTTPException(404)
        body = self.printer.html("feeds.html.j2", language, self._values(language)).encode()
        said = {
            **headers.PAGE,
            "Cache-Control": f"public, max-age={MAX_AGE_SECONDS}",
            "Content-Language": language,
            "Vary": "Accept-Encoding",
        }
        document = documents.make_document(body, "text/html")
        return documents.respond(request, document, said, now=self.site.clock.now())

    def add_slash(self, request: Request) -> Response:
        """The same page under its one address."""
        language = request.path_params["language"]
        if language not in self.publication.languages:
            raise HTTPException(404)
        return self._lead_to(language, 308, "public, max-age=3600")

    def choose(self, request: Request) -> Response:
        """Lead a reader to their language; the way depends on who asks, so nobody keeps it."""
        language = self.printer.language_of(request)
        response = self._lead_to(language, 303, "no-cache")
        response.headers["Vary"] = "Accept-Language"
        return response

    def _lead_to(self, language: str, status: int, caching: str) -> Response:
        """A redirect by path alone, with a page of all languages for who does not follow it."""
        body = self.printer.html("languages.html.j2", language, {})
        path = f"{self.printer.prefix}{language}/"
        said = {**headers.PAGE, "Location": canonical.as_ascii(path), "Cache-Control": caching}
        return HTMLResponse(body, status, headers={**said, "Content-Language": language})

    def _values(self, language: str) -> dict[str, object]:
        recent = self._issues(language)
        listed = self.site.feeds.list_addresses()
        return {
            "rows": self._rows(language, listed),
            "authors": self._rows_of(FeedKind.AUTHOR, language, listed),
            "opml": addresses.opml_url(self.publication, language),
            "alternates": self._links(language),
            "canonical": addresses.feeds_page_url(self.publication, language),
            "newsletters": [
                self._card(one, language, recent, listed)
                for one in self.site.config.newsletters
                if language in one.languages
            ],
            "issues": [line for _, line in recent],
        }

    def _rows(self, language: str, listed: list[FeedAddress]) -> list[FeedRow]:
        """All sections, each section, top reads, and last all languages where there are some."""
        rows = self._rows_of(FeedKind.ARTICLES, language, listed)
        rows += self._rows_of(FeedKind.TOP_READS, language, listed)
        return sorted(rows, key=lambda row: not row.language)

    def _rows_of(self, kind: FeedKind, language: str, listed: list[FeedAddress]) -> list[FeedRow]:
        found: dict[str, list[FeedAddress]] = {}
        for one in listed:
            is_ours = one.feed.language == language or self._is_of_all(one)
            if one.feed.kind is kind and is_ours:
                found.setdefault(one.feed.key, []).append(one)
        return [self._row(every, language) for every in found.values()]

    def _row(self, every: list[FeedAddress], language: str) -> FeedRow:
        return FeedRow(
            name=self._row_name(every[0], language),
            language=every[0].feed.language or "",
            formats=tuple((feed_discovery.FORMAT_NAMES[one.format], one) for one in every),
        )

    def _row_name(self, one: FeedAddress, language: str) -> str:
        if one.feed.kind is FeedKind.AUTHOR:
            return one.feed.title.removeprefix(f"{self.publication.name(language)} – ")
        if one.feed.kind is FeedKind.TOP_READS:
            return catalogue.text(language, "Top reads")
        if one.feed.kind is FeedKind.NEWSLETTER:
            return one.feed.title
        if one.feed.language is None:
            return catalogue.text(language, "All languages")
        if one.feed.section is None:
            return catalogue.text(language, "All sections")
        return self.publication.section(one.feed.section).name(language)

    def _is_of_all(self, one: FeedAddress) -> bool:
        return one.feed.language is None and len(self.publication.languages) > 1

    def _links(self, language: str) -> tuple[DiscoveryLink, ...]:
        """This page is about all sections: each has its own line, behind that of all."""
        every = feed_rules.make_feeds(self.publication)
        main = feed_discovery.list_links(self.publication, every, language)
        sections: list[DiscoveryLink] = []
        for section in self.publication.sections:
            of_section = feed_discovery.list_links(self.publication, every, language, section.key)
            sections += of_section[:1]
        return (*main[:1], *sections, *main[1:])

    def _issues(self, language: str) -> list[tuple[Issue, IssueLine]]:
        found = self.site.issues.list_pages(language, SHOWN_ISSUES)
        return [(issue, self._line(issue, subject, language)) for issue, subject in found]

    def _line(self, issue: Issue, subject: str, language: str) -> IssueLine:
        day = issue.window_end.astimezone(self.publication.time_zone).date()
        newsletter = self.site.office.newsletters.get(issue.newsletter)
        is_known = newsletter is not None and language in newsletter.titles
        return IssueLine(
            url=addresses.issue_url(self.publication, issue.newsletter, issue.period, language),
            subject=subject,
            day=day.isoformat(),
            date_text=catalogue.format_date(day, language),
            newsletter=newsletter.title(language) if newsletter and is_known else "",
        )

    def _card(
        self,
        newsletter: Newsletter,
        language: str,
        recent: list[tuple[Issue, IssueLine]],
        listed: list[FeedAddress],
    ) -> NewsletterCard:
        upcoming = self._next_day(newsletter)
        feed = [
            one
            for one in listed
            if one.feed.kind is FeedKind.NEWSLETTER
            and (one.feed.about, one.feed.language) == (newsletter.name, language)
        ]
        mine = (line for issue, line in recent if issue.newsletter == newsletter.name)
        return NewsletterCard(
            title=newsletter.title(language),
            cadence=cadences.describe(newsletter.cadence, language),
            next_day=upcoming.date().isoformat(),
            next_text=catalogue.format_date(upcoming.date(), language),
            latest=next(mine, None),
            feed=self._row(feed, language) if feed else None,
        )

    def _next_day(self, newsletter: Newsletter) -> datetime:
        """When the next issue is due, by the newsletter's own clock."""
        due = cadence.next_due(newsletter.cadence, self.site.clock.now())
        return due.due_at.astimezone(newsletter.cadence.time_zone)
