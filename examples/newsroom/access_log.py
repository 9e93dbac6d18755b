"""Writes a plausible fortnight of the sample newsroom's web server log.

    python examples/newsroom/access_log.py --now 2026-11-20T12:00:00+00:00 --out access.log

Combined format, as nginx writes it. Readers are invented one by one, so the true number
of readers of each article is known (--truth writes it down); around them comes everything
that makes a real log hard to read: crawlers, feed readers, scanners, refreshes, a scraper
that poses as a browser and lines that are not lines. The same seed writes the same log.
Addresses come only from the ranges reserved for documentation.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from newsroom import FADING, LANGUAGES, Article, appeal, load

SPAN = timedelta(days=14)
WEEK = timedelta(days=7)
READS = 6400
POOL = {"en": 1500, "ru": 1300}
# Readers by hour of day, UTC: two continents, both of which sleep.
RHYTHM = (2, 1, 1, 2, 4, 7, 9, 10, 10, 9, 8, 8, 9, 9, 8, 8, 9, 10, 10, 9, 8, 6, 4, 3)

DESKTOP = (
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/{v}.0.0.0 Safari/537.36"
    ),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{f}.0) Gecko/20100101 Firefox/{f}.0",
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/{s} Safari/605.1.15"
    ),
    "Mozilla/5.0 (X11; Linux x86_64; rv:{f}.0) Gecko/20100101 Firefox/{f}.0",
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/{v}.0.0.0 Safari/537.36 Edg/{v}.0.0.0"
    ),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/{v}.0.0.0 YaBrowser/25.8.0.0 Safari/537.36"
    ),
)
PHONE = (
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 "
        "(KHTML, like Gecko) Version/{s} Mobile/15E148 Safari/604.1"
    ),
    (
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/{v}.0.0.0 Mobile Safari/537.36"
    ),
    "Mozilla/5.0 (Android 15; Mobile; rv:{f}.0) Gecko/{f}.0 Firefox/{f}.0",
    (
        "Mozilla/5.0 (Linux; Android 14; SM-A546B) AppleWebKit/537.36 (KHTML, like Gecko) "
        "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36"
    ),
)
# Name, requests in the fortnight. Real strings: telling these from people is the exercise.
CRAWLERS = (
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", 620),
    (
        (
            "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 "
            "(KHTML, like Gecko) Chrome/140.0.7339.80 Mobile Safari/537.36 "
            "(compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
        ),
        240,
    ),
    ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", 380),
    ("Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", 330),
    (
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; "
            "+https://openai.com/gptbot)"
        ),
        410,
    ),
    (
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; "
            "+claudebot@anthropic.com)"
        ),
        290,
    ),
    ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", 260),
    (
        (
            "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) "
            "Mobile Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)"
        ),
        340,
    ),
    ("curl/8.5.0", 60),
    ("python-requests/2.32.3", 170),
    ("Go-http-client/2.0", 40),
    ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", 70),
    ("TelegramBot (like TwitterBot)", 90),
    ("-", 60),
)
# Name, feed, minutes between polls.
POLLERS = (
    (
        (
            "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 214 subscribers; "
            "like FeedFetcher-Google)"
        ),
        "/en/feed/",
        30,
    ),
    (
        (
            "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 96 subscribers; "
            "like FeedFetcher-Google)"
        ),
        "/ru/feed/",
        60,
    ),
    ("NetNewsWire (RSS Reader; https://netnewswire.com/)", "/en/feed.json", 60),
    ("Mozilla/5.0 (compatible; Miniflux/2.2.9; +https://miniflux.app)", "/en/atom.xml", 60),
    ("FreshRSS/1.26.3 (Linux; https://freshrss.org)", "/ru/atom.xml", 60),
    ("Mozilla/5.0 (compatible; Miniflux/2.2.9; +https://miniflux.app)", "/ru/feed/", 120),
)
SCANS = (
    "/wp-login.php",
    "/.env",
    "/xmlrpc.php",
    "/wp-admin/setup-config.php",
    "/.git/config",
    "/phpmyadmin/index.php",
    "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php",
)
REFERERS = {
    "en": (
        "https://www.google.com/",
        "https://www.google.com/",
        "https://duckduckgo.com/",
        "https://www.bing.com/",
        "https://t.co/",
        "https://www.facebook.com/",
        "https://www.linkedin.com/",
        "https://news.ycombinator.com/",
        "-",
        "-",
    ),
    "ru": (
        "https://ya.ru/",
        "https://yandex.ru/",
        "https://www.google.com/",
        "https://vk.com/",
        "https://l.facebook.com/",
        "android-app://org.telegram.messenger/",
        "https://web.telegram.org/",
        "-",
        "-",
    ),
}
TAGS = ("?utm_source=telegram", "?utm_source=newsletter&utm_medium=email", "?fbclid=IwAR0x9f3")
# What arrives when somebody speaks TLS to a plain port, or hangs up in mid-sentence.
GARBAGE = (
    '"\\x16\\x03\\x01\\x02\\x00\\x01\\x00\\x01\\xFC\\x03\\x03" 400 157 "-" "-"',
    '"" 400 0 "-" "-"',
    '"-" 408 0 "-" "-"',
    '"SSH-2.0-Go" 400 157 "-" "-"',
)


@dataclass(frozen=True)
class Visitor:
    """A person at one device: an address and a browser."""

    client: str
    agent: str


class Log:
    """Collects the lines of the fortnight before a moment."""

    def __init__(self, now: datetime, site: str, seed: int) -> None:
        self.dice = random.Random(seed)
        self.now = now
        self.start = now - SPAN
        self.site = site.rstrip("/")
        self.articles = load(now)
        self.lines: list[tuple[datetime, str]] = []
        self.readers: dict[str, set[Visitor]] = {}

    def write(self) -> list[str]:
        """Everything that happened, in order."""
        for language in LANGUAGES:
            self._people(language)
        self._crawlers()
        self._pollers()
        self._scanners()
        self._scraper()
        self._oddities()
        self.lines.sort(key=lambda line: line[0])
        return [text for _, text in self.lines]

    def truth(self) -> dict[str, list[dict[str, object]]]:
        """How many different people read each article in the last week, most first."""
        counts = Counter({path: len(people) for path, people in self.readers.items()})
        return {
            language: [
                {"path": path, "readers": number}
                for path, number in counts.most_common()
                if path.startswith(f"/{language}/")
            ]
            for language in LANGUAGES
        }

    def _hit(
        self,
        at: datetime,
        visitor: Visitor,
        target: str,
        *,
        status: int = 200,
        size: int = 0,
        referer: str = "-",
        method: str = "GET",
    ) -> None:
        if self.start <= at < self.now:
            body = 0 if status == 304 or method == "HEAD" else size
            tail = f'{status} {body} "{referer}" "{visitor.agent}"'
            self._line(at, visitor.client, f'"{method} {escaped(target)} HTTP/1.1" {tail}')

    def _line(self, at: datetime, client: str, rest: str) -> None:
        stamp = at.strftime("%d/%b/%Y:%H:%M:%S %z")
        self.lines.append((at, f"{client} - - [{stamp}] {rest}"))

    # People

    def _people(self, language: str) -> None:
        pool = [self._visitor() for _ in range(POOL[language])]
        articles = [article for article in self.articles if article.language == language]
        for article in articles:
            count = round(READS * self._share(article))
            for reader in self.dice.sample(pool, min(count, len(pool))):
                self._read(article, reader, self._moment(article))
        for reader in self.dice.sample(pool, 60):
            self._search(language, reader)

    def _visitor(self) -> Visitor:
        # In the old ranges the machines live below .20, so that no person is one of them.
        if self.dice.random() < 0.4:
            client = (
                f"2001:db8:{self.dice.randrange(1, 0xFFFF):x}:{self.dice.randrange(1, 0xFFFF):x}"
            )
            client += f"::{self.dice.randrange(1, 0xFFFF):x}"
        else:
            network = self.dice.choice(("192.0.2", "198.51.100", "203.0.113"))
            client = f"{network}.{self.dice.randrange(20, 255)}"
        agent = self.dice.choice(PHONE if self.dice.random() < 0.55 else DESKTOP)
        return Visitor(
            client,
            agent.format(
                v=self.dice.randrange(128, 143),
                f=self.dice.randrange(128, 146),
                s=self.dice.choice(("18.3", "18.5", "18.6", "26.0", "26.1")),
            ),
        )

    def _share(self, article: Article) -> float:
        """An article's share of all the reads of the fortnight."""
        return self._pull(article) / sum(self._pull(other) for other in self.articles)

    def _pull(self, article: Article) -> float:
        """Appeal, less what had faded before the window and what has yet to come."""
        before = max(self.start - article.published, timedelta(0))
        until = self.now - article.published
        # A tail that never fades: old texts keep being found through search.
        tail = 0.04 * min(until, SPAN) / SPAN
        return appeal(article) * (_left(before) - _left(until) + tail)

    def _moment(self, article: Article) -> datetime:
        """When one reader comes: soon after publication, and rarely at night."""
        first = max(article.published, self.start)
        room = self.now - first
        while True:
            wait = timedelta(days=self.dice.expovariate(0.6931 / (FADING / timedelta(days=1))))
            if self.dice.random() < 0.08:
                wait = room * self.dice.random()
            at = first + wait
            awake = self.dice.random() < RHYTHM[at.hour] / max(RHYTHM)
            if at < self.now and (awake or room < timedelta(hours=6)):
                return at.astimezone(UTC)

    def _read(self, article: Article, reader: Visitor, at: datetime) -> None:
        if at >= self.now - WEEK:
            self.readers.setdefault(article.path, set()).add(reader)
        referer = self.dice.choice(REFERERS[article.language])
        target, size = article.path, 9000 + len(article.html.encode())
        luck = self.dice.random()
        if luck < 0.28:
            referer = f"{self.site}/{article.language}/"
            away = timedelta(seconds=self.dice.randrange(4, 90))
            self._hit(at - away, reader, f"/{article.language}/", size=12_400)
        elif luck < 0.36:
            target += self.dice.choice(TAGS)
        elif luck < 0.40:
            self._hit(at, reader, article.path[:-1], status=301, referer=referer)
        self._hit(at, reader, target, size=size, referer=referer)
        self._assets(article, reader, at)
        self._again(article, reader, at, size)

    def _assets(self, article: Article, reader: Visitor, at: datetime) -> None:
        page = self.site + article.path
        if self.dice.random() < 0.22:
            self._hit(at, reader, "/style.css", size=5776, referer=page)
        if article.image is not None and self.dice.random() < 0.25:
            later = at + timedelta(seconds=1)
            self._hit(later, reader, f"/images/{article.image}", size=24_000, referer=page)

    def _again(self, article: Article, reader: Visitor, at: datetime, size: int) -> None:
        """Refreshes and second looks by the same person: one reader still."""
        if self.dice.random() < 0.10:
            for _ in range(self.dice.choice((1, 1, 1, 2, 4))):
                at += timedelta(seconds=self.dice.randrange(20, 900))
                status = self.dice.choice((200, 304))
                self._hit(at, reader, article.path, status=status, size=size)

    def _search(self, language: str, reader: Visitor) -> None:
        word = self.dice.choice({"en": ("river", "treaty"), "ru": ("река", "кабель")}[language])
        at = self._any_time()
        target = f"/{language}/search?q={quote(word)}"
        self._hit(at, reader, target, size=7100, referer=f"{self.site}/{language}/")

    def _any_time(self) -> datetime:
        return self.start + SPAN * self.dice.random()

    # Machines

    def _crawlers(self) -> None:
        for number, (agent, requests) in enumerate(CRAWLERS, start=1):
            bot = Visitor(f"198.51.100.{number}", agent)
            for _ in range(requests):
                at = self._any_time()
                status = self.dice.choice((200, 200, 200, 200, 304))
                self._hit(at, bot, self._crawled(at), status=status, size=16_000)

    def _crawled(self, at: datetime) -> str:
        if self.dice.random() < 0.15:
            return self.dice.choice(("/robots.txt", "/sitemap.xml", "/en/", "/ru/", "/en/feed/"))
        return self.dice.choice(self._out_by(at)).path

    def _out_by(self, at: datetime) -> list[Article]:
        return [article for article in self.articles if article.published < at]

    def _pollers(self) -> None:
        for number, (agent, feed, minutes) in enumerate(POLLERS, start=1):
            poller = Visitor(f"203.0.113.{number}", agent)
            at = self.start + timedelta(minutes=self.dice.randrange(minutes))
            while at < self.now:
                fresh = self.dice.random() < 0.06
                self._hit(at, poller, feed, status=200 if fresh else 304, size=98_000)
                at += timedelta(minutes=minutes, seconds=self.dice.randrange(-40, 40))

    def _scanners(self) -> None:
        for number in range(1, 16):
            scanner = Visitor(f"192.0.2.{number}", self._visitor().agent)
            at = self._any_time()
            for path in SCANS * 2:
                at += timedelta(milliseconds=self.dice.randrange(100, 900))
                self._hit(at, scanner, path, status=404, size=3197)

    def _scraper(self) -> None:
        """One client that says it is a browser and takes every article in two minutes."""
        scraper = Visitor("192.0.2.19", DESKTOP[0].format(v=139))
        at = self.now - timedelta(days=2, hours=9)
        texts = self._out_by(at)
        for article in texts:
            at += timedelta(seconds=110) / len(texts)
            self._hit(at, scraper, article.path, size=16_000)

    def _oddities(self) -> None:
        monitor = Visitor("203.0.113.19", "UptimeRobot/2.0 (http://www.uptimerobot.com/)")
        for hour in range(14 * 24):
            at = self.start + timedelta(hours=hour, minutes=7)
            self._hit(at, monitor, "/en/", method="HEAD")
        for line in self._broken_lines():
            self._line(self._any_time(), f"192.0.2.{self.dice.randrange(1, 16)}", line)
        for _ in range(24):
            self._typed()
        for _ in range(18):
            at = self._any_time()
            article = self.dice.choice(self._out_by(at))
            self._hit(at, self._visitor(), article.path, status=500, size=170)
            self._hit(at, self._visitor(), article.path, method="HEAD")

    def _broken_lines(self) -> Iterator[str]:
        for _ in range(9):
            yield self.dice.choice(GARBAGE)
        # A full disk, or a log rotated in mid-line.
        yield '"GET /en/economy/middle-corr'
        yield '"GET /ru/ HTTP/1.1" 200 14243 "https://ya.ru/" "Mozilla/5.0 (Windo'

    def _typed(self) -> None:
        r"""Cyrillic sent as bare bytes, which nginx writes as \\xHH."""
        at, visitor = self._any_time(), self._visitor()
        if self.dice.random() < 0.5:
            self._hit(at, visitor, "/ru/search?q=кабель", size=7100)
        else:
            self._hit(at, visitor, "/ru/статьи/кабель/", status=404, size=3300)


def _left(age: timedelta) -> float:
    """What is left of an article's appeal at an age."""
    return math.exp2(-(age / FADING))


def escaped(target: str) -> str:
    r"""Write a request target as nginx would: bytes beyond ASCII as \\xHH."""
    return "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02X}"
        for byte in target.encode()
    )


def main() -> None:
    """Write the log, and say on standard error what is in it."""
    parser = argparse.ArgumentParser(description="Write a sample access log.")
    parser.add_argument("--now", type=moment, default=datetime.now(UTC), metavar="ISO")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--site", default="http://127.0.0.1:8400", metavar="URL")
    parser.add_argument("--truth", type=Path, metavar="FILE", help="true readers, as JSON")
    parser.add_argument("--seed", type=int, default=20261120)
    options = parser.parse_args()
    log = Log(options.now, options.site, options.seed)
    lines = log.write()
    options.out.write_text("\n".join(lines) + "\n", encoding="ascii")
    truth = log.truth()
    if options.truth is not None:
        options.truth.write_text(json.dumps(truth, indent=1) + "\n", encoding="ascii")
    print(f"{len(lines)} lines in {options.out}", file=sys.stderr)


def moment(text: str) -> datetime:
    """Read an ISO date and time; without a zone it is taken as UTC."""
    value = datetime.fromisoformat(text)
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)


if __name__ == "__main__":
    main()
