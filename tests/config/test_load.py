from __future__ import annotations

import dataclasses
import datetime
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dispatch import config, errors
from dispatch.model.feed import FeedSettings
from dispatch.model.newsletter import Cadence, LatePolicy, TopReadsSettings
from dispatch.model.settings import (
    DeliverySettings,
    ScheduleSettings,
    Security,
    UncertainPolicy,
    WebSettings,
)

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "config/__init__",
    "config/translate",
    "config/zones",
)

ROOT = Path(__file__).parents[2]


def test_a_right_file_becomes_the_model(
    load: Callable[..., config.Config], right: str, folder: Path
) -> None:
    loaded = load(right)

    assert loaded.path == folder / "config.toml"
    assert loaded.root == folder
    assert loaded.warnings == ()
    publication = loaded.publication
    assert publication.site == "https://meridian.example/", "the slash at the end is ours to add"
    assert publication.time_zone == ZoneInfo("Europe/London")
    assert dict(publication.languages) == {"en": "English", "ru": "Русский"}
    assert publication.section("economy").name("ru") == "Экономика"
    (newsletter,) = loaded.newsletters
    assert newsletter.title("ru") == "Неделя"
    assert newsletter.cadence == Cadence(
        weekday=4, at=datetime.time(9), time_zone=ZoneInfo("Europe/London")
    )
    assert newsletter.late is LatePolicy.RUN
    assert loaded.storage.secret == "0123456789abcdef0123456789abcdef"


def test_labels_of_a_section_map_are_case_folded(
    load: Callable[..., config.Config], right: str
) -> None:
    (source,) = load(right).sources

    assert dict(source.section_map) == {"бизнес": "economy"}


def test_an_appeal_becomes_one_for_each_language(
    load: Callable[..., config.Config], right: str
) -> None:
    appeals = load(right).appeals

    assert [(a.key, a.language, a.button) for a in appeals] == [
        ("support", "en", "Give"),
        ("support", "ru", "Дать"),
    ]


def test_tables_left_out_have_the_defaults_of_the_model(
    load: Callable[..., config.Config], right: str, folder: Path
) -> None:
    loaded = load(right)

    assert loaded.feeds == FeedSettings()
    assert loaded.web == WebSettings()
    assert loaded.schedule == ScheduleSettings()
    assert loaded.delivery == DeliverySettings()
    assert loaded.newsletters[0].top_reads == TopReadsSettings()
    assert loaded.transport.kind == "file"
    assert loaded.transport.folder == folder / "var" / "outbox"
    assert loaded.folders.feeds == folder / "feeds"
    assert loaded.folders.templates == folder / "templates" / "email"
    assert loaded.storage.url == f"sqlite:///{folder}/var/dispatch.db"


def test_defaults_of_newsletters_and_sources_are_those_of_the_model(
    load: Callable[..., config.Config], right: str
) -> None:
    loaded = load(right)

    for made in (loaded.newsletters[0], loaded.sources[0]):
        for field in dataclasses.fields(made):
            is_given = field.name in ("sections", "section_map", "url")
            if field.default is not dataclasses.MISSING and not is_given:
                assert getattr(made, field.name) == field.default, field.name


@pytest.mark.parametrize(
    ("written", "seconds"),
    [('"90s"', 90), ('"15m"', 900), ('"6h"', 21600), ('"7d"', 604800), ("45", 45)],
)
def test_durations_are_written_in_units_or_seconds(
    load: Callable[..., config.Config], right: str, written: str, seconds: int
) -> None:
    assert load(f"{right}[schedule]\ncollect = {written}\n").schedule.collect_seconds == seconds


@pytest.mark.parametrize(
    ("written", "url"),
    [
        ("postgresql://u:p@db/news", "postgresql+psycopg://u:p@db/news"),
        ("postgres://db/news", "postgresql+psycopg://db/news"),
        ("postgresql+psycopg://db/news", "postgresql+psycopg://db/news"),
        ("sqlite:////srv/news.db", "sqlite:////srv/news.db"),
    ],
)
def test_database_urls_name_their_driver_and_whole_path(
    load: Callable[..., config.Config], right: str, written: str, url: str
) -> None:
    assert load(f'{right}url = "{written}"\n').storage.url == url


@pytest.mark.parametrize(("security", "port"), [("none", 25), ("starttls", 587), ("tls", 465)])
def test_the_port_follows_from_the_security(
    load: Callable[..., config.Config], right: str, security: str, port: int
) -> None:
    smtp = f'[transport]\nkind = "smtp"\nhost = "localhost"\nsecurity = "{security}"\n'
    transport = load(right + smtp).transport

    assert (transport.port, transport.security) == (port, Security(security))


def test_delivery_policies_become_enums(load: Callable[..., config.Config], right: str) -> None:
    loaded = load(f'{right}[delivery]\nuncertain = "resend"\nlease = "5m"\n')

    assert loaded.delivery.uncertain is UncertainPolicy.RESEND
    assert loaded.delivery.lease_seconds == 300


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(folder: Path, right: str) -> None:
    content = b"\xef\xbb\xbf" + right.replace("\n", "\r\n").encode()
    (folder / "config.toml").write_bytes(content)

    loaded = config.load_config(Path("config.toml"), {}, create_secret=False)

    assert loaded.publication.contact == "editors@meridian.example"


@pytest.mark.usefixtures("folder")
def test_a_missing_file_is_named() -> None:
    with pytest.raises(errors.ConfigError, match=r"^none\.toml: .* cannot be read"):
        config.load_config(Path("none.toml"), {})


def test_a_syntax_error_has_its_line(
    report_on: Callable[..., str], broken: Callable[[str, str], tuple[str, int]]
) -> None:
    text, line = broken('contact = "editors', 'contact "editors')

    report = report_on(text)

    assert f"config.toml:{line}: is not TOML: Expected '=' after a key" in report
    assert "(column 9)" in report


def test_a_syntax_error_at_the_end_has_the_last_line(report_on: Callable[..., str]) -> None:
    assert "config.toml:2: is not TOML: " in report_on('[a]\nb = """\n\n')


def test_other_encodings_are_refused_with_the_line(folder: Path) -> None:
    (folder / "config.toml").write_bytes("a = 1\nb = 'Меридиан'\n".encode("cp1251"))

    with pytest.raises(
        errors.ConfigError, match=r"^config\.toml cannot .*\nconfig\.toml:2: is not UTF-8"
    ):
        config.load_config(Path("config.toml"), {})


def test_no_secret_is_seen_in_a_repr_or_a_traceback(
    load: Callable[..., config.Config], right: str
) -> None:
    hidden = "hunter2-hunter2-hunter2-hunter2-hunter2"
    smtp = f'[transport]\nkind = "smtp"\nhost = "h"\nusername = "u"\npassword = "{hidden}"\n'
    text = right.replace("0123456789abcdef0123456789abcdef", hidden)
    text = text.replace("[storage]", f'[storage]\nurl = "postgresql://u:{hidden}@db/news"')

    assert hidden not in repr(load(text + smtp))
    with pytest.raises(errors.ConfigError) as raised:
        load(text + smtp + "extra = 1\n")
    assert hidden not in "".join(traceback.format_exception(raised.value))
    assert raised.value.__context__ is None, "pydantic's error holds the values"


def test_the_configuration_of_the_demo_is_right() -> None:
    loaded = config.load_config(ROOT / "config.toml", {}, create_secret=False)

    assert list(loaded.publication.languages) == ["en", "ru"]
    assert [source.name for source in loaded.sources] == ["site-en", "site-ru"]
    assert [section.key for section in loaded.publication.sections] == [
        "foreign-policy",
        "post-soviet",
        "economy",
        "society",
        "security",
    ]
    assert all("there is no file" in warning for warning in loaded.warnings)


def test_the_starter_loads_at_once_beside_a_folder_of_articles(
    load: Callable[..., config.Config], folder: Path
) -> None:
    (folder / "articles").mkdir()

    loaded = load(config.STARTER.read_text(encoding="utf-8"))

    assert loaded.sources[0].path == folder / "articles"
    assert list(loaded.publication.languages) == ["en"]
    assert loaded.warnings == ()


def test_the_starter_says_what_a_second_language_needs(
    report_on: Callable[..., str], folder: Path
) -> None:
    (folder / "articles").mkdir()
    starter = config.STARTER.read_text(encoding="utf-8")

    report = report_on(starter.replace("# fr = ", "fr = "))

    assert report.count("no text in fr") == 2
    assert "publication.names: no text in fr" in report
    assert "publication.sections[news].names: no text in fr" in report


def test_the_hints_of_the_starter_are_right(
    load: Callable[..., config.Config], folder: Path
) -> None:
    (folder / "articles").mkdir()
    (folder / "var").mkdir()
    (folder / "var" / "smtp-password").write_text("hunter2\n")
    starter = config.STARTER.read_text(encoding="utf-8")
    before, transport, after = re.split(r"(\[transport\]\n[^\[]*)", starter)
    before = re.sub(r"^# (\[\[|(?!fr )[a-z_]+ = )", r"\1", before, flags=re.MULTILINE)
    transport = re.sub(r"^(kind|folder)", "##", transport, flags=re.MULTILINE).replace("\n# ", "\n")

    loaded = load(before + transport + after)

    assert (loaded.transport.kind, loaded.transport.password) == ("smtp", "hunter2")
    assert [reads.kind for reads in loaded.reads] == ["access-log"]
