"""`dispatch feeds`: the faults of feeds, and who reads them."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from newsroom import Newsroom
from operators import Operator
from visitors import Visitors

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "app/insight",
    "lint",
)

RSS = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>T</title><link>https://t.example/</link>
<description>D</description></channel></rss>"""


@pytest.fixture
def server() -> Iterator[str]:
    """A server with every fault of feed servers: /good is well, /moved is a temporary redirect."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/moved":
                self.send_response(302)
                self.send_header("Location", "/bad")
                self.end_headers()
                return
            self.send_response(404 if self.path == "/lost" else 200)
            for name, value in self.said():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(RSS if self.path != "/page" else b"<html></html>")

        def said(self) -> list[tuple[str, str]]:
            if self.path == "/page":
                return [("Content-Type", "text/html; charset=utf-8")]
            tag = [("ETag", '"1"'), ("Last-Modified", "Tue, 24 Nov 2026 09:00:00 GMT")]
            return [("Content-Type", "application/rss+xml"), ("Set-Cookie", "a=b"), *tag]

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """The test's output is not a log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{made.server_address[1]}"
        made.shutdown()
        thread.join()


def codes(operator: Operator, *words: str, code: int = 0) -> set[str]:
    checked = operator.reads("feeds", "lint", *words, code=code)["feeds"]
    return {fault["code"] for one in checked for fault in one["faults"]}


def test_our_own_feeds_are_without_fault(operator: Operator) -> None:
    operator.types("collect")
    assert codes(operator) == set()


def test_a_server_is_told_what_it_does_wrong(operator: Operator, server: str) -> None:
    found = codes(operator, f"{server}/bad", "--allow-host", "127.0.0.1")
    assert {"SetsCookie", "IgnoresConditions", "NoNosniff", "NoCharset", "NoCacheControl"} <= found
    assert "TemporaryRedirect" in codes(operator, f"{server}/moved", "--allow-host", "127.0.0.1")


def test_a_page_in_place_of_a_feed_and_no_answer_are_errors(
    operator: Operator, server: str
) -> None:
    page = codes(operator, f"{server}/page", "--allow-host", "127.0.0.1", code=3)
    assert {"UnexpectedContentType", "NoValidators"} <= page
    lost = codes(operator, f"{server}/lost", "--allow-host", "127.0.0.1", code=3)
    assert lost == {"HttpError"}
    assert codes(operator, f"{server}/bad", code=3) == {"HttpError"}, "a private host"
    assert codes(operator, "nothing/here.xml", code=3) == {"Unreadable"}


def test_the_readers_of_a_feed_are_told_without_their_addresses(
    newsroom: Newsroom,
) -> None:
    room = newsroom
    room.article("One")
    room.collect()
    agents = ("Feedly/1.0 (+http://www.feedly.com/; 120 subscribers)", "newsboat/2.38", "sfeed/1")
    with Visitors(room) as client:
        for agent in agents:
            assert client.get("/feeds/en/rss.xml", headers={"User-Agent": agent}).status_code == 200
        client.get("/feeds/en/rss.xml", headers={"Sec-Fetch-Dest": "document"})
    room.app.insight.flush()
    (found,) = room.app.insight.list_audiences()
    assert (found.path, found.subscribers, found.visitors, found.polls) == ("en/rss.xml", 120, 2, 3)
    assert found.readers == ("Feedly", "newsboat", "sfeed")
    with room.app.db.read() as tx:
        rows = tx.exec_driver_sql("SELECT * FROM feed_polls").fetchall()
    assert "testclient" not in repr(rows)


def test_the_readers_are_shown_as_a_table(operator: Operator) -> None:
    assert "nobody has polled" in operator.types("feeds", "readers").stdout
    site = operator.open_app()
    agent = "Feedly/1.0 (+http://www.feedly.com/; 120 subscribers)"
    site.insight.note("en/rss.xml", agent, "192.0.2.1", 200, conditional=False)
    site.close()
    shown = operator.types("feeds", "readers").stdout
    assert "en/rss.xml" in shown
    assert "120" in shown
    (today,) = operator.reads("feeds", "readers", "--days", "7")["days"]
    assert (today["subscribers"], today["polls"]) == (120, 1)
    assert today["day"] in operator.types("feeds", "readers", "--days", "7").stdout


def test_a_mistake_of_a_template_is_told_three_times_and_what_helps_once(
    operator: Operator,
) -> None:
    items = b"".join(b"<item><title>T%d</title></item>" % number for number in range(9))
    path = operator.folder / "old.xml"
    path.write_bytes(RSS.replace(b"</channel>", items + b"</channel>"))
    shown = operator.types("feeds", "lint", str(path)).stdout
    assert shown.count("MissingGuid") == 4
    assert "and 6 more of MissingGuid" in shown
    assert shown.count("give every item a guid") == 1
    assert "1 feed: 0 errors, 10 warnings" in shown
    told = operator.reads("feeds", "lint", str(path))["feeds"][0]["faults"]
    assert len([one for one in told if one["code"] == "MissingGuid"]) == 9
    assert all(one["cure"] for one in told)


def test_a_list_of_feeds_is_judged_too(operator: Operator) -> None:
    path = operator.folder / "list.opml"
    path.write_text("<opml version='2.0'><head/><body><outline type='rss'/></body></opml>", "utf-8")
    assert codes(operator, str(path), code=3) == {
        "MissingAttribute",
        "MissingTitle",
        "MissingTitleAttr",
        "MissingXmlURL",
    }
    operator.types("collect")
    (operator.folder / "feeds/en/feeds.opml").write_text("<opml/>", "utf-8")
    assert "InvalidOPMLVersion" in codes(operator, code=3), "ours are among them"


def test_our_feeds_are_looked_at_on_their_way_to_the_public(operator: Operator) -> None:
    changed: set[str] = set()

    class Handler(SimpleHTTPRequestHandler):
        """A server that knows no ETag, and a cache before it that keeps old feeds."""

        def do_GET(self) -> None:
            if self.path not in changed:
                super().do_GET()
                return
            self.send_response(200)
            self.send_header("Content-Type", "application/rss+xml; charset=utf-8")
            self.end_headers()
            self.wfile.write(RSS)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """The test's output is not a log."""

    serve = partial(Handler, directory=str(operator.folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.02,))
        thread.start()
        own = f'"http://127.0.0.1:{made.server_address[1]}/"'
        text = (operator.folder / "config.toml").read_text("utf-8")
        (was,) = re.findall(r"^public_url = (.*)$", text, re.MULTILINE)
        operator.changes_config(f"public_url = {was}", f"public_url = {own}")
        operator.types("collect")
        assert codes(operator, "--public") == {
            "NoCacheControl",
            "NoCharset",
            "NoETag",
            "NoNosniff",
        }
        changed.add("/feeds/en/rss.xml")
        assert "OtherBytes" in codes(operator, "--public")
        made.shutdown()
        thread.join()
    assert (
        "leave the URLs and files out"
        in operator.types("feeds", "lint", "--public", "old.xml", code=2).stderr
    )
