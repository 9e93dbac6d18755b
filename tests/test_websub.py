"""The hub with a true listener on loopback: confirmed, told, signed, retried, let go."""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from newsroom import Newsroom
from visitors import Visitors

from dispatch import websub
from dispatch.store import listeners

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "app/hub",
    "store/listeners",
    "web/hub",
)

TOPIC = "http://127.0.0.1:8025/feeds/en/atom.xml"
SECRET = "a secret that stands in no log"


@dataclass
class Listener:
    """A program with a callback; it says yes to what it wants, and takes what is pushed."""

    base: str = ""
    wants: bool = True
    status: int = 200
    kills: int = 0
    asked: list[dict[str, list[str]]] = field(default_factory=list)
    pushes: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def callback(self, name: str = "one") -> str:
        return f"{self.base}/{name}?user=7"


def handler(listener: Listener) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            listener.asked.append(query)
            challenge = query.get("hub.challenge", [""])[0].encode()
            self.send_response(200 if listener.wants else 404)
            self.end_headers()
            self.wfile.write(challenge if listener.wants else b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            listener.pushes.append(({k.lower(): v for k, v in self.headers.items()}, body))
            if listener.kills:
                os.kill(listener.kills, signal.SIGKILL)
            self.send_response(listener.status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """The test's output is not a log."""

    return Handler


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    with ThreadingHTTPServer(("127.0.0.1", 0), handler(made)) as server:
        made.base = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield made
        server.shutdown()
        thread.join()


@pytest.fixture
def room(newsroom: Newsroom) -> Newsroom:
    newsroom.article("One")
    newsroom.collect()
    return newsroom.with_config('[feeds]\nhub_allow_hosts = ["127.0.0.1"]')


def ask(room: Newsroom, callback: str, mode: str = "subscribe", **more: str) -> int:
    fields = {"hub.mode": mode, "hub.topic": TOPIC, "hub.callback": callback}
    with Visitors(room) as client:
        answer = client.post("/hub", data=fields | {f"hub.{k}": v for k, v in more.items()})
    return int(answer.status_code)


def listening(room: Newsroom, listener: Listener, **more: str) -> None:
    assert ask(room, listener.callback(), **more) == 202
    assert room.app.hub.attend().confirmed == 1


def news(room: Newsroom, title: str) -> bytes:
    """Something is published; the bytes that are served from then on."""
    room.later(minutes=5)
    room.article(title)
    room.collect()
    with Visitors(room) as client:
        return client.get("/feeds/en/atom.xml").content


def test_a_listener_is_asked_back_and_told_of_the_next_change_with_the_bytes_that_are_served(
    room: Newsroom, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert ask(room, listener.callback(), secret=SECRET, lease_seconds="1") == 202
    assert listener.asked == [], "the request itself calls nobody"
    assert room.app.hub.attend().confirmed == 1
    (question,) = listener.asked
    assert question["hub.mode"] == ["subscribe"]
    assert question["hub.topic"] == [TOPIC]
    assert question["hub.lease_seconds"] == ["86400"], "a second became a day"
    assert question["user"] == ["7"]
    assert listener.pushes == [], "what stands already it can fetch itself"

    served = news(room, "The news")
    assert room.app.hub.attend().pushed == 1
    ((headers, body),) = listener.pushes
    assert body == served
    assert headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert headers["link"] == f'<http://127.0.0.1:8025/hub>; rel="hub", <{TOPIC}>; rel="self"'
    expected = hmac.new(SECRET.encode(), served, hashlib.sha256).hexdigest()
    assert headers["x-hub-signature"] == f"sha256={expected}"
    assert room.app.hub.attend().pushed == 0, "once is enough"
    assert SECRET not in caplog.text
    assert SECRET not in repr(room.app.hub.list_listeners())


def test_feeds_name_the_hub_in_document_and_header(room: Newsroom) -> None:
    room.app.feeds.syndicate()
    with Visitors(room) as client:
        for path in ("en/rss.xml", "en/atom.xml", "en/feed.json"):
            answer = client.get(f"/feeds/{path}")
            assert '<http://127.0.0.1:8025/hub>; rel="hub"' in answer.headers["link"]
            assert "http://127.0.0.1:8025/hub" in answer.text


def test_nobody_listens_whose_callback_did_not_ask_for_it(
    room: Newsroom, listener: Listener
) -> None:
    listener.wants = False
    assert ask(room, listener.callback()) == 202
    assert room.app.hub.attend().refused == 1
    assert room.app.hub.list_listeners() == []


def test_nobody_can_unsubscribe_a_listener_but_itself(room: Newsroom, listener: Listener) -> None:
    listening(room, listener)
    listener.wants = False
    ask(room, listener.callback(), "unsubscribe")
    assert room.app.hub.attend().refused == 1
    assert len(room.app.hub.list_listeners()) == 1
    listener.wants = True
    ask(room, listener.callback(), "unsubscribe")
    assert room.app.hub.attend().confirmed == 1
    assert room.app.hub.list_listeners() == []


def test_a_renewal_prolongs_the_lease_and_a_lease_that_ends_is_forgotten(
    room: Newsroom, listener: Listener
) -> None:
    listening(room, listener, lease_seconds="86400")
    room.later(hours=23)
    listening(room, listener, lease_seconds="86400")
    room.later(hours=23)
    news(room, "Still listening")
    assert room.app.hub.attend().pushed == 1
    room.later(hours=2)
    news(room, "Too late")
    report = room.app.hub.attend()
    assert (report.expired, report.pushed) == (1, 0)
    assert room.app.hub.list_listeners() == []


def test_a_listener_that_fails_is_tried_again_later_and_gets_the_newest_alone(
    room: Newsroom, listener: Listener
) -> None:
    listening(room, listener)
    listener.status = 500
    news(room, "First")
    assert room.app.hub.attend().failures == 1
    assert room.app.hub.attend().failures == 0, "not before its time"
    served = news(room, "Second")
    listener.status = 204
    assert room.app.hub.attend().pushed == 1
    assert [body for _, body in listener.pushes][-1] == served
    assert len(listener.pushes) == 2


def test_a_listener_that_fails_for_long_is_dropped(room: Newsroom, listener: Listener) -> None:
    listening(room, listener)
    listener.status = 500
    news(room, "First")
    dropped = 0
    for _ in range(10):
        dropped += room.app.hub.attend().dropped
        room.later(hours=6)
    assert dropped == 1
    assert len(listener.pushes) == 10


def test_a_listener_that_says_410_is_dropped_at_once(room: Newsroom, listener: Listener) -> None:
    listening(room, listener)
    listener.status = 410
    news(room, "First")
    assert room.app.hub.attend().dropped == 1
    assert room.app.hub.list_listeners() == []


def test_a_private_callback_is_never_called(room: Newsroom, listener: Listener) -> None:
    text = (room.root / "config.toml").read_text("utf-8").replace('["127.0.0.1"]', "[]")
    (room.root / "config.toml").write_text(text, "utf-8")
    room.with_config("")
    assert ask(room, listener.callback()) == 202
    for _ in range(4):
        room.app.hub.attend()
        room.later(hours=6)
    assert listener.asked == []
    assert room.app.hub.list_listeners() == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"hub.topic": "http://other.example/feed"}, 400),
        ({"hub.mode": "listen"}, 400),
        ({"hub.callback": "ftp://reader.example/"}, 400),
        ({"hub.mode": "publish"}, 200),
        ({"hub.callback": "x" * 20_000}, 413),
    ],
)
def test_a_wrong_request_is_refused_in_plain_text_and_leaves_nothing(
    room: Newsroom, fields: dict[str, str], status: int
) -> None:
    right = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.callback": "http://r.example/"}
    with Visitors(room) as client:
        answer = client.post("/hub", data=right | fields)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/plain")
    assert room.app.hub.list_listeners() == []


def test_listeners_have_a_limit_in_all_and_at_one_host(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websub, "MAX_PER_HOST", 2)
    monkeypatch.setattr(websub, "MAX_LISTENERS", 3)
    hosts = ("a", "a", "a", "b", "c")
    asked = [ask(room, f"http://{h}.example/{n}") for n, h in enumerate(hosts)]
    assert asked == [202, 202, 429, 202, 429]
    assert ask(room, "http://a.example/0") == 202, "who is known may always renew"


def test_a_retired_feed_is_denied_to_its_listeners(room: Newsroom, listener: Listener) -> None:
    listening(room, listener)
    room.with_config('[web]\nretired = ["en"]')
    assert room.app.hub.attend().dropped == 1
    assert listener.asked[-1]["hub.mode"] == ["denied"]
    assert room.app.hub.list_listeners() == []


def test_a_public_hub_is_told_of_each_change_once(room: Newsroom, listener: Listener) -> None:
    path = room.root / "config.toml"
    text = path.read_text("utf-8").replace("hub_allow", f'ping = ["{listener.base}/"]\nhub_allow')
    path.write_text(text, "utf-8")
    room.with_config("")
    feeds = len(room.app.feeds.list_addresses())
    assert room.app.hub.attend().pinged == feeds
    assert room.app.hub.attend().pinged == 0
    listener.pushes.clear()
    listener.status = 500
    news(room, "The news")
    failed = room.app.hub.attend().failures
    assert 0 < failed < feeds
    listener.status = 204
    assert room.app.hub.attend().pinged == 0, "not before its time"
    room.later(minutes=2)
    assert room.app.hub.attend().pinged == failed
    told = {parse_qs(body.decode())["hub.url"][0] for _, body in listener.pushes}
    assert TOPIC in told
    assert "http://127.0.0.1:8025/feeds/ru/atom.xml" not in told, "nothing changed there"


def test_the_clock_attends_to_listeners(room: Newsroom, listener: Listener) -> None:
    ask(room, listener.callback())
    (run,) = room.app.runner.wake("websub")
    assert run.report is not None
    assert run.report["confirmed"] == 1


_ATTEND = textwrap.dedent(
    """
    import sys
    sys.path.insert(0, sys.argv[2])
    from datetime import datetime
    from pathlib import Path
    from newsroom import SetClock
    from dispatch.app import App
    clock = SetClock(datetime.fromisoformat(sys.argv[3]))
    print(App.open(Path(sys.argv[1]), {}, clock).hub.attend().pushed)
    """
)


@pytest.mark.acceptance
def test_a_kill_between_a_push_and_its_record_repeats_that_push_once(
    room: Newsroom, listener: Listener
) -> None:
    listening(room, listener)
    news(room, "The news")
    arguments = (str(room.root / "config.toml"), os.path.dirname(__file__))  # noqa: PTH120
    command = [sys.executable, "-c", _ATTEND, *arguments, room.clock.now().isoformat()]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    listener.kills = process.pid
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert len(listener.pushes) == 1

    listener.kills = 0
    for _ in range(3):
        room.later(minutes=1)
        room.app.hub.attend()
    assert len(listener.pushes) == 2
    assert listener.pushes[0][1] == listener.pushes[1][1]


def test_the_lease_is_counted_from_the_confirmation(room: Newsroom, listener: Listener) -> None:
    ask(room, listener.callback(), lease_seconds="90000")
    room.later(hours=2)
    room.app.hub.attend()
    with room.app.db.read() as tx:
        (one,) = listeners.list_all(tx)
    assert one.lease_ends_at == room.clock.now() + timedelta(seconds=90_000)
