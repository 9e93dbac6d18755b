"""Finds the publication's section and language for what a source says in its own words."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.model.article import Entry
from dispatch.model.publication import Publication, Source
from dispatch.rules import text


def section_keys(
    labels: Sequence[str], source: Source, publication: Publication
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(section keys, labels that name no section).

    A label is looked up in the source's `section_map`, then among the sections' keys and names in
    every language. The source's own `sections` follow, so the article's come first.
    """
    names = _names(publication) | {k.casefold(): v for k, v in source.section_map.items()}
    found = [names[label.casefold()] for label in labels if label.casefold() in names]
    unknown = tuple(label for label in labels if label.casefold() not in names)
    return tuple(dict.fromkeys((*found, *source.sections))), unknown


def language_of(
    entry: Entry, said_by_feed: str | None, source: Source, publication: Publication
) -> str | None:
    """The publication's language of `entry`, or None if it is one that it does not publish in.

    First what is said closest to the text: the entry, the operator's word on the source, the
    document; the script of the letters only where nobody says anything.
    """
    languages = tuple(publication.languages)
    for said in (entry.language, source.language, said_by_feed):
        if said:
            return match_language(said, languages)
    return text.letters_language(f"{entry.title} {entry.standfirst}", languages) or languages[0]


def match_language(tag: str, languages: Sequence[str]) -> str | None:
    """The one of `languages` that `tag` names: exact, else by primary subtag (BCP 47)."""
    wanted = tag.replace("_", "-").casefold()
    by_tag = {language.casefold(): language for language in languages}
    by_primary = {language.casefold().split("-")[0]: language for language in reversed(languages)}
    return by_tag.get(wanted) or by_primary.get(wanted.split("-")[0])


def _names(publication: Publication) -> dict[str, str]:
    """Every word for a section; a key wins over another section's name."""
    names = {
        name.casefold(): section.key
        for section in publication.sections
        for name in section.names.values()
    }
    return names | {section.key.casefold(): section.key for section in publication.sections}
