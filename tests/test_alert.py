"""What is the matter is told once, and once more when it is over: by mail, by a post, by both."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from newsroom import Newsroom

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("store/alarms",)


class Hook:
    """The operator's own program; `status` is what it answers."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.status = 204
        hook = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.posts.append(json.loads(body))
                self.send_response(hook.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self._server.server_port}/alarms"
        self._thread = threading.Thread(
            target=lambda: self._server.serve_forever(poll_interval=0.01), daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def said(self) -> list[tuple[str, bool]]:
        """Each alarm of each post, and whether it was over."""
        return [
            (one["kind"], one["cleared_at"] is not None)
            for post in self.posts
            for one in post["alarms"]
        ]


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    yield made
    made.close()


def told_by(newsroom: Newsroom, *lines: str) -> None:
    """The operator says where alarms go; the newsroom's own table names a mail address."""
    path = newsroom.root / "config.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text("\n".join([text, "[alarms]", *lines, ""]), encoding="utf-8")
    newsroom.close()
    newsroom.app = newsroom.open_app()


def flood(newsroom: Newsroom) -> None:
    """Something is the matter."""
    newsroom.article("First")
    newsroom.collect()
    newsroom.later(hours=1)
    for number in range(20):
        newsroom.article(f"Flood {number}")


def rounds(newsroom: Newsroom, count: int) -> None:
    for _ in range(count):
        newsroom.collect()
        newsroom.later(hours=1)


def test_a_webhook_is_told_once_and_once_more_when_it_is_over(
    newsroom: Newsroom, hook: Hook
) -> None:
    told_by(newsroom, f'webhook = "{hook.url}"')
    flood(newsroom)
    rounds(newsroom, 3)
    assert hook.said() == [("flood", False)]
    (post,) = hook.posts
    (alarm,) = post["alarms"]
    assert post["site"] == "http://127.0.0.1:8025/"
    assert (alarm["source"], "20 entries wait" in alarm["detail"]) == ("desk", True)
    newsroom.app.intake.release("desk")
    rounds(newsroom, 3)
    assert hook.said() == [("flood", False), ("flood", True)]


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_fails_is_tried_again_until_it_answers(
    newsroom: Newsroom, hook: Hook, status: int
) -> None:
    told_by(newsroom, f'webhook = "{hook.url}"')
    hook.status = status
    flood(newsroom)
    result = newsroom.collect()
    assert result.alerts is not None
    assert "webhook" in result.alerts.failures[0]
    newsroom.later(hours=1)
    rounds(newsroom, 1)
    assert hook.said() == [("flood", False)] * 2
    hook.status = 200
    rounds(newsroom, 3)
    assert hook.said() == [("flood", False)] * 3


def test_a_webhook_that_fails_repeats_no_mail(newsroom: Newsroom, hook: Hook) -> None:
    told_by(newsroom, 'mail = "editors@meridian.example"', f'webhook = "{hook.url}"')
    hook.status = 500
    flood(newsroom)
    rounds(newsroom, 3)
    assert (len(newsroom.mails()), len(hook.posts)) == (1, 3)
    hook.status = 200
    rounds(newsroom, 3)
    assert (len(newsroom.mails()), len(hook.posts)) == (1, 4)


def test_what_was_over_before_a_webhook_heard_of_it_is_not_told(
    newsroom: Newsroom, hook: Hook
) -> None:
    told_by(newsroom, f'webhook = "{hook.url}"')
    hook.status = 500
    flood(newsroom)
    rounds(newsroom, 1)
    newsroom.app.intake.release("desk")
    hook.posts.clear()
    hook.status = 200
    rounds(newsroom, 2)
    assert hook.posts == []


def test_a_run_that_is_dry_tells_nobody(newsroom: Newsroom, hook: Hook) -> None:
    told_by(newsroom, f'webhook = "{hook.url}"')
    flood(newsroom)
    newsroom.collect(dry_run=True)
    assert hook.posts == []
