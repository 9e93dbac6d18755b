from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.rules import text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  A\n title\t here ", "A title here"),
        ("AT&amp;T", "AT&T"),
        ("AT&amp;amp;T", "AT&amp;T"),
        ("<b>Bold</b> &mdash; move", "Bold — move"),
        ("&lt;b&gt; explained", "<b> explained"),
        ("1 < 2 and x <y> z", "1 < 2 and x <y> z"),
        ("a?b=1&copy=2", "a?b=1&copy=2"),
        ("evil\u202etxt.exe\u2066\u2069", "eviltxt.exe"),
        ("tag\U000e0041\U000e007f", "tag"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("nul\x00bell\x07", "nulbell"),
        ("в\u00a0Москве", "в\u00a0Москве"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("и\u0306", "й"),
        ("<script>alert(1)</script>News", "News"),
        ("Subject\r\nBcc: x@y.example", "Subject Bcc: x@y.example"),
        ("one<br>two", "one two"),
        ("c1\x85next\x9bcontrol", "c1 nextcontrol"),
        ("\u202aleft\u202bright\u202cpop\u202dlro", "leftrightpoplro"),
        ("\u2066a\u2067b\u2068c\u2069", "abc"),
        ("flag\U000e0067\U000e0062\U000e007f", "flag"),
        ("\U0001f468\u200d\U0001f469", "\U0001f468\u200d\U0001f469"),
        ("Москва\u202f— столица", "Москва\u202f— столица"),
        ("Subject%0d%0aBcc: x", "Subject%0d%0aBcc: x"),
        ("Subject&#13;&#10;Bcc: x@y.example", "Subject Bcc: x@y.example"),
        ("line\u2028separator\u2029", "line separator"),
        ("a<!-- hidden -->b", "ab"),
    ],
)
def test_a_line_is_plain_text(raw: str, expected: str) -> None:
    assert text.clean_line(raw) == expected


def test_literal_text_is_neither_unescaped_nor_stripped() -> None:
    assert text.clean_line("How <b> and &lt; work", markup=False) == "How <b> and &lt; work"


def test_a_long_line_ends_at_a_word_with_an_ellipsis() -> None:
    line = text.clean_line("word " * 200, limit=50)
    assert line.endswith("word…")
    assert len(line) <= 50


def test_a_standfirst_is_one_line_without_the_trailers_of_wordpress() -> None:
    raw = (
        "<p>Summary of it [&hellip;]</p>\n"
        '<p>The post <a href="https://n.example/a">A</a> appeared first on <a>News</a>.</p>'
    )
    assert text.clean_text(raw) == "Summary of it…"


@settings(max_examples=200)
@given(st.text(), st.booleans())
def test_a_clean_line_has_no_control_and_stays_itself(raw: str, markup: bool) -> None:
    line = text.clean_line(raw, markup=markup)
    assert text.clean_line(line, markup=False) == line
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in line)
    assert len(line) <= text.LINE_LIMIT


@pytest.mark.parametrize(
    ("sample", "languages", "expected"),
    [
        ("Россия и страны Запада договорились", ("en", "ru"), "ru"),
        ("Moscow and the West agree on a treaty", ("en", "ru"), "en"),
        ("Ukraine", ("en", "ru"), None),
        ("Интервью с Michael McFaul о New START", ("en", "ru"), None),
        ("Верховна Рада України ухвалила новий закон", ("en", "ru", "uk"), "uk"),
        ("Верховна Рада України ухвалила новий закон", ("en", "ru"), None),
        ("Государственная дума приняла новый закон", ("en", "ru", "uk"), "ru"),
        ("Беларускія ўлады паведамілі пра гэта ўчора", ("ru", "be"), "be"),
        ("Der Bundestag hat ein Gesetz beschlossen", ("de", "en"), None),
        ("Der Bundestag hat ein Gesetz beschlossen", ("de-DE", "ru"), "de-DE"),
        ("Η κυβέρνηση ανακοίνωσε νέα μέτρα", ("el", "en"), "el"),
        ("", ("en",), None),
    ],
)
def test_letters_decide_the_language_or_say_nothing(
    sample: str, languages: tuple[str, ...], expected: str | None
) -> None:
    assert text.letters_language(sample, languages) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("ru_RU", "ru-RU"),
        ("EN", "en"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("x", None),
        ("", None),
        ("en'--", None),
    ],
)
def test_language_tags_are_written_as_bcp47_has_them(raw: str, expected: str | None) -> None:
    assert text.language_tag(raw) == expected


def test_tags_of_word_processors_are_no_text() -> None:
    assert text.clean_text('Сообщает<o:p></o:p> <st1:place w:st="on">Рим</st1:place>') == (
        "Сообщает Рим"
    )
    assert text.clean_line("if a <o:b then") == "if a <o:b then"


def test_the_name_of_a_language_is_no_tag() -> None:
    assert text.language_tag("Russian") is None
