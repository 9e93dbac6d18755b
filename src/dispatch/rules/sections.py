"""Finds the publication's section and language for what a source says in its own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from urllib.parse import urlsplit

from dispatch.model.article import Entry
from dispatch.model.publication import Publication, Source
from dispatch.rules import text


def section_keys(
    labels: Sequence[str],
    source: Source,
    publication: Publication,
    *,
    language: str = "",
    aliases: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(section keys, labels that name no section).

    A label, and then each of its `aliases`, is looked up in what the source's
    `section_map_by_language` has for `language`, in its `section_map`, and among the sections'
    keys and names in every language. The source's own `sections` follow, so that the article's
    come first.
    """
    names = _names(publication) | _folded(source.section_map)
    names |= _folded(source.section_map_by_language.get(language, {}))
    found, unknown = [], []
    for label in labels:
        words = (label, *aliases.get(label, ()))
        key = next((names[one.casefold()] for one in words if one.casefold() in names), None)
        if key:
            found.append(key)
        else:
            unknown.append(label)
    return tuple(dict.fromkeys((*found, *source.sections))), tuple(unknown)


def _folded(section_map: Mapping[str, str]) -> dict[str, str]:
    return {label.casefold(): key for label, key in section_map.items()}


def language_of(
    entry: Entry, said_by_feed: str | None, source: Source, publication: Publication
) -> str | None:
    """The publication's language of `entry`, or None if it is one that it does not publish in.

    First what is said closest to the text: the entry, the operator's word on the source, a path
    that begins with a language, the document (whose word is often the default of a theme); the
    script of the letters only where nobody says anything.
    """
    languages = tuple(publication.languages)
    by_path = path_language(entry.url or "", languages)
    for said in (entry.language, source.language, by_path, said_by_feed):
        if said:
            return match_language(said, languages)
    return text.letters_language(f"{entry.title} {entry.standfirst}", languages) or languages[0]


def path_language(url: str, languages: Sequence[str]) -> str | None:
    """The one of `languages` that the path of `url` begins with: `/ru/`, `/pt-br/`."""
    first = urlsplit(url).path.lstrip("/").partition("/")[0].replace("_", "-").casefold()
    return next((language for language in languages if language.casefold() == first), None)


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
