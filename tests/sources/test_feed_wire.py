from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.sources import feed_entries, feed_wire

RUSSIAN = "Новости дня: паромы снова ходят"
Read = Callable[..., feed_entries.ParsedFeed]


def rss(title: str, declaration: str = "") -> str:
    return f"{declaration}<rss version='2.0'><channel><title>{title}</title></channel></rss>"


def declared(name: str) -> str:
    return f'<?xml version="1.0" encoding="{name}"?>'


@pytest.mark.parametrize(
    ("codec", "declares", "content_type"),
    [
        ("utf-8", "utf-8", None),
        ("utf-8-sig", "windows-1251", None),
        ("utf-8", "windows-1251", None),
        ("utf-8", "", "text/xml; charset=iso-8859-1"),
        ("cp1251", "windows-1251", None),
        ("cp1251", "", "text/xml; charset=windows-1251"),
        ("cp1251", "utf-8", None),
        ("cp1251", "", None),
        ("koi8-r", "koi8-r", None),
        ("koi8-r", "utf-8", None),
        ("iso-8859-5", "ISO-8859-5", None),
        ("cp866", "ibm866", None),
        ("utf-16", "utf-16", None),
        ("utf-16-le", "", None),
        ("utf-16-be", "utf-16", "application/xml"),
        ("utf-32", "", None),
        ("utf-32-be", "", None),
    ],
)
def test_cyrillic_survives_every_mix_of_encoding_and_declaration(
    read: Read, codec: str, declares: str, content_type: str | None
) -> None:
    text = rss(RUSSIAN, declared(declares) if declares else "")
    assert read(text.encode(codec), content_type).title == RUSSIAN


@pytest.mark.parametrize(
    ("codec", "declares", "title"),
    [
        ("cp1252", "iso-8859-1", "Café “quoted” – déjà vu"),
        ("cp1252", "", "Café déjà vu"),
        ("iso-8859-2", "iso-8859-2", "Zażółć"),
        ("cp932", "shift_jis", "日本の新聞①"),
        ("euc-jp", "euc-jp", "日本の新聞"),
        ("iso2022_jp", "iso-2022-jp", "日本の新聞"),
        ("gb18030", "gb2312", "中文报纸"),
        ("big5", "big5", "中文報紙"),
        ("cp949", "euc-kr", "한국 신문"),
        ("cp037", "cp037", "Caf\u00e9"),
        ("mac_roman", "mac", "\u00c4rger"),
        ("cp1251", "ms-cyrl", "\u0402\u0443\u0440\u0452"),
    ],
)
def test_other_encodings_are_read_as_declared(
    read: Read, codec: str, declares: str, title: str
) -> None:
    text = rss(title, declared(declares) if declares else "")
    assert read(text.encode(codec)).title == title


def test_windows_punctuation_that_was_taken_for_controls_is_read(read: Read) -> None:
    assert read(rss("don\x92t \x96 \x93so\x94").encode()).title == "don’t – “so”"


def test_a_comment_before_the_root_may_speak_of_anything(read: Read) -> None:
    prolog = "<?xml version='1.0'?><!-- <!DOCTYPE rss [ --><!-- <b>by hand</b> -->"
    assert read((prolog + rss(RUSSIAN)).encode()).title == RUSSIAN


def test_many_comments_before_the_root_cost_no_more_than_their_length(read: Read) -> None:
    assert read(("<!---->" * 200_000 + rss(RUSSIAN)).encode()).title == RUSSIAN


def test_one_bad_byte_does_not_turn_utf8_into_something_else(read: Read) -> None:
    feed = read(rss(RUSSIAN + "|").encode().replace(b"|", b"\xff"))
    assert feed.title == RUSSIAN + "\ufffd"
    assert "encoding" in feed.warnings[0]


def test_a_utf8_feed_that_declares_another_encoding_is_reported(read: Read) -> None:
    feed = read(rss(RUSSIAN, declared("windows-1251")).encode())
    assert feed.warnings == ("the document is UTF-8 but declares windows-1251",)
    assert not feed.malformed


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("A &amp; B", "A & B"),
        ("A & B", "A & B"),
        ("AT&T", "AT&T"),
        ("&nbsp;x&mdash;y&eacute;", "x—yé"),
        ("&#8364;&#x20AC;&#128;", "€€€"),
        ("&bogus; &#xFFFFFFF; &#0;", "&bogus; �"),
        ("<![CDATA[A & B &amp; <b>]]>", "A & B &amp; <b>"),
        ("a<!-- & comment -->b", "ab"),
        ("x\x00\x0by", "xy"),
        ("1 < 2", "1 < 2"),
    ],
)
def test_references_and_stray_characters_are_repaired(read: Read, written: str, title: str) -> None:
    assert read(rss(written)).title.replace(" \ufffd \ufffd", " \ufffd").strip() == title


def test_short_entities_of_the_document_are_known_and_others_are_not(read: Read) -> None:
    doctype = (
        '<!DOCTYPE rss [<!ENTITY paper "Gazette"><!ENTITY nested "&paper;&paper;">'
        '<!ENTITY file SYSTEM "file:///etc/passwd">]>'
    )
    assert read(doctype + rss("&paper;|&nested;|&file;")).title == "Gazette|&nested;|&file;"


def test_a_doctype_inside_an_article_is_text(read: Read) -> None:
    assert read(rss("<![CDATA[<!DOCTYPE html> explained]]>")).title == "<!DOCTYPE html> explained"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\0\0\0\0", "empty"),
        (b"Service unavailable", "neither XML nor JSON"),
        (b"<!DOCTYPE html><html><body>Login</body></html>", "web page"),
        (b"<!-- x --><html><body>Login</body></html>", "web page"),
        (b"<html xmlns='http://www.w3.org/1999/xhtml'/>", "web page"),
        (b"<opml version='2.0'><body/></opml>", "<opml>"),
        (b"<<<>>>", "not XML"),
        (b"[]", "JSON"),
        (b'{"version": 1', "JSON is broken"),
        (b'{"error": "no"}', "not a JSON Feed"),
        (b"null", "neither XML nor JSON"),
    ],
)
def test_what_is_no_feed_says_what_it_is(read: Read, body: bytes, reason: str) -> None:
    with pytest.raises(feed_wire.FeedError, match=reason.replace("<", "<")):
        read(body)


HOSTILE = {
    "ampersands": b"<rss><channel><title>" + b"&" * 1_000_000 + b"</title></channel></rss>",
    "unterminated sections": b"<rss><channel><item><title>" + b"<![CDATA[" * 100_000,
    "unterminated comments": b"<rss><channel><item><title>" + b"<!--" * 100_000,
    "nested tags": b"<rss><channel><item><description>" + b"<b>" * 200_000,
    "open tags": b"<rss><channel><title>" + b"<br " * 100_000,
    "brackets": b"<rss><channel><title>" + b"<" * 300_000,
    "attributes": b"<rss><channel><item "
    + b" ".join(b'a%d="x"' % number for number in range(20_000))
    + b"/></channel></rss>",
    "entities": b"<!DOCTYPE r [" + b'<!ENTITY a "' * 50_000,
    "links": b"<feed xmlns='http://www.w3.org/2005/Atom'><entry>"
    + b"<link hreflang='ru' href='/x'/>" * 50_000
    + b"</entry></feed>",
    "nested lists": b'{"version":"https://jsonfeed.org/version/1","items":' + b"[" * 100_000,
    "authors": b"<rss><channel><item><author>"
    + b"a@" * 200_000
    + b"</author></item></channel></rss>",
}


@pytest.mark.timeout(10)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_documents_end_in_a_feed_or_a_feed_error(read: Read, name: str) -> None:
    try:
        feed = read(HOSTILE[name])
    except feed_wire.FeedError:
        return
    assert len(feed.entries) <= 1


def test_a_billion_laughs_stay_unexpanded(read: Read) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    feed = read(f'<!DOCTYPE r [<!ENTITY l0 "ha">{levels}]>{rss("&l9;")}')
    assert feed.title == "&l9;"


def test_many_short_entities_have_a_budget(read: Read) -> None:
    doctype = f'<!DOCTYPE r [<!ENTITY a "{"x" * 99}">]>'
    assert len(read(doctype + rss("&a;" * 100_000)).title) <= 1_000_000


def test_only_so_many_entries_are_read(read: Read) -> None:
    feed = read("<rss><channel>" + "<item><title>t</title></item>" * 2500 + "</channel></rss>")
    assert len(feed.entries) == 2000
    assert "2000 of 2500" in feed.warnings[0]


PIECES = st.sampled_from(
    [
        "<rss>",
        "<channel>",
        "<item>",
        "<title>",
        "</title>",
        "</item>",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "&",
        "&lt;",
        "&#",
        "&nbsp;",
        "<link/>",
        "<feed>",
        "<entry>",
        "<content type='xhtml'>",
        '<link href="',
        "http://x/",
        '"/>',
        "<dc:creator>",
        "я",
        "\x00",
        "<?xml ",
        "?>",
        "<!DOCTYPE ",
        "[",
        "]>",
        "<!ENTITY a 'b'>",
        "&a;",
        "{",
        '"items":',
        ":",
        ",",
        "}",
        "xml:base='",
        "'>",
    ]
)


@settings(max_examples=300)
@given(st.one_of(st.lists(PIECES, max_size=40).map("".join).map(str.encode), st.binary()))
def test_no_bytes_raise_anything_but_a_feed_error(body: bytes) -> None:
    try:
        document = feed_wire.read_document(body, "text/xml; charset=punycode")
    except feed_wire.FeedError:
        return
    assert (document.root is None) != (document.data is None)


def test_latin_1_by_habit_of_the_server_yields_to_the_document() -> None:
    body = '<?xml version="1.0" encoding="koi8-r"?><rss><title>Новости</title></rss>'.encode(
        "koi8-r"
    )
    text, encoding, _ = feed_wire.decode(body, "text/xml; charset=ISO-8859-1")
    assert (encoding, "Новости" in text) == ("koi8-r", True)
