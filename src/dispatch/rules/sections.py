"""Finds the publication's section and language for what a source says in its own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenLanguage:
    """The publication's language of an entry, None for one that it does not publish in.

    `contradiction` says in a sentence where the letters of the text deny what was said.
    """

    language: str | None
    contradiction: str = ""


def read_language(
    entry: Entry, said_by_feed: str | None, source: Source, publication: Publication
) -> SpokenLanguage:
    """What is said closest to the text.

    The entry, the operator's word on the source, a path that begins with a language, the document;
    the letters only where nobody says anything. The language of a whole document is often the
    default of a theme (`en-US` on a Russian feed), so the letters overrule it. What entry, operator
    or path say stands, and is doubted aloud.
    """
    languages = tuple(publication.languages)
    wording = f"{entry.title} {entry.standfirst}"
    by_path = path_language(entry.url or "", languages)
    words = (("its entries say", entry.language), ("you say", source.language))
    for who, said in (*words, ("its addresses say", by_path)):
        if said:
            language = match_language(said, languages)
            return SpokenLanguage(
                language=language,
                contradiction=_contradiction(
                    who, said, language, _written(wording, said, languages)
                ),
            )
    if said_by_feed:
        language = match_language(said_by_feed, languages)
        written = _written(wording, said_by_feed, languages)
        doubt = _contradiction("its document says", said_by_feed, language, written)
        return SpokenLanguage(language=written if doubt else language, contradiction=doubt)
    written = text.letters_language(wording, languages)
    return SpokenLanguage(language=written or languages[0])


def _written(words: str, said: str, languages: tuple[str, ...]) -> str | None:
    """What the letters say, where `said` may be true as well: French and English share theirs."""
    is_ours = match_language(said, languages) is not None
    return text.letters_language(words, languages if is_ours else (*languages, said))


def language_of(
    entry: Entry, said_by_feed: str | None, source: Source, publication: Publication
) -> str | None:
    """The publication's language of `entry`; see `read_language`."""
    return read_language(entry, said_by_feed, source, publication).language


def _contradiction(who: str, said: str, language: str | None, written: str | None) -> str:
    if written is None or language == written or text.primary(said) == text.primary(written):
        return ""
    return f"{who} {said!r}, but the letters are those of {written!r}"


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
