"""Publication, Section, Source, Appeal: what the operator has decided about the newsroom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from dispatch.model.article import Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The newsroom's own category, with a name per language, and a page where it has one."""

    key: str
    names: Mapping[str, str]
    pages: Mapping[str, str] = field(default_factory=dict)

    def name(self, language: str) -> str:
        """The section's name in `language`; its key where no name is given."""
        return self.names.get(language, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """The publication's pictures, as feed readers show them; None where there is none.

    `icon` is square and large, `favicon` square and small, `logo` twice as wide as high. `badge` is
    the one that RSS allows, at most 144 by 400 pixels. `accent` is a colour as six digits.
    """

    icon: str | None = None
    favicon: str | None = None
    logo: str | None = None
    badge: str | None = None
    badge_width: int | None = None
    badge_height: int | None = None
    accent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """The newsroom as readers know it.

    `languages` maps BCP 47 tags to the language's own name, in order of preference. `pages` holds
    the home page of each language that has one of its own.
    `site` is the newsroom's web site; `public_url` is where Dispatch itself is reached.
    Both end in a slash. `rights` are the words about copyright in each language that has some,
    `descriptions` the line that says what the publication is;
    `shows_contact` lets feeds name `contact`, where everybody can read it.
    """

    names: Mapping[str, str]
    site: str
    public_url: str
    languages: Mapping[str, str]
    sections: tuple[Section, ...]
    time_zone: ZoneInfo
    contact: str
    postal_address: str = ""
    tag_authority: str = ""
    pages: Mapping[str, str] = field(default_factory=dict)
    marks: Marks = Marks()
    rights: Mapping[str, str] = field(default_factory=dict)
    descriptions: Mapping[str, str] = field(default_factory=dict)
    shows_contact: bool = False

    def zone_of(self, source: Source) -> ZoneInfo:
        """The zone of the dates of `source` that name none."""
        return source.time_zone or self.time_zone

    def name(self, language: str) -> str:
        """The publication's name in `language`, else in its first language."""
        return self.names.get(language) or next(iter(self.names.values()))

    def page(self, language: str, section: Section | None = None) -> str:
        """The newsroom's own page that shows a section, or all, in `language`: the nearest one."""
        of_section = section.pages.get(language) if section else None
        return of_section or self.pages.get(language) or self.site

    def section(self, key: str) -> Section:
        """The section called `key` (must exist)."""
        return next(section for section in self.sections if section.key == key)


#: In place of a selector: the text of a page is found by a library.
AUTO: Final = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where articles come from.

    `kind` names a module of `sources`. `sections` are given to every entry of the source,
    `section_map` translates the source's own labels (case-folded) into section keys;
    `section_map_by_language` does so for entries of one language, and wins.
    `allow_hosts` lists hosts that may resolve to a private address (the operator's own network).
    `body` selects the text of a web page (CSS), `remove` what does not belong to it;
    `time_zone` is the zone of dates that name none, if it is not the publication's.
    `find_translations` looks at the page of each new article for them, `translation_texts` are the
    (case-folded) texts of links to the same in a language. `key` opens the source to us (ghost), or
    us to the source (push).
    """

    name: str
    kind: str
    url: str | None = None
    path: Path | None = None
    language: str | None = None
    sections: tuple[str, ...] = ()
    section_map: Mapping[str, str] = field(default_factory=dict)
    section_map_by_language: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    allow_hosts: tuple[str, ...] = ()
    body: str | None = None
    remove: tuple[str, ...] = ()
    time_zone: ZoneInfo | None = None
    find_translations: bool = False
    translation_texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    key: str | None = field(default=None, repr=False)
    poll_seconds: int = 900
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadsImport:
    """Where reads come from: a log or export of the newsroom's own site, or a program's API.

    There is a `path` or a `url`. `site_id` is what the program calls the site, `token` lets us ask;
    `days` is how many days are asked about, `allow_hosts` may lie in a private network.
    """

    name: str
    kind: str
    site: str
    path: Path | None = None
    url: str | None = None
    site_id: str = ""
    token: str = field(default="", repr=False)
    days: int = 8
    allow_hosts: tuple[str, ...] = ()
    staff_addresses: tuple[str, ...] = ()


class AppealPlace(StrEnum):
    """Where in an issue an appeal stands."""

    BLOCK = "block"  #: where `blocks` names it
    TOP = "top"  #: before all other blocks
    MIDDLE = "middle"  #: after the first half of them
    END = "end"  #: after all of them


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """A donation request, kept as data: one text per language and arm.

    Arms of one key are shown to readers by `share`; `holdout_percent` of them are shown none. Each
    reader is shown it in every `every`-th issue after their first `skip_first`; donors are left
    alone for `donor_days`. `goal` is in whole units of `currency`.
    """

    key: str
    language: str
    title: str
    text: str
    button: str
    url: str
    starts_on: date | None = None
    ends_on: date | None = None
    weight: int = 1
    arm: str = "a"
    share: int = 1
    holdout_percent: int = 0
    skip_first: int = 0
    every: int = 1
    donor_days: int = 0
    place: AppealPlace = AppealPlace.BLOCK
    image: Image | None = None
    goal: int | None = None
    currency: str = ""

    @property
    def name(self) -> str:
        """What links, deliveries and donations call it by: "winter.a"."""
        return f"{self.key}.{self.arm}"
