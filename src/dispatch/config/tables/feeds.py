"""[feeds] and its partners: what is published for feed readers."""

from __future__ import annotations

from typing import Literal

from pydantic import field_validator

from dispatch.config import values as v
from dispatch.config.tables.table import Table, setting


class PartnerTable(Table):
    """A partner who fetches articles in a way of its own."""

    name: v.Slug = setting("Its name in addresses. Never change it: the partner asks there.")
    kind: Literal["dzen", "discover", "feedly"] = setting("Whose rules its feeds keep.")
    languages: tuple[v.Language, ...] = setting("The languages that it takes, a feed for each.")
    sections: tuple[v.SectionKey, ...] = setting("Its sections; none named means all.", ())

    @field_validator("languages", "sections")
    @classmethod
    def _names_each_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return v.unique(names)


class FeedsTable(Table):
    """All feeds: for each language and section, for authors, newsletters and partners."""

    entries: v.Count = setting("How many articles a feed holds.", 30)
    full_text: v.Flag = setting("Whole articles; otherwise standfirsts alone.", True)
    appeal: v.Flag = setting("Whether an appeal stands below each article.", True)
    read_also: v.CountOrNone = setting(
        "How many related articles are named below each article; 0 means none.", 3
    )
    summaries: tuple[v.FeedKey, ...] = setting(
        'Feeds with standfirsts alone, by their folder ("en/economy"), whatever full_text says.', ()
    )
    author_articles: v.CountOrNone = setting(
        "An author with so many articles in a language has a feed there; 0 means that none has.", 0
    )
    newsletters: v.Flag = setting("Whether each newsletter has a feed of its issues.", True)
    top_reads: v.Flag = setting("Whether there is a feed of the rankings that went out.", True)
    partners: tuple[PartnerTable, ...] = setting(
        "Partners who fetch articles in a way of their own.", ()
    )
    max_age: v.Duration = setting("How long a reader may keep a feed before asking again.", "15m")
    hub: v.Flag = setting(
        "Whether Dispatch is a WebSub hub for its own feeds, at public_url + hub, and feeds name "
        "it: feed readers that know WebSub are told of changes and need not ask.",
        True,
    )
    hub_allow_hosts: tuple[v.Host, ...] = setting(
        "Hosts in a private network that may listen; anything private is refused otherwise.", ()
    )
    ping: tuple[v.Url, ...] = setting(
        "Public WebSub hubs that are told of every change as well.", ()
    )
    archives: v.Flag = setting(
        "Whether the feeds of each language lead on to all older articles, month by month "
        "(RFC 5005).",
        True,
    )
    retraction_days: v.CountOrNone = setting(
        "How many days a notice stands in place of an article that was withdrawn, before its "
        "tombstone; 0 for none.",
        0,
    )
