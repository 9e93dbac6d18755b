"""[web], [storage], [schedule] and [folders]: the site as a program that runs."""

from __future__ import annotations

from pathlib import Path

from pydantic import SecretStr, ValidationInfo, field_validator

from dispatch.config import context, problems
from dispatch.config import values as v
from dispatch.config.tables import table
from dispatch.config.tables.table import Table, setting
from dispatch.rules import old_addresses


class RedirectsTable(Table):
    """Where your feeds lay before, so that their readers follow. Keep it for years."""

    wordpress: v.Flag = setting(
        "Lead the feeds of WordPress (/feed/, /ru/feed/, /category/x/feed/, /?feed=atom; Polylang "
        "and WPML too) to the feeds of the same language and section.",
        False,
    )
    paths: dict[v.OldPath, v.Target] = setting(
        "Any other old path = its new address, absolute or below public_url. {language}, {section} "
        'and names of your own stand for one part: "/rss/{section}.xml" = '
        '"feeds/en/{section}/rss.xml".',
        {},
    )

    @field_validator("paths")
    @classmethod
    def _fills_every_place(cls, paths: dict[str, str]) -> dict[str, str]:
        for pattern, target in paths.items():
            if unknown := old_addresses.places(target) - old_addresses.places(pattern):
                raise problems.RefusedError(
                    f"{problems.quoted(target)} names {problems.listed(sorted(unknown))}",
                    allowed=f"placeholders that stand in {problems.quoted(pattern)} too",
                )
        return paths


class WebTable(Table):
    """Where the built-in server listens. Put a web server with TLS before it."""

    host: v.Host = setting("The address that it listens on.", "127.0.0.1")
    port: v.Port = setting("The port that it listens on.", 8025)
    full_fetches_per_hour: v.CountOrNone = setting(
        "How often an hour one visitor may fetch one feed without saying what they have "
        "(If-None-Match); more is answered 429. 3 at least; 0 means without a limit.",
        0,
    )
    retired: tuple[v.FeedKey, ...] = setting(
        'Feeds that are gone for good, by their folder ("en/culture"): they are answered 410, and '
        "readers forget them.",
        (),
    )
    access_log: v.PathHere | None = setting(
        "The log of the web server that hands out the files of feeds (nginx, Apache; combined "
        "format), to know who polls them. Leave it out where the built-in server does so.",
        None,
    )
    redirects: RedirectsTable = setting("Where your feeds lay before.", {})

    @field_validator("full_fetches_per_hour")
    @classmethod
    def _lets_readers_begin(cls, count: int) -> int:
        if 0 < count < 3:
            raise problems.RefusedError(
                "would refuse readers that fetch a new feed twice", allowed="0, or 3 and more"
            )
        return count


class StorageTable(Table):
    """The database, and the key that signs the links in messages."""

    url: v.DatabaseUrl | None = setting(
        "sqlite:/// and a path, or postgresql://user:password@host/name. "
        "sqlite:///var/dispatch.db if nothing is given.",
        None,
    )
    url_file: v.DatabaseUrlFile | None = setting("A file that holds the URL.", None)
    secret: v.Secret | None = setting(
        "The key that signs the links in messages. If none is given, one is made in "
        "var/secret.key. Keep it: without it every unsubscribe link that was ever sent is dead.",
        None,
    )
    secret_file: v.SecretFile | None = setting("A file that holds the key.", None)

    @field_validator("url_file")
    @classmethod
    def _has_one_url(cls, file: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        table.given_once("url", file, info)
        return file

    @field_validator("secret_file")
    @classmethod
    def _has_one_secret(cls, file: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        table.given_once("secret", file, info)
        return file

    @field_validator("secret", "secret_file")
    @classmethod
    def _is_long(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None:
            table.not_guessable(secret)
        return secret


class ScheduleTable(Table):
    """How often the standing jobs are woken. Newsletters have their own cadence."""

    collect: v.Duration = setting("How often sources are looked after.", "5m")
    deliver: v.Duration = setting("How often deliveries that are owed are looked for.", "1m")
    reads: v.Duration = setting("How often new reads are imported.", "15m")
    websub: v.Duration = setting("How often listeners to feeds are attended to.", "1m")


#: The only folder of templates that may be missing.
TEMPLATES = "templates/email"


class FoldersTable(Table):
    """Where things lie that are neither configuration nor data."""

    feeds: v.PathHere = setting("Where feeds are published.", "feeds")
    templates: v.PathHere = setting(
        "Where the templates of messages are read; those that come with Dispatch stand in for a "
        "folder that is not there.",
        TEMPLATES,
    )

    @field_validator("templates")
    @classmethod
    def _is_there(cls, path: Path, info: ValidationInfo) -> Path:
        if not v.is_folder(path) and path != context.of(info).root / TEMPLATES:
            raise problems.RefusedError(f"there is no folder {path}")
        return path
