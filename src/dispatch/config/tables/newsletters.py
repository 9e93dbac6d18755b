"""[[newsletters]]: what is mailed, when and to whom."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import ValidationInfo, field_validator

from dispatch.config import problems
from dispatch.config import values as v
from dispatch.config.tables import table
from dispatch.config.tables.table import Table, TextsByLanguage, setting


class TopReadsTable(Table):
    """How the ranking reads the readers."""

    count: v.Count = setting("How many articles it shows.", 5)
    window_days: v.Count = setting("Reads of how many days count.", 7)
    max_age_days: v.Count = setting("No article older than this is ranked.", 30)
    half_life_days: v.Days = setting("After how many days a read is worth half.", 3.5)
    min_reads: v.Count = setting("An article with fewer readers is not ranked.", 3)
    author_limit: v.CountOrNone = setting(
        "More articles of one author stand behind all others; 0 is no limit.", 2
    )
    section_limit: v.CountOrNone = setting(
        "More articles of one section stand behind all others; 0 is no limit.", 3
    )
    mail_share: v.Share = setting(
        "How much of an article's reads may be clicks in mails: 0 is none, 1 is all.", 0.25
    )
    translations: Literal["own", "shared"] = setting(
        "Whether an article is ranked by its own reads, or by those of its translations as well.",
        "own",
    )
    repeat_growth: v.Growth | None = setting(
        "Articles that an earlier issue showed are not ranked again. With this key they may be, "
        "those of the last ranking if their reads have grown by so much: 0.5 is half as many "
        "again. Readers may then get an article twice.",
        None,
    )


class BoxTable(Table):
    """A feed of events or jobs, for the block of that name. It is asked when an issue is made."""

    block: v.BoxBlock = setting("The block that shows it: events or jobs.")
    url: v.Url = setting("The feed: RSS, Atom or JSON Feed.")
    language: v.Language | None = setting("Only issues in this language show it.", None)
    count: v.Count = setting("How many it shows, at most.", 5)
    allow_hosts: tuple[v.Host, ...] = setting("Hosts that may lie in a private network.", ())


class NewsletterTable(Table):
    """The recurring thing that one subscribes to."""

    name: v.Slug = setting(
        "Its name in addresses and commands. Never change it: subscriptions hang on it."
    )
    languages: tuple[v.Language, ...] = setting("The languages that it comes in.")
    titles: TextsByLanguage = setting("Its title, in each of its languages.")
    cadence: v.CadenceText = setting(
        'When an issue is due: "Fridays 09:00", "daily 07:30", with a zone behind it if it is not '
        "the publication's."
    )
    blocks: tuple[v.Block, ...] = setting("What an issue is made of, in order.")
    from_name: TextsByLanguage = setting("The sender's name, in each of its languages.")
    from_address: v.Address = setting("The sender's address.")
    reply_to: v.Address | None = setting("Where answers go, if not to the sender.", None)
    list_id: v.ListId = setting(
        "Its identifier for mail programs (RFC 2919). Never change it: readers' filters hang on it."
    )
    sections: tuple[v.SectionKey, ...] = setting("Its sections; none named means all.", ())
    top_reads: TopReadsTable = setting("The settings of its block top_reads.", {})
    latest_count: v.Count = setting("How many articles its block latest shows, at most.", 12)
    read_also_count: v.CountOrNone = setting("How many articles its block read_also shows.", 3)
    article: Literal["most-read", "newest"] = setting(
        "Which article its block article shows in full, where the editors name none.", "most-read"
    )
    boxes: tuple[BoxTable, ...] = setting("What its blocks events and jobs show.", ())
    minimum_articles: v.CountOrNone = setting(
        "How many new articles make an issue; see `thin` for one with fewer.", 1
    )
    thin: Literal["skip", "hold", "send"] = setting(
        "What to do with an issue that has fewer: skip (leave its articles to the next), hold "
        "(make it and wait for `dispatch issue release`; unreleased, the next takes over) or send.",
        "skip",
    )
    first_issue_days: v.Count | None = setting(
        "How many days back the very first issue reaches for articles that are there already; one "
        "cadence if it is not given.",
        None,
    )
    untranslated: Literal["omit", "tag", "replace"] = setting(
        "For readers of several languages: an article that is not there in their first one is left "
        "out (omit), shown in the other with its name (tag), or gives its place to the next "
        "(replace).",
        "tag",
    )
    once: Literal["newsletter", "reader"] = setting(
        "Nobody gets an article twice: from this newsletter (newsletter), or from all that they "
        "get (reader).",
        "newsletter",
    )
    repeat_updated: v.Flag = setting(
        "Whether an article that has changed in earnest after it was sent may come again, marked "
        "as updated. An editor's `dispatch articles mark-updated` works in any case.",
        False,
    )
    quiet: tuple[date, ...] = setting("Days whose issues carry no appeal, as 2026-12-24.", ())
    late: Literal["run", "merge"] = setting(
        "What to do with an issue that was missed: run (send it late) or merge (leave its "
        "articles to the next).",
        "run",
    )
    late_hours: v.Count = setting("For late = run: after how many hours it is too late.", 18)
    draft: v.Duration | None = setting(
        "How long before its cadence an issue is composed, so that editors see it before it "
        "leaves: 1h. It goes at its time unless somebody holds it. None is at its time.",
        None,
    )
    links: Literal["direct", "counted"] = setting(
        "Where its links lead: straight to the articles (direct), or over /r/ (counted), which "
        "counts how often, never who, and lets an editor lead them elsewhere after sending.",
        "direct",
    )
    approval: v.Flag = setting(
        "Whether an issue leaves only when somebody approved it: dispatch issue approve.", False
    )

    @field_validator("languages", "blocks")
    @classmethod
    def _has_some(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not names:
            raise problems.RefusedError("names nothing", allowed="one or more")
        return names

    @field_validator("languages", "blocks", "sections")
    @classmethod
    def _names_each_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return v.unique(names)

    @field_validator("titles", "from_name")
    @classmethod
    def _in_its_languages(cls, texts: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        return table.in_each(texts, info.data.get("languages", ()), "the newsletter")
