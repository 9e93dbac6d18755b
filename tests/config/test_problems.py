from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dispatch import config
from dispatch.config import problems

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "config/checks",
    "config/context",
    "config/explain",
    "config/values",
)

GOLDEN = Path(__file__).parents[1] / "golden" / "config"


#: name: (what stands in the right file, what stands there instead, what the report says of it).
#: The line is found by the fixture; `+n` in front of the sentence moves it down by n lines.
SITUATIONS = {
    "an unknown key": (
        'contact = "editors@meridian.example"',
        'contact = "editors@meridian.example"\npostal_adress = "x"',
        '+1 publication.postal_adress: unknown key|did you mean "postal_address"?',
    ),
    "an unknown key of a table in an array": (
        "[[appeals]]",
        "[[appeals]]\nwieght = 2",
        '+1 appeals[support].wieght: unknown key|did you mean "weight"?',
    ),
    "an unknown table": (
        "[storage]",
        "[trnsport]\n[storage]",
        '+0 trnsport: unknown table|did you mean "transport"?',
    ),
    "a missing key": (
        'list_id = "weekly.meridian.example"\n',
        "",
        "-8 newsletters[weekly].list_id: is missing",
    ),
    "a number for a text": (
        'key = "economy"',
        "key = 7",
        "+0 publication.sections[#1].key: must be text in quotes, not a whole number",
    ),
    "a table where an array of tables belongs": (
        "[[newsletters]]",
        "[newsletters]",
        "+0 newsletters: must be an array of tables: write [[newsletters]]",
    ),
    "a section that does not exist": (
        'sections = ["economy"]',
        'sections = [\n  "economy",\n  "econmy",\n]',
        (
            '+2 newsletters[weekly].sections[#2]: "econmy" is not a section of the publication'
            '|allowed: economy|did you mean "economy"?'
        ),
    ),
    "a section in a map of labels": (
        '"Бизнес" = "economy"',
        '"Бизнес" = "economics"',
        '+0 sources[site].section_map."Бизнес": "economics" is not a section',
    ),
    "a language that does not exist": (
        'languages = ["en", "ru"]',
        'languages = ["en", "ru", "de"]',
        '+0 newsletters[weekly].languages[#3]: "de" is not a language of the publication',
    ),
    "a block that does not exist": (
        'blocks = ["top_reads", "latest", "appeal"]',
        'blocks = ["top_read"]',
        '+0 newsletters[weekly].blocks[#1]: "top_read" is not a block|did you mean "top_reads"',
    ),
    "a block named twice": (
        'blocks = ["top_reads", "latest", "appeal"]',
        'blocks = ["latest", "latest"]',
        '+0 newsletters[weekly].blocks: "latest" is named twice',
    ),
    "a name that is missing in a language": (
        'names = { en = "Economy", ru = "Экономика" }',
        'names = { en = "Economy" }',
        (
            "+0 publication.sections[economy].names: no text in ru"
            "|allowed: one in each language of the publication"
        ),
    ),
    "a title that is missing in a language": (
        'titles = { en = "Weekly", ru = "Неделя" }',
        'titles = { en = "Weekly" }',
        "+0 newsletters[weekly].titles: no text in ru",
    ),
    "a text in a language that does not exist": (
        'titles = { en = "Weekly", ru = "Неделя" }',
        'titles = { en = "Weekly", ru = "Неделя", rus = "Неделя" }',
        (
            '+0 newsletters[weekly].titles.rus: "rus" is not a language of the publication'
            '|did you mean "ru"?'
        ),
    ),
    "a language tag that is none": (
        'languages = { en = "English", ru = "Русский" }',
        'languages = { en = "English", ru = "Русский", en_GB = "English" }',
        '+0 publication.languages.en_GB: "en_GB" is not a language tag',
    ),
    "a line break in a header": (
        'from_name = { en = "The Meridian"',
        'from_name = { en = "The Meridian\\r\\nBcc: x@y.example"',
        "+0 newsletters[weekly].from_name.en: has a line break",
    ),
    "an empty text": (
        'from_name = { en = "The Meridian"',
        'from_name = { en = " "',
        "+0 newsletters[weekly].from_name.en: must not be empty",
    ),
    "a kind of source that does not exist": (
        'kind = "feed"',
        'kind = "fed"',
        '+0 sources[site].kind: "fed" is not a kind of source|did you mean "feed"?',
    ),
    "a feed without a URL": (
        'url = "https://meridian.example/feed/"\n',
        "",
        "-3 sources[site].url: is missing: a source of kind feed has a URL",
    ),
    "a URL that is none": (
        'url = "https://meridian.example/feed/"',
        'url = "meridian.example/feed/"',
        '+0 sources[site].url: "meridian.example/feed/" is not a URL',
    ),
    "a folder that is missing": (
        'kind = "feed"\nurl = "https://meridian.example/feed/"',
        'kind = "folder"\npath = "artikles"',
        "+1 sources[site].path: there is no folder ",
    ),
    "an address that is none": (
        'contact = "editors@meridian.example"',
        'contact = "Editors <editors@meridian.example>"',
        '+0 publication.contact: "Editors <editors@meridian.example>" is not an e-mail address',
    ),
    "a list identifier in brackets": (
        'list_id = "weekly.meridian.example"',
        'list_id = "<weekly.meridian.example>"',
        '+0 newsletters[weekly].list_id: "<weekly.meridian.example>" is not a list identifier',
    ),
    "a list identifier without a domain": (
        'list_id = "weekly.meridian.example"',
        'list_id = "weekly"',
        '+0 newsletters[weekly].list_id: "weekly" is not a list identifier',
    ),
    "a tag authority without a year": (
        'tag_authority = "meridian.example,2026"',
        'tag_authority = "meridian.example"',
        '+0 publication.tag_authority: "meridian.example" is not a tag authority',
    ),
    "a time zone that does not exist": (
        'time_zone = "Europe/London"',
        'time_zone = "Europe/Londn"',
        (
            '+0 publication.time_zone: no time zone is called "Europe/Londn"'
            '|did you mean "Europe/London"'
        ),
    ),
    "a time zone by its city alone": (
        'time_zone = "Europe/London"',
        'time_zone = "Kyiv"',
        '+0 publication.time_zone: no time zone is called "Kyiv"|did you mean "Europe/Kyiv"',
    ),
    "a cadence with a number for the day": (
        'cadence = "Fridays 09:00"',
        'cadence = "5 09:00"',
        (
            '+0 newsletters[weekly].cadence: "5 09:00" gives the day as a number, which means '
            "different days to different programs: write its name"
        ),
    ),
    "an unknown word where words are fixed": (
        'cadence = "Fridays 09:00"',
        'cadence = "Fridays 09:00"\nlate = "merg"',
        (
            "+1 newsletters[weekly].late: is none of the words that are allowed here"
            '|allowed: run, merge|did you mean "merge"?'
        ),
    ),
    "a count of nothing": (
        'cadence = "Fridays 09:00"',
        'cadence = "Fridays 09:00"\nlatest_count = 0',
        "+1 newsletters[weekly].latest_count: must be at least 1",
    ),
    "a text for a flag": (
        'name = "site"',
        'name = "site"\nenabled = "yes"',
        "+1 sources[site].enabled: must be true or false, not text",
    ),
    "a duration without a unit": (
        'name = "site"',
        'name = "site"\npoll = "5 minutes"',
        '+1 sources[site].poll: "5 minutes" is not a duration|allowed: "90s", "15m"',
    ),
    "a name used twice": (
        "[storage]",
        '[[appeals]]\nkey = "support"\nurl = "https://a.example"\ntexts = {}\n[storage]',
        "+1 appeals[support].key: is the same as in line 33",
    ),
    "an appeal that ends before it starts": (
        "[[appeals]]",
        "[[appeals]]\nstarts_on = 2026-12-01\nends_on = 2026-11-01",
        "+2 appeals[support].ends_on: is before starts_on|allowed: 2026-12-01 or later",
    ),
    "a signing key that can be guessed": (
        'secret = "0123456789abcdef0123456789abcdef"',
        'secret = "s3cret"',
        "+0 storage.secret: is too short to keep anyone from guessing it",
    ),
    "a database that forgets": (
        "[storage]",
        '[storage]\nurl = "sqlite://"',
        "+1 storage.url: is not the URL of a database",
    ),
    "an SMTP server that is not named": (
        "[storage]",
        '[transport]\nkind = "smtp"\n[storage]',
        "+0 transport.host: is missing: a transport of kind smtp has a host",
    ),
    "a transport that does not exist": (
        "[storage]",
        '[transport]\nkind = "smpt"\n[storage]',
        '+1 transport.kind: "smpt" is not a transport|did you mean "smtp"?',
    ),
    "a folder of templates that is missing": (
        "[storage]",
        '[folders]\ntemplates = "tempates"\n[storage]',
        "+1 folders.templates: there is no folder ",
    ),
    "a port out of range": (
        "[storage]",
        "[web]\nport = 80250\n[storage]",
        "+1 web.port: must be at most 65535",
    ),
}


#: Situations in which one mistake is rightly more than one problem.
MORE_THAN_ONE = (
    "a name used twice",
    "a table where an array of tables belongs",
    "a language tag that is none",
)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_problem_is_told_with_line_and_key(
    report_on: Callable[..., str], broken: Callable[[str, str], tuple[str, int]], situation: str
) -> None:
    was, now, sentences = SITUATIONS[situation]
    text, line = broken(was, now)
    offset, _, rest = sentences.partition(" ")
    first, *others = rest.split("|")

    report = report_on(text)

    assert f"config.toml:{line + int(offset)}: {first}" in report
    for sentence in others:
        assert sentence in report
    if situation not in MORE_THAN_ONE:
        assert report.startswith("config.toml cannot be used, 1 problem:"), report


def test_a_whole_table_that_is_missing_is_told_in_the_first_line(
    report_on: Callable[..., str],
) -> None:
    assert "config.toml:1: publication: this table is missing" in report_on("# nothing\n")


def test_all_problems_are_told_at_once(
    report_on: Callable[..., str], folder: Path, golden: Callable[[str, bytes], None]
) -> None:
    # Keys, values, names across tables, arrays and the environment: one report, by line.
    text = (GOLDEN / "broken.toml").read_text(encoding="utf-8")
    environ = {
        "DISPATCH_WEB__PORT": "eighty",
        "DISPATCH_TRANSPORT__PASWORD": "hunter2",
        "DISPATCH_FEEDS__ENTRIES": "20",
    }

    report = report_on(text, environ).replace(str(folder), "FOLDER") + "\n"

    golden("config/broken.txt", report.encode())


def test_a_wrong_key_does_not_hide_a_name_that_does_not_exist(
    report_on: Callable[..., str], broken: Callable[[str, str], tuple[str, int]]
) -> None:
    text, _ = broken('sections = ["economy"]', 'sections = ["sport"]\nlate_hour = 3')
    text = text.replace("Europe/London", "Europe/Londn")

    report = report_on(text)

    assert "3 problems" in report
    for key in ("publication.time_zone", "[weekly].sections[#1]", "[weekly].late_hour"):
        assert key in report


def test_the_nearest_names_are_found_whatever_their_case() -> None:
    assert problems.nearest("SMTP", ("file", "smtp")) == ("smtp",)
    assert problems.nearest("pidgeon", ("file", "smtp")) == ()


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        (("[appeals.texts.ru]", "[other.ru]"), None),
        (
            ('public_url = "https://news', 'public_url = "http://news'),
            "config.toml:4: publication.public_url: is not https",
        ),
        (
            ('postal_address = "1 Example Street"\n', ""),
            "config.toml:1: publication.postal_address: is missing",
        ),
        (
            (
                "[storage]",
                (
                    '[[reads]]\nname = "site"\nkind = "access-log"\npath = "no.log"\n'
                    'site = "https://meridian.example/"\n[storage]'
                ),
            ),
            "config.toml:47: reads[site].path: there is no file ",
        ),
        (
            (
                "[storage]",
                (
                    '[transport]\nkind = "smtp"\nhost = "mail.example"\nsecurity = "none"\n'
                    'username = "u"\npassword = "p"\n[storage]'
                ),
            ),
            "config.toml:47: transport.security: the password goes over the network",
        ),
    ],
    ids=["none", "no TLS", "no postal address", "no log yet", "password in the clear"],
)
def test_what_was_probably_not_meant_is_a_warning(
    load: Callable[..., config.Config],
    report_on: Callable[..., str],
    broken: Callable[[str, str], tuple[str, int]],
    change: tuple[str, str],
    warning: str | None,
) -> None:
    text, _ = broken(*change)
    if warning is None:
        assert "other: unknown table" in report_on(text)
        return
    (told,) = load(text).warnings
    assert told.startswith(warning)


def test_an_appeal_without_words_in_a_language_of_a_newsletter_is_a_warning(
    load: Callable[..., config.Config], right: str
) -> None:
    start, end = right.index("[appeals.texts.ru]"), right.index("[storage]")

    (warning,) = load(right[:start] + right[end:]).warnings

    assert warning == (
        'config.toml:35: appeals[support].texts: no text in "ru", '
        "so readers of weekly in it miss it"
    )


def test_a_newsletter_without_the_block_needs_no_words(
    load: Callable[..., config.Config], broken: Callable[[str, str], tuple[str, int]]
) -> None:
    text, _ = broken('"latest", "appeal"', '"latest"')
    start, end = text.index("[appeals.texts.ru]"), text.index("[storage]")

    assert load(text[:start] + text[end:]).warnings == ()


def test_a_text_that_is_to_be_found_needs_the_library(
    right: str,
    report_on: Callable[[str], str],
    load: Callable[[str], config.Config],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = '[[sources]]\nname = "s"\nkind = "pages"\nurl = "https://n.example/"\nbody = "auto"\n'
    assert load(right + lines).sources[-1].body == "auto"
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert "sources[s].body: wants a library that is not installed" in report_on(right + lines)
