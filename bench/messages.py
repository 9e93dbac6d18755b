"""Measures complete messages per second: frozen once and spliced, against rendered per reader.

Both ways make the same issue with the same content from the same templates; the naive way does
for each reader what many mailing programs do: render by Jinja2, inline by premailer, build an
EmailMessage. Before anything is timed, both are parsed and their parts compared.

    python bench/messages.py [--spliced 20000] [--naive 20] [--articles 12]
"""

from __future__ import annotations

import argparse
import email
import email.message
import email.policy
import json
import platform
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from pathlib import Path
from zoneinfo import ZoneInfo

from dispatch.model.contents import (
    IssueContents,
    IssueUrls,
    LatestBlock,
    ListedArticle,
    SectionGroup,
)
from dispatch.model.newsletter import Cadence, Newsletter
from dispatch.model.publication import Publication
from dispatch.render import email as render_email
from dispatch.render import headers, message, slots

TEMPLATES = Path(__file__).parents[1] / "templates" / "email"
PLANNED_AT = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"


def issue(articles: int) -> IssueContents:
    """An issue in Russian, the costly case: base64 and encoded headers."""
    zone = ZoneInfo("Europe/London")
    listed = tuple(
        ListedArticle(
            title=f"Порт, который никто не закрывал, часть {number}",
            url=f"https://meridian.test/{number}",
            standfirst="Три капитана, два страховщика и один таможенник объясняют маршрут.",
            authors_line="Анна Петрова и Том Рид",
            date_text="24 ноября",
        )
        for number in range(articles)
    )
    return IssueContents(
        publication=Publication(
            names={"ru": "Меридиан"},
            site="https://meridian.test/",
            public_url="https://news.meridian.test/",
            languages={"ru": "Русский"},
            sections=(),
            time_zone=zone,
            contact="editors@meridian.test",
        ),
        newsletter=Newsletter(
            name="weekly",
            titles={"ru": "Неделя"},
            languages=("ru",),
            cadence=Cadence(weekday=4, at=time_of_day(9), time_zone=zone),
            blocks=("latest",),
            from_name={"ru": "Меридиан"},
            from_address="digest@meridian.test",
            reply_to=None,
            list_id="weekly.meridian.test",
        ),
        period="2026-W48",
        issued_on=date(2026, 11, 27),
        language="ru",
        direction="ltr",
        blocks=(LatestBlock(groups=(SectionGroup(name="", articles=listed),)),),
        urls=IssueUrls(web_view="https://news.meridian.test/issues/weekly/2026-W48/ru"),
    )


def readers() -> Iterator[tuple[str, str]]:
    """Endless (address, token) pairs, over five hundred domains."""
    number = 0
    while True:
        digits = "".join(ALPHABET[number >> shift & 31] for shift in range(0, 40, 5))
        yield f"reader{number}@domain{number % 500}.test", digits * 4
        number += 1


def own_headers(address: str, token: str) -> message.MessageHeaders:
    return message.MessageHeaders(
        recipient=address,
        planned_at=PLANNED_AT,
        message_id=f"i47.{token}@news.meridian.test",
        unsubscribe_url=f"https://news.meridian.test/u/{token}",
        unsubscribe_mailto=f"unsubscribe+{token}@news.meridian.test",
    )


def shared_headers(subject: str) -> message.VariantHeaders:
    return message.VariantHeaders(
        from_name="Меридиан",
        from_address="digest@meridian.test",
        subject=subject,
        language="ru",
        list_id="weekly.meridian.test",
        list_name="Неделя",
    )


def naive_message(contents: IssueContents, address: str, token: str) -> bytes:
    rendered = render_email.render_issue(contents, TEMPLATES)
    built = email.message.EmailMessage(policy=email.policy.SMTP)
    built["From"] = headers.mailbox("digest@meridian.test", "Меридиан")
    built["To"] = address
    built["Subject"] = rendered.subject
    built["Date"] = PLANNED_AT
    built["Message-ID"] = f"<i47.{token}@news.meridian.test>"
    built["List-Unsubscribe"] = f"<https://news.meridian.test/u/{token}>"
    built["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    built["List-Id"] = "<weekly.meridian.test>"
    built.set_content(slots.fill(rendered.text, token))
    built.add_alternative(slots.fill(rendered.html, token), subtype="html")
    return built.as_bytes()


def parts(raw: bytes) -> list[str]:
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(parsed, email.message.EmailMessage)
    return [part.get_content().replace("\r\n", "\n") for part in parsed.iter_parts()]


def rate(make: Callable[[str, str], bytes], count: int) -> tuple[float, int]:
    """Messages per second of one core, by its own CPU clock, and their octets."""
    audience = readers()
    people = [next(audience) for _ in range(count)]
    octets = 0
    started = time.process_time()
    for address, token in people:
        octets += len(make(address, token))
    return count / (time.process_time() - started), octets // count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spliced", type=int, default=20_000)
    parser.add_argument("--naive", type=int, default=20)
    parser.add_argument("--articles", type=int, default=12)
    options = parser.parse_args()

    contents = issue(options.articles)
    naive_message(contents, *next(readers()))  # warm Jinja's and premailer's caches for both ways

    started = time.process_time()
    rendered = render_email.render_issue(contents, TEMPLATES)
    frozen = message.freeze(rendered.html, rendered.text, shared_headers(rendered.subject))
    prepare_seconds = time.process_time() - started

    def spliced(address: str, token: str) -> bytes:
        return message.make_message(frozen, own_headers(address, token), token)

    def naive(address: str, token: str) -> bytes:
        return naive_message(contents, address, token)

    first = next(readers())
    assert parts(spliced(*first)) == parts(naive(*first)), "the two ways differ in content"

    spliced_rate, octets = rate(spliced, options.spliced)
    naive_rate, naive_octets = rate(naive, options.naive)
    print(
        json.dumps(
            {
                "python": platform.python_version(),
                "articles": options.articles,
                "message_octets": {"spliced": octets, "naive": naive_octets},
                "prepare_once_milliseconds": round(prepare_seconds * 1000, 1),
                "messages_per_second_and_core": {
                    "spliced": round(spliced_rate),
                    "naive": round(naive_rate, 1),
                },
                "ratio": round(spliced_rate / naive_rate),
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
