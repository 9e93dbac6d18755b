"""The header writer: what goes in comes out, in two decoders, and nothing else gets in."""

from __future__ import annotations

import email
import email.header
import email.message
import email.policy
import email.utils
import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch import errors
from dispatch.render import headers

#: Any character that a header may carry; Hypothesis brings in every script.
CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"))
WORDS = st.text(CHARACTERS, min_size=1, max_size=90)
NEWSROOM = st.lists(
    st.sampled_from(
        ["Read", "also:", "экономика", "Зеленский", "ב־2026", "U.S.", "Inc,", "=?utf-8?B?", "«ы»"]
    ),
    min_size=1,
    max_size=12,
).map(" ".join)
TEXTS = st.one_of(WORDS, NEWSROOM)
AROUND = settings(max_examples=150, deadline=None)


def parse(head: bytes) -> email.message.EmailMessage:
    message = email.message_from_bytes(head + b"\r\n", policy=email.policy.default)
    assert isinstance(message, email.message.EmailMessage)
    return message


def decode_classic(head: bytes, name: str) -> str:
    raw = email.message_from_bytes(head + b"\r\n")[name]
    return str(email.header.make_header(email.header.decode_header(re.sub(r"\r?\n", "", raw))))


def assert_lines_are_legal(head: bytes) -> None:
    assert head.endswith(b"\r\n")
    for line in head[:-2].split(b"\r\n"):
        assert line.isascii()
        assert line.strip()
        assert b"\r" not in line
        assert b"\n" not in line
        assert len(line) <= headers.HARD_LINE_OCTETS
        if b"=?" in line:
            assert len(line) <= 78


@AROUND
@given(TEXTS)
def test_any_subject_comes_back_from_both_decoders(text: str) -> None:
    subject = headers.clean_text(text) or "x"
    head = headers.write_headers([("Subject", headers.unstructured(subject))])
    assert_lines_are_legal(head)
    assert parse(head)["Subject"] == subject
    assert decode_classic(head, "Subject") == subject


@AROUND
@given(TEXTS)
def test_any_display_name_comes_back_with_its_address(text: str) -> None:
    name = headers.clean_text(text) or "x"
    head = headers.write_headers([("From", headers.mailbox("digest@news.test", name))])
    assert_lines_are_legal(head)
    (mailbox,) = parse(head)["From"].addresses
    assert mailbox.addr_spec == "digest@news.test"
    if head.count(b"=?utf-8?B?") > 1:
        # The standard library keeps the whitespace between encoded-words (RFC 2047, section 6.2).
        assert mailbox.display_name.replace(" ", "") == name.replace(" ", "")
    else:
        assert mailbox.display_name == name
    raw = email.message_from_bytes(head + b"\r\n")["From"]
    classic_name, address = email.utils.parseaddr(re.sub(r"\r?\n", "", raw))
    assert address == "digest@news.test"
    decoded = email.header.make_header(email.header.decode_header(classic_name))
    assert str(decoded) == name


@AROUND
@given(TEXTS)
def test_any_list_name_comes_back_before_its_identifier(text: str) -> None:
    name = headers.clean_text(text) or "x"
    head = headers.write_headers([("List-Id", headers.list_id(name, "fp.ru.news.test"))])
    assert_lines_are_legal(head)
    decoded = parse(head)["List-Id"]
    assert decoded.endswith(" <fp.ru.news.test>")
    shown = decoded.removesuffix(" <fp.ru.news.test>")
    if shown.startswith('"') and shown != name:
        shown = re.sub(r"\\(.)", r"\1", shown[1:-1])
    assert shown == name


@AROUND
@given(st.integers(0, 900 - len("https://news.test/u/")), st.booleans())
def test_list_unsubscribe_stays_literal_up_to_900_characters(length: int, with_mail: bool) -> None:
    urls = ["https://news.test/u/" + "k" * length]
    urls += ["mailto:unsubscribe+token@news.test"] * with_mail
    head = headers.write_headers([("List-Unsubscribe", headers.url_list(*urls))])
    assert_lines_are_legal(head)
    unfolded = head.replace(b"\r\n ", b" ")
    assert unfolded == b"List-Unsubscribe: %s\r\n" % b", ".join(
        b"<%s>" % url.encode() for url in urls
    )


@AROUND
@given(
    st.text(min_size=1),
    st.sampled_from(["\r", "\n", "\0", "\x7f", "\x85", "\u2028", "\x1b", "\ud800"]),
    st.text(),
)
def test_no_control_gets_into_a_header(before: str, control: str, after: str) -> None:
    text = before + control + after
    for write in (headers.unstructured, headers.phrase):
        with pytest.raises(errors.InputError):
            write(text)
    with pytest.raises(errors.InputError):
        headers.write_header("Subject", text)


@pytest.mark.parametrize(
    "value", ["a\r\nBcc: x@y.test", "a\nb", "a\tb", "é", "", " a", "a ", "\r\n", "a\n"]
)
def test_a_raw_value_that_is_not_one_ascii_line_is_refused(value: str) -> None:
    with pytest.raises(errors.InputError):
        headers.write_header("X-Note", value)


@pytest.mark.parametrize("name", ["", "Sub ject", "Subject:", "Sub\nject", "Тема"])
def test_a_bad_header_name_is_refused(name: str) -> None:
    with pytest.raises(errors.InputError):
        headers.write_header(name, "value")


@pytest.mark.parametrize(
    "address",
    [
        "alice",
        "@news.test",
        "alice@",
        "alice@example.org]<bob@example.com>",
        "a b@news.test",
        "alice@news.test\nBcc: bob@news.test",
        "alice@news.test\n",
        "a..b@news.test",
        ".a@news.test",
        "алиса@news.test",
        "alice@-news.test",
        "alice@news..test",
        "alice@news.test, bob@news.test",
        "a" * 65 + "@news.test",
        "alice@" + "a" * 64 + ".test",
        '"alice"@news.test',
    ],
)
def test_what_is_not_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(errors.InputError):
        headers.mailbox(address)


def test_a_domain_in_another_script_becomes_its_a_label() -> None:
    assert headers.mailbox("anna@почта.рф") == "anna@xn--80a1acny.xn--p1ai"
    assert headers.mailbox("anna@straße.test") == "anna@xn--strae-oqa.test"


def test_a_name_with_specials_is_quoted_and_a_plain_one_is_bare() -> None:
    assert headers.mailbox("a@b.test", "The Digest") == "The Digest <a@b.test>"
    assert headers.mailbox("a@b.test", 'Say "no", Inc.') == '"Say \\"no\\", Inc." <a@b.test>'
    assert headers.mailbox("a@b.test") == "a@b.test"


def test_a_word_that_cannot_be_folded_is_refused() -> None:
    with pytest.raises(errors.InputError, match="longer than a line"):
        headers.write_header("X-Note", "short " + "y" * 999)


def test_a_long_structured_value_is_folded_at_its_spaces_only() -> None:
    value = headers.url_list(*(f"https://news.test/{n}/" + "z" * 60 for n in range(3)))
    head = headers.write_header("List-Archive", value)
    assert head.replace(b"\r\n ", b" ") == f"List-Archive: {value}\r\n".encode()
    assert head.count(b"\r\n") == 3


@pytest.mark.parametrize("url", ["ftp://a.test/", "https://a.test/ b", "https://a.test/>", "/u/x"])
def test_what_is_not_an_absolute_ascii_url_is_refused(url: str) -> None:
    with pytest.raises(errors.InputError):
        headers.url_list(url)


@pytest.mark.parametrize("identifier", ["plain", "a b.test", "a.test>", "", "й.test", "a..b"])
def test_a_bad_list_identifier_is_refused(identifier: str) -> None:
    with pytest.raises(errors.InputError):
        headers.list_id("Name", identifier)


@pytest.mark.parametrize("identifier", ["a", "a@", "@b", "a@b>", "a b@c", "a@b\r\n", "й@b"])
def test_a_bad_message_identifier_is_refused(identifier: str) -> None:
    with pytest.raises(errors.InputError):
        headers.message_id(identifier)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), st.integers(-12, 14))  # noqa: DTZ001
@settings(max_examples=50, deadline=None)
def test_a_date_is_the_same_moment_for_the_standard_library(naive: datetime, hours: int) -> None:
    moment = naive.replace(microsecond=0, tzinfo=timezone(timedelta(hours=hours)))
    written = headers.date(moment)
    assert email.utils.parsedate_to_datetime(written) == moment
    assert written == email.utils.format_datetime(moment.astimezone(UTC))


def test_a_long_name_is_cut_into_words_at_its_spaces() -> None:
    name = "Редакция «Диспетчер» и друзья народа"
    words = headers.phrase(name).split(" ")
    decoded = [str(email.header.make_header(email.header.decode_header(w))) for w in words]
    assert decoded == ["Редакция «Диспетчер»", " и друзья народа"]


def test_clean_text_keeps_the_words_and_nothing_else() -> None:
    dirty = " A\r\n  head\u2028line\x00\x85 \u00a0is e\u0301 "
    assert headers.clean_text(dirty) == "A head line is \u00e9"
