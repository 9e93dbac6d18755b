"""Programs that are asked themselves: a server on this machine plays them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dispatch.model.reads import ReadBatch

SAMPLES = Path(__file__).parent.parent / "samples" / "reads"
CRANES = 1
MONDAY = date(2026, 11, 23)
Import = Callable[..., ReadBatch]


class Program:
    """An API: remembers what it was asked, answers what it was told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str, bytes]] = []
        self.answer: Callable[[str, bytes], tuple[int, bytes]] = lambda _path, _body: (200, b"[]")
        program = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                body = self.rfile.read(length)
                key = self.headers.get("Authorization", "")
                program.asked.append((self.command, self.path, key, body))
                status, said = program.answer(self.path, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            do_GET = do_POST  # noqa: N815 - the name that http.server calls

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "url": f"http://127.0.0.1:{self.server.server_port}/",
            "site_id": "meridian.example",
            "token": "the-key",
            "days": 2,
            "allow_hosts": ("127.0.0.1",),
        }


@pytest.fixture
def program() -> Iterator[Program]:
    made = Program()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_plausible_is_asked_once_for_all_days_with_the_key(
    gather: Import, program: Program
) -> None:
    program.answer = lambda _path, _body: (200, (SAMPLES / "plausible.json").read_bytes())
    batch = gather("plausible", **program.settings)
    assert batch.problems == ()
    assert batch.totals[CRANES, MONDAY] == 41
    ((method, path, key, body),) = program.asked
    assert (method, path, key) == ("POST", "/api/v2/query", "Bearer the-key")
    query = json.loads(body)
    assert query["site_id"] == "meridian.example"
    assert query["date_range"] == ["2026-11-23", "2026-11-24"]
    assert query["dimensions"] == ["time:day", "event:page"]


def test_matomo_is_asked_by_form_and_its_key_stands_in_no_address(
    gather: Import, program: Program
) -> None:
    program.answer = lambda _path, _body: (200, (SAMPLES / "matomo.json").read_bytes())
    assert gather("matomo", **program.settings).totals[CRANES, MONDAY] == 41
    ((_, path, _, body),) = program.asked
    assert path == "/index.php"
    form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    assert form["token_auth"] == "the-key"
    assert (form["flat"], form["period"], form["date"]) == ("1", "day", "2026-11-23,2026-11-24")


def test_umami_is_asked_day_by_day_of_the_newsroom(gather: Import, program: Program) -> None:
    document = (SAMPLES / "umami-2026-11-23.json").read_bytes()
    program.answer = lambda path, _: (200, document if "1795392000000" in path else b"[]")
    batch = gather("umami", **program.settings)
    assert batch.totals == {(CRANES, MONDAY): 41, (2, MONDAY): 12}
    queries = [parse_qs(urlsplit(path).query) for _, path, _, _ in program.asked]
    spans = [int(one["endAt"][0]) - int(one["startAt"][0]) for one in queries]
    assert spans == [24 * 3600 * 1000 - 1] * 2
    assert {one["type"][0] for one in queries} == {"path"}


@pytest.mark.parametrize("kind", ["plausible", "matomo", "umami"])
def test_a_program_that_refuses_is_a_problem_that_names_no_key(
    gather: Import, program: Program, kind: str
) -> None:
    program.answer = lambda _path, _body: (401, b"{}")
    batch = gather(kind, **program.settings)
    assert batch.totals == {}
    (problem,) = batch.problems
    assert "401" in problem
    assert "the-key" not in problem


def test_a_private_address_is_asked_only_if_the_operator_allows_it(
    gather: Import, program: Program
) -> None:
    (problem,) = gather("umami", **program.settings | {"allow_hosts": ()}).problems
    assert program.asked == []
    assert "127.0.0.1" in problem
