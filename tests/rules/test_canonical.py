from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.rules import canonical

URLS = st.one_of(
    st.text(),
    st.text(alphabet="htps:/?#&=%.@[]\\wА0aé \t~+!", max_size=40).map(lambda t: "http://h/" + t),
    st.text(alphabet="ab.:/@%5[]А-_\\", max_size=30).map(lambda t: "https://" + t),
)


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        ("HTTP://News.Example:80/A", "http://news.example/A"),
        ("https://news.example:443", "https://news.example/"),
        ("https://news.example:8443/x", "https://news.example:8443/x"),
        ("https://ann:secret@news.example./x", "https://news.example/x"),
        (
            "https://пример.рф/Статья",
            "https://xn--e1afmkfd.xn--p1ai/%D0%A1%D1%82%D0%B0%D1%82%D1%8C%D1%8F",
        ),
        ("https://news.example/%7euser/%e2%82%ac", "https://news.example/~user/%E2%82%AC"),
        ("https://news.example/a/./b/../c//d", "https://news.example/a/c//d"),
        ("https://news.example/a/%2e%2e/b", "https://news.example/b"),
        ("https://news.example/a?utm_source=x&b=2&fbclid=9&b=1", "https://news.example/a?b=2&b=1"),
        ("https://news.example/a?yclid=1&_openstat=2", "https://news.example/a"),
        ("https://news.example/a?", "https://news.example/a"),
        ("https://news.example/a?ref=www.news.example", "https://news.example/a"),
        ("https://news.example/a?ref=main", "https://news.example/a?ref=main"),
        ("https://news.example/a#top", "https://news.example/a"),
        ("https://news.example/#!/a", "https://news.example/#!/a"),
        ("https://news.example\\@evil.example/", "https://news.example/@evil.example/"),
        (" https://news.example/a b\n", "https://news.example/a%20b"),
        ("https://news.example/и\u0306", "https://news.example/%D0%B9"),
        ("http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"),
        ("https://news.example/100%", "https://news.example/100%25"),
    ],
)
def test_an_address_has_one_canonical_form(given_url: str, expected: str) -> None:
    assert canonical.canonical_url(given_url) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tag:news.example,2026:1",
        "javascript:alert(1)",
        "ftp://news.example/",
        "mailto:a@b.example",
        "/relative",
        "http://",
        "http:///path",
        "http://[::1",
        "http://host:99999/",
        "http://a b/",
        "http://.../",
        "urn:uuid:1",
    ],
)
def test_what_is_no_web_address_has_no_canonical_form(text: str) -> None:
    assert canonical.canonical_url(text) is None


def test_a_relative_address_needs_a_base() -> None:
    assert canonical.canonical_url("../b?x=1", "https://news.example/en/a/") == (
        "https://news.example/en/b?x=1"
    )
    assert canonical.canonical_url("//cdn.example/b", "https://news.example/") == (
        "https://cdn.example/b"
    )


def test_an_absolute_url_keeps_the_spelling_of_its_publisher() -> None:
    assert canonical.absolute_url("HTTP://News.Example/A?utm_source=x") == (
        "HTTP://News.Example/A?utm_source=x"
    )
    assert canonical.absolute_url("javascript:alert(1)", "https://news.example/") is None


@pytest.mark.parametrize(
    "other",
    [
        "http://news.example/a",
        "https://www.news.example/a/",
        "https://news.example/a/index.html",
        "https://news.example/a/?utm_medium=rss#c",
    ],
)
def test_spellings_of_one_address_share_a_match_key(other: str) -> None:
    assert canonical.match_key(other) == canonical.match_key("https://news.example/a")


@pytest.mark.parametrize(
    "other",
    ["https://news.example/A", "https://news.example/a?p=1", "https://ru.news.example/a"],
)
def test_different_articles_have_different_match_keys(other: str) -> None:
    assert canonical.match_key(other) != canonical.match_key("https://news.example/a")


@settings(max_examples=300)
@given(URLS)
def test_canonical_form_is_idempotent_and_never_raises(text: str) -> None:
    once = canonical.canonical_url(text)
    if once is not None:
        assert canonical.canonical_url(once) == once
        assert once.isascii()
        assert canonical.match_key(once) == canonical.match_key(text)


@settings(max_examples=200)
@given(URLS, URLS)
def test_no_text_and_no_base_makes_it_raise(text: str, base: str) -> None:
    canonical.canonical_url(text, base)
    canonical.match_key(text)
    canonical.host_of(text)
    joined = canonical.absolute_url(text, base)
    assert joined is None or joined.lower().startswith(("http:", "https:"))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "https://новости.example:8443/ленты/?q=ы#я",
            "https://xn--b1amnebsh.example:8443/%D0%BB%D0%B5%D0%BD%D1%82%D1%8B/?q=%D1%8B#%D1%8F",
        ),
        ("https://news.example/a%20b?c=d", "https://news.example/a%20b?c=d"),
        ('https://news.example/a b"<c>|', "https://news.example/a%20b%22%3Cc%3E%7C"),
        ("https://ann@мир.example/", "https://ann@xn--h1ahn.example/"),
        ("https://[::1/я", "https://[::1/%D1%8F"),
        ("", ""),
    ],
)
def test_an_address_for_headers_and_feeds_is_a_uri(url: str, expected: str) -> None:
    assert canonical.as_ascii(url) == expected
    assert canonical.as_ascii(expected) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://n.example/a", "http://www.n.example/", True),
        ("https://news.n.example/a", "https://n.example/", True),
        ("https://evil-n.example/a", "https://n.example/", False),
        ("https://n.example.evil/a", "https://n.example/", False),
        ("nothing", "https://n.example/", False),
    ],
)
def test_a_site_is_a_host_and_its_parts(one: str, other: str, same: bool) -> None:
    assert canonical.is_same_site(one, other) is same
    assert canonical.is_same_site(other, one) is same
