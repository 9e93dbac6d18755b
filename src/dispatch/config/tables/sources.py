"""[[sources]], [collect], [alarms] and [[reads]]: all that comes in."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from pydantic import SecretStr, ValidationInfo, field_validator

from dispatch import reads
from dispatch.config import problems
from dispatch.config import values as v
from dispatch.config.tables import table
from dispatch.config.tables.table import Table, setting
from dispatch.model.publication import AUTO

#: The kinds of sources that read a folder, and those that are told; all others have a URL.
FOLDER_KINDS = ("folder",)


TOLD_KINDS = ("push",)


#: The kinds of sources that have a key: ours to the source, or the source's to us.
KEY_KINDS = ("ghost", "push")


class SourceTable(Table):
    """Where articles come from."""

    name: v.Slug = setting("Its name in commands, logs and reports.")
    kind: v.SourceKind = setting("What is read there.")
    url: v.Url | None = setting(
        "Where it is. For kinds folder and push: the address below which its slugs lie; "
        "`publication.site` if it is left out.",
        None,
    )
    path: v.PathHere | None = setting("The folder that is read; for kind folder.", None)
    language: v.Language | None = setting("The language of articles that do not say theirs.", None)
    time_zone: v.Zone | None = setting(
        "The zone of its dates that name none; `publication.time_zone` if it is left out.", None
    )
    sections: tuple[v.SectionKey, ...] = setting(
        "Sections that each of its articles belongs to.", ()
    )
    section_map: dict[v.Text, v.SectionKey] = setting(
        "The source's own label = your section. A label that equals a section's key or one of its "
        "names needs no line here.",
        {},
    )
    section_map_by_language: dict[v.Language, dict[v.Text, v.SectionKey]] = setting(
        "The same for articles in one language, under [sources.section_map_by_language.LANGUAGE]; "
        "it wins. A label may also be a term's slug or number.",
        {},
    )
    body: v.Selector | None = setting(
        "For kind pages: the CSS selector of an article's text, or `auto` to have it found (with "
        "the extra `extract`). Without it only what a page says of itself is taken: title, "
        "standfirst, authors, dates.",
        None,
    )
    remove: tuple[v.Selector, ...] = setting(
        "For kind pages: CSS selectors of what does not belong to the text.", ()
    )
    find_translations: v.Flag = setting(
        "For kinds feed, wordpress and ghost, where they name no translations: look at the page of "
        "each new article for them. `robots.txt` is obeyed.",
        False,
    )
    translation_texts: dict[v.Language, tuple[v.Text, ...]] = setting(
        "Texts of links by which a page leads to the same article in a language, "
        "beside those that are known (“Read in English”, «Читать на русском» and the like).",
        {},
    )
    key: v.Secret | None = setting(
        "For kind ghost: a Content API key. For kind push: the token that your publishing system "
        "shows when it sends articles.",
        None,
    )
    key_file: v.SecretFile | None = setting("A file that holds the key.", None)
    allow_hosts: tuple[v.Host, ...] = setting(
        "Hosts that may lie in a private network; anything private is refused otherwise.", ()
    )
    poll: v.Duration = setting("How often it is asked, at most.", "15m")
    enabled: v.Flag = setting("Whether it is asked at all.", True)

    @field_validator("url")
    @classmethod
    def _has_its_url(cls, url: str | None, info: ValidationInfo) -> str | None:
        if "kind" in info.data:
            wanted = info.data["kind"] not in FOLDER_KINDS + TOLD_KINDS
            _one_place("URL", url is not None, info.data["kind"], wanted=wanted, refused=False)
        return url

    @field_validator("path")
    @classmethod
    def _has_its_folder(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        if "kind" in info.data:
            _one_place("path", path is not None, info.data["kind"], wanted=_is_folder(info))
        if path is not None and not v.is_folder(path):
            raise problems.RefusedError(f"there is no folder {path}")
        return path

    @field_validator("body")
    @classmethod
    def _can_be_found(cls, body: str | None) -> str | None:
        if body == AUTO and importlib.util.find_spec("trafilatura") is None:
            raise problems.RefusedError(
                'wants a library that is not installed: pip install "dispatch-news[extract]"',
                allowed="a CSS selector",
            )
        return body

    @field_validator("key_file")
    @classmethod
    def _has_its_key(cls, file: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        table.given_once("key", file, info)
        if {"kind", "key"} <= set(info.data):
            key, kind = file or info.data["key"], info.data["kind"]
            _one_place("key", key is not None, kind, wanted=kind in KEY_KINDS)
            if key is not None and kind in TOLD_KINDS:
                table.not_guessable(key)
        return file


def _is_folder(info: ValidationInfo) -> bool:
    return info.data["kind"] in FOLDER_KINDS


def _one_place(what: str, is_given: bool, kind: str, *, wanted: bool, refused: bool = True) -> None:
    if wanted and not is_given:
        raise problems.RefusedError(f"is missing: a source of kind {kind} has a {what}")
    if is_given and refused and not wanted:
        raise problems.RefusedError(f"a source of kind {kind} has no {what}")


class CollectTable(Table):
    """How politely sources are asked. One host is always asked one thing at a time."""

    host_delay: v.Seconds = setting(
        "Seconds between two requests to one host. Only for servers of your own may it be 0.", 1.0
    )


class AlarmsTable(Table):
    """Whom to tell when a source is in trouble: once when it begins, and once when it is over."""

    mail: v.Address | None = setting(
        "The address that is told; `publication.contact` unless given.", None
    )
    by_mail: v.Flag = setting("Whether anyone is told by mail.", True)
    webhook: v.Url | None = setting(
        "An address of yours to which alarms are posted as JSON, besides or instead of mail.", None
    )


class ReadsTable(Table):
    """Where page reads come from; the ranking of top reads is made of them."""

    name: v.ReadsName = setting("Its name in commands, logs and reports.")
    kind: v.ReadsKind = setting("What is read there.")
    path: v.PathHere | None = setting(
        "The file that is read; for exports it may be a folder of them.", None
    )
    url: v.BaseUrl | None = setting(
        "For kinds plausible, matomo and umami: where the program itself is asked.", None
    )
    site_id: v.Line | None = setting("With url: what the program calls your site.", None)
    token: v.Secret | None = setting("With url: the key that lets us ask.", None)
    token_file: v.SecretFile | None = setting("A file that holds the key.", None)
    days: v.Count = setting("With url: how many days are asked about, with today.", 8)
    allow_hosts: tuple[v.Host, ...] = setting(
        "Hosts that may lie in a private network; anything private is refused otherwise.", ()
    )
    site: v.BaseUrl = setting("The site whose paths the file holds.")
    staff_addresses: tuple[v.Network, ...] = setting(
        "For kind access-log: addresses of your own people, whose reads do not count.", ()
    )

    @field_validator("url")
    @classmethod
    def _is_at_one_place(cls, url: str | None, info: ValidationInfo) -> str | None:
        if "kind" not in info.data or "path" not in info.data:
            return url
        kind, has_path = info.data["kind"], info.data["path"] is not None
        if url is not None and kind not in reads.API_KINDS:
            raise problems.RefusedError(f"reads of kind {kind} have no url", allowed="a path")
        if has_path == (url is not None):
            allowed = "a path or a url" if kind in reads.API_KINDS else "a path"
            what = "path is given as well" if has_path else "is missing, as is path"
            raise problems.RefusedError(what, allowed=allowed)
        return url

    @field_validator("site_id")
    @classmethod
    def _names_the_site(cls, site_id: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("url") is not None and site_id is None:
            raise problems.RefusedError("is missing: with a url the program is asked about a site")
        return site_id

    @field_validator("token_file")
    @classmethod
    def _has_one_token(cls, file: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        table.given_once("token", file, info)
        if info.data.get("url") is not None and file is None and info.data.get("token") is None:
            raise problems.RefusedError(
                "is missing: with a url there is a key", allowed="token or token_file"
            )
        return file
