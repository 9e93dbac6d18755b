"""What is an address, when two are one, and what is kept of one that is gone."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dispatch.rules import mailbox

ANYTHING = st.text(st.characters(), max_size=80)
NEARLY = st.builds(
    "{}@{}".format, st.text(max_size=20), st.text(st.sampled_from("ab1.-_ü。\u200b "), max_size=20)
)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ann@example.org", "ann@example.org"),
        ("  ann@example.org\n", "ann@example.org"),
        ("Ann.O'Hara+news@Example.ORG", "Ann.O'Hara+news@example.org"),
        ("анна@example.org", "анна@example.org"),
        ("ann@пример.рф", "ann@xn--e1afmkfd.xn--p1ai"),
        ("ann@BÜCHER.example", "ann@xn--bcher-kva.example"),
        ("e\u0301va@example.org", "éva@example.org"),
        ("a@b.co", "a@b.co"),
        ("x" * 64 + "@example.org", "x" * 64 + "@example.org"),
    ],
)
def test_an_address_is_read(text: str, address: str) -> None:
    assert mailbox.read_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ann",
        "@example.org",
        "ann@",
        "ann@example",
        "ann@@example.org",
        "ann@example..org",
        "ann@.example.org",
        "ann@example.org.",
        "ann@-example.org",
        "ann@exa_mple.org",
        "ann@[127.0.0.1]",
        "ann@127.0.0.1",
        ".ann@example.org",
        "ann.@example.org",
        "an..n@example.org",
        '"ann"@example.org',
        "ann @example.org",
        "ann(comment)@example.org",
        "<ann@example.org>",
        "Ann <ann@example.org>",
        "alice@example.org]<bob@example.com>",  # CVE-2023-27043
        "ann@example.org\r\nBcc: eve@example.org",
        "ann\r\n@example.org",
        "ann,eve@example.org",
        "an\u2028n@example.org",  # a line break to str.splitlines, and so to header parsers
        "an\u200bn@example.org",
        "an\u202en@example.org",
        "an\u00a0n@example.org",
        "an\ud800n@example.org",
        "an\x00n@example.org",
        "x" * 65 + "@example.org",
        "ann@" + "a" * 64 + ".org",
        "ann@" + "a." * 130 + "org",
        "ы" * 33 + "@example.org",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    assert mailbox.read_address(text) is None


@given(st.one_of(ANYTHING, NEARLY))
@example("a\ud800@b.co")
@example("a@\ud800.co")
def test_reading_never_raises_and_what_was_read_reads_the_same(text: str) -> None:
    address = mailbox.read_address(text)
    if address is not None:
        assert mailbox.read_address(address) == address
        assert len(address.encode()) <= mailbox.MAX_LENGTH
        assert address.splitlines() == [address]
        assert not set(address) & set(' <>()[],;:\\"')
        assert unicodedata.is_normalized("NFC", address)
        assert address.rpartition("@")[2].isascii()


def test_letter_case_makes_no_second_subscriber() -> None:
    assert mailbox.address_key("Ann@Example.org") == mailbox.address_key("ANN@EXAMPLE.ORG")
    assert mailbox.address_key("ann+a@example.org") != mailbox.address_key("ann@example.org")


def test_a_hash_depends_on_the_address_and_the_secret_and_shows_neither() -> None:
    hashed = mailbox.address_hash("Ann@example.org", "secret")
    assert hashed == mailbox.address_hash("ann@example.ORG", "secret")
    assert len({hashed, mailbox.address_hash("bob@example.org", "secret")}) == 2
    assert hashed != mailbox.address_hash("ann@example.org", "another")
    assert len(hashed) == 40
    assert set(hashed) <= set("0123456789abcdef")
