"""The site of bench/feeds.py: what is said in its configuration. Nothing else is loaded with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from dispatch.model.feed import FeedSettings
from dispatch.model.publication import Publication, Section

SECTIONS = (
    "world",
    "home",
    "law",
    "culture",
    "science",
    "sport",
    "books",
    "money",
    "health",
    "cities",
)
LANGUAGES = ("en", "ru")
SITE = "https://meridian.example/"
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ENTRIES = 50
FEEDS_PER_SITE = len(LANGUAGES) * (1 + len(SECTIONS))

PUBLICATION = Publication(
    names={"en": "The Meridian", "ru": "Меридиан"},
    site=SITE,
    public_url=SITE,
    languages={"en": "English", "ru": "Русский"},
    sections=tuple(Section(key=key, names={"en": key, "ru": key}) for key in SECTIONS),
    time_zone=ZoneInfo("UTC"),
    contact="desk@meridian.example",
    tag_authority="meridian.example,2026",
)

#: As many documents as Hugo makes: no history, which none of the others has.
SETTINGS = FeedSettings(entries=ENTRIES, archives=False, hub=False)
#: What a site has that says nothing: every document of the history too.
DEFAULTS = replace(SETTINGS, archives=True)
