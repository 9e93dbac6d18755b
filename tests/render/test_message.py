"""Messages: spliced bytes are the bytes that encoding each message anew would give."""

from __future__ import annotations

import email
import email.message
import email.policy
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dispatch import errors
from dispatch.render import headers, message, slots

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("render/slots",)

TOKEN = "abcdefghijklmnopqrstuvwxyz234567"
PLANNED_AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
AROUND = settings(max_examples=120, deadline=None)

#: Text of any script, with the line ends, dots and trailing blanks that trip encoders.
STRETCH = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=60),
    st.sampled_from(
        ["\n", "\r\n", "\r", ".", "\n.\n", " \n", "\t\n", "=", "From ", "a" * 75, "ы" * 40]
    ),
)
#: At least one slot, at any distance from the next, even with nothing between.
SLOTTED = st.lists(st.one_of(STRETCH, st.just(slots.TOKEN)), max_size=12).map(
    lambda stretches: "".join([*stretches, slots.TOKEN])
)
TOKENS = st.text("abcdefghijklmnopqrstuvwxyz234567", min_size=32, max_size=32)


def variant_headers(**changes: str) -> message.VariantHeaders:
    settings = {
        "from_name": "Редакция «Диспетчер»",
        "from_address": "digest-ru@news.test",
        "subject": "Что произошло за неделю: Read also",
        "language": "ru",
        "list_id": "weekly.ru.news.test",
        "list_name": "Неделя",
        "reply_to": "editors@news.test",
        "help_url": "https://news.test/help",
        "archive_url": "https://news.test/issues/weekly/",
        "feedback_id": "i47:weekly:digest:dispatch",
    }
    return message.VariantHeaders(**(settings | changes))


def message_headers(recipient: str = "ann@reader.test") -> message.MessageHeaders:
    return message.MessageHeaders(
        recipient=recipient,
        planned_at=PLANNED_AT,
        message_id="i47.7f3a@news.test",
        unsubscribe_url=f"https://news.test/u/{TOKEN}",
        unsubscribe_mailto=f"unsubscribe+{TOKEN}@news.test",
    )


def normal(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


def the_slow_way(html: str, text: str, token: str) -> bytes:
    """Encode the whole message anew, with the reader's token in place."""
    # A boundary is a name, not content: it comes from the variant, so it is the same both ways.
    boundary = message.make_boundary(html, text).decode()
    variant, own = variant_headers(), message_headers()
    head = headers.write_headers(
        [
            ("From", headers.mailbox(variant.from_address, variant.from_name)),
            ("Reply-To", "editors@news.test"),
            ("Subject", headers.unstructured(variant.subject)),
            ("To", own.recipient),
            ("Date", "Fri, 27 Nov 2026 09:00:00 +0000"),
            ("Message-ID", "<i47.7f3a@news.test>"),
            (
                "List-Unsubscribe",
                f"<https://news.test/u/{TOKEN}>, <mailto:unsubscribe+{TOKEN}@news.test>",
            ),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
            ("List-Id", headers.list_id(variant.list_name, variant.list_id)),
            ("List-Help", "<https://news.test/help>"),
            ("List-Archive", "<https://news.test/issues/weekly/>"),
            ("Feedback-ID", "i47:weekly:digest:dispatch"),
            ("Auto-Submitted", "auto-generated"),
            ("Precedence", "bulk"),
            ("X-Auto-Response-Suppress", "OOF, AutoReply"),
            ("Content-Language", "ru"),
            ("MIME-Version", "1.0"),
            ("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
        ]
    )
    body = b""
    for subtype, content in (("plain", text), ("html", html)):
        encoding, encoded = message.encode_text(content.replace(slots.TOKEN, token))
        body += (
            f"\r\n--{boundary}\r\n"
            f'Content-Type: text/{subtype}; charset="utf-8"\r\n'
            f"Content-Transfer-Encoding: {encoding}\r\n\r\n"
        ).encode() + encoded
    return head + body + f"\r\n--{boundary}--\r\n".encode()


@AROUND
@given(SLOTTED, SLOTTED, TOKENS)
@example("a" * 60 + slots.TOKEN, "ы" * 60 + slots.TOKEN, TOKEN)
@example(slots.TOKEN * 5, "ы" + slots.TOKEN + "b" + slots.TOKEN + "ы" * 99, TOKEN)
def test_a_spliced_message_is_byte_for_byte_the_one_encoded_anew(
    html: str, text: str, token: str
) -> None:
    frozen = message.freeze(html, text, variant_headers())
    assert message.make_message(frozen, message_headers(), token) == the_slow_way(html, text, token)


@AROUND
@given(SLOTTED, SLOTTED, TOKENS)
def test_both_parts_decode_exactly(html: str, text: str, token: str) -> None:
    frozen = message.freeze(html, text, variant_headers())
    made = message.make_message(frozen, message_headers(), token)
    parsed = email.message_from_bytes(made, policy=email.policy.default)
    assert isinstance(parsed, email.message.EmailMessage)
    assert not parsed.defects
    plain, rich = parsed.iter_parts()
    for part, content in ((plain, text), (rich, html)):
        octets = part.get_payload(decode=True)
        assert isinstance(octets, bytes)
        assert octets.decode() == normal(content).replace(slots.TOKEN, token)
    assert [plain.get_content_type(), rich.get_content_type()] == ["text/plain", "text/html"]
    assert frozen.html_octets == len(message.encode_text(html)[1])


@AROUND
@given(SLOTTED, SLOTTED)
def test_a_message_is_seven_bit_with_short_lines_ended_by_crlf(html: str, text: str) -> None:
    frozen = message.freeze(html, text, variant_headers())
    made = message.make_message(frozen, message_headers(), TOKEN)
    assert made.isascii()
    assert made.replace(b"\r\n", b"").find(b"\n") == made.replace(b"\r\n", b"").find(b"\r") == -1
    assert max(len(line) for line in made.split(b"\r\n")) <= 78


@pytest.mark.parametrize("letter", ["a", "ы"])
def test_every_distance_from_the_start_of_a_line_is_laid_out_right(letter: str) -> None:
    for distance in range(160):
        content = letter * distance + slots.TOKEN + letter * (distance % 7) + slots.TOKEN + "."
        frozen = message.freeze(content, content, variant_headers())
        made = message.make_message(frozen, message_headers(), TOKEN)
        assert made == the_slow_way(content, content, TOKEN)


def test_cyrillic_goes_in_base64_and_english_in_quoted_printable() -> None:
    assert message.encode_text("Ещё одна неделя")[0] == "base64"
    assert message.encode_text("One more week – and a café")[0] == "quoted-printable"


def test_all_headers_of_a_bulk_message_are_there() -> None:
    frozen = message.freeze("<p>x</p>", "x", variant_headers())
    parsed = email.message_from_bytes(
        message.make_message(frozen, message_headers("anna@почта.рф"), TOKEN),
        policy=email.policy.default,
    )
    assert parsed["From"] == "Редакция «Диспетчер» <digest-ru@news.test>"
    assert parsed["To"] == "anna@xn--80a1acny.xn--p1ai"
    assert parsed["Subject"] == "Что произошло за неделю: Read also"
    assert parsed["List-Unsubscribe"] == (
        f"<https://news.test/u/{TOKEN}>, <mailto:unsubscribe+{TOKEN}@news.test>"
    )
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert parsed["List-Id"] == "Неделя <weekly.ru.news.test>"
    assert parsed["Precedence"] == "bulk"
    assert parsed["Content-Language"] == "ru"
    names = [name.lower() for name in parsed]
    assert len(names) == len(set(names))


def test_without_its_options_a_message_has_no_empty_header() -> None:
    plain = message.VariantHeaders(
        from_name="", from_address="a@news.test", subject="S", language="en", list_id="w.news.test"
    )
    own = message.MessageHeaders(
        recipient="ann@reader.test",
        planned_at=PLANNED_AT,
        message_id="m@news.test",
        unsubscribe_url="https://news.test/u/x",
    )
    made = message.make_message(message.freeze("<p>x</p>", "x", plain), own, TOKEN)
    parsed = email.message_from_bytes(made)
    assert parsed["List-Unsubscribe"] == "<https://news.test/u/x>"
    for name in ("Reply-To", "List-Help", "List-Archive", "Feedback-ID"):
        assert name not in parsed


def test_the_same_content_gives_the_same_bytes_and_other_content_another_boundary() -> None:
    one = message.freeze("<p>x</p>", "x", variant_headers())
    assert one == message.freeze("<p>x</p>", "x", variant_headers())
    assert message.make_boundary("ab", "c") != message.make_boundary("a", "bc")


@pytest.mark.parametrize(
    "token",
    ["", TOKEN[:-1], TOKEN + "a", TOKEN[:-1] + "1", TOKEN.upper(), TOKEN + "\n", slots.TOKEN],
)
def test_a_token_of_another_shape_is_refused(token: str) -> None:
    frozen = message.freeze("<p>x</p>", "x", variant_headers())
    with pytest.raises(errors.InputError, match="token"):
        message.make_message(frozen, message_headers(), token)


@pytest.mark.parametrize("control", ["\x00", "\x0b", "\x7f", "\x85", "\u2028", "\ud800"])
def test_a_control_in_a_part_is_refused(control: str) -> None:
    with pytest.raises(errors.InputError, match="control"):
        message.freeze(f"<p>{control}</p>", "x", variant_headers())


def test_a_subject_with_a_line_break_freezes_nothing() -> None:
    with pytest.raises(errors.InputError):
        message.freeze("<p>x</p>", "x", variant_headers(subject="a\r\nBcc: b@c.test"))


def test_a_notice_is_one_plain_part_without_list_headers() -> None:
    notice = message.NoticeHeaders(
        from_name="Dispatch",
        from_address="hello@news.test",
        recipient="ann@reader.test",
        subject="Подтвердите подписку",
        language="ru",
        sent_at=PLANNED_AT,
        message_id="c1@news.test",
    )
    parsed = email.message_from_bytes(
        message.make_notice(notice, "Здравствуйте!\n"), policy=email.policy.default
    )
    assert isinstance(parsed, email.message.EmailMessage)
    assert parsed.get_content_type() == "text/plain"
    assert parsed.get_content() == "Здравствуйте!\r\n"
    assert parsed["Subject"] == "Подтвердите подписку"
    assert not [name for name in parsed if name.lower().startswith("list-")]


def test_the_marker_has_a_tokens_length_and_can_never_be_one() -> None:
    assert len(slots.TOKEN) == slots.TOKEN_LENGTH
    assert slots.TOKEN.isalnum()
    with pytest.raises(errors.InputError):
        slots.require_token(slots.TOKEN)
    assert slots.fill(f"a{slots.TOKEN}b", TOKEN) == f"a{TOKEN}b"
    assert slots.count(slots.TOKEN * 2) == 2
    assert slots.without_reader(f"/u/{slots.TOKEN}") == "/u/"
