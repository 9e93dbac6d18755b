"""A publishing system at its door: puts, changes, takes back, and asks twice."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from newsroom import Newsroom
from visitors import Visitors

from dispatch.sources import push

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "app/push",
    "web/api_description",
)

KEY = "0123456789abcdef0123456789abcdef"
OTHER = "fedcba9876543210fedcba9876543210"
SOURCES = f"""
[[sources]]
name = "cms"
kind = "push"
key = "{KEY}"

[[sources]]
name = "blog"
kind = "push"
key = "{OTHER}"
"""
ARTICLE: dict[str, Any] = {
    "url": "http://127.0.0.1:8400/en/wind",
    "title": "Wind on the steppe",
    "language": "en",
    "sections": ["Economy"],
    "published_at": "2026-11-24T11:00:00Z",
}


@pytest.fixture
def room(newsroom: Newsroom) -> Newsroom:
    config = newsroom.root / "config.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(f"{text}{SOURCES}", encoding="utf-8")
    newsroom.close()
    newsroom.app = newsroom.open_app()
    return newsroom


class System:
    """A publishing system with a key."""

    def __init__(self, room: Newsroom) -> None:
        self.room = room
        self.door = Visitors(room)

    def sends(
        self, method: str, path: str, document: object = None, *, key: str = KEY, **said: str
    ) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {key}"}
        if document is not None:
            headers["Content-Type"] = "application/json"
        headers |= {name.replace("_", "-"): value for name, value in said.items()}
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        content = None if document is None else body
        return self.door.request(method, path, content=content, headers=headers)

    def puts(self, name: str = "77", *, key: str = KEY, **changes: Any) -> httpx2.Response:
        return self.sends("PUT", f"/api/articles/{name}", {**ARTICLE, **changes}, key=key)


@pytest.fixture
def system(room: Newsroom) -> Iterator[System]:
    made = System(room)
    yield made
    made.door.close()


def feed_of(room: Newsroom) -> str:
    return (room.root / "feeds" / "en" / "rss.xml").read_text(encoding="utf-8")


def test_an_article_is_put_and_is_in_the_feed_at_once(system: System) -> None:
    answer = system.puts()
    assert answer.status_code == 201
    (article,) = system.room.articles()
    assert answer.json() == {
        "id": "77",
        "uid": article.uid,
        "url": ARTICLE["url"],
        "state": "new",
        "warnings": [],
    }
    assert answer.headers["location"] == "/api/articles/77"
    assert article.sections == ("economy",)
    assert "Wind on the steppe" in feed_of(system.room)


def test_a_new_article_is_news_though_it_is_the_first_that_ever_came(system: System) -> None:
    system.puts(published_at=None)
    (article,) = system.room.articles()
    assert article.entered_at == system.room.clock.now()


def test_an_article_that_is_dated_ahead_is_held_until_its_hour(system: System) -> None:
    hour = "2026-11-24T18:00:00Z"
    answer = system.puts(published_at=hour)
    assert (answer.status_code, answer.json()) == (
        202,
        {"id": "77", "state": "held", "warnings": []},
    )
    assert system.puts(published_at=hour, title="Wind and rain").status_code == 202
    assert system.room.articles() == []
    system.room.clock.time = datetime(2026, 11, 24, 18, 0, 1, tzinfo=UTC)
    system.room.app.intake.collect()
    (article,) = system.room.articles()
    assert (article.title, article.published_at.hour) == ("Wind and rain", 18)
    assert "Wind and rain" in feed_of(system.room)
    assert system.puts(published_at=hour, title="Wind and rain").json()["state"] == "unchanged"


def test_a_held_article_is_the_same_under_the_same_key(system: System) -> None:
    document = {**ARTICLE, "published_at": "2026-11-24T18:00:00Z"}
    first, second = (
        system.sends("PUT", "/api/articles/77", document, Idempotency_Key="a") for _ in range(2)
    )
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert first.status_code == 202


def test_a_held_article_that_is_taken_back_never_appears(system: System) -> None:
    system.puts(published_at="2026-11-24T18:00:00Z")
    answer = system.sends("DELETE", "/api/articles/77")
    assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")
    assert system.sends("DELETE", "/api/articles/77").status_code == 404
    system.room.clock.time = datetime(2026, 11, 24, 19, tzinfo=UTC)
    system.room.app.intake.collect()
    assert system.room.articles() == []


def test_the_same_again_changes_nothing_and_another_title_does(system: System) -> None:
    first = system.puts().json()
    again = system.puts()
    assert (again.status_code, again.json()["state"]) == (200, "unchanged")
    changed = system.puts(title="Wind, and who buys it")
    assert (changed.status_code, changed.json()["state"]) == (200, "changed")
    assert changed.json()["uid"] == first["uid"]
    assert "who buys it" in feed_of(system.room)


def test_an_article_is_taken_back_and_may_return(system: System) -> None:
    system.puts()
    gone = system.sends("DELETE", "/api/articles/77")
    assert (gone.status_code, gone.json()["state"]) == (200, "withdrawn")
    assert system.room.articles() == []
    assert "Wind on the steppe" not in feed_of(system.room)
    assert system.sends("DELETE", "/api/articles/77").json()["state"] == "unchanged"
    assert system.puts().json()["state"] == "changed"
    assert len(system.room.articles()) == 1


def test_an_article_that_never_came_cannot_be_taken_back(system: System) -> None:
    answer = system.sends("DELETE", "/api/articles/99")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_posting_takes_the_documents_own_id_or_its_address(system: System) -> None:
    own = system.sends("POST", "/api/articles", {**ARTICLE, "id": "a/b?c"})
    assert own.headers["location"] == "/api/articles/a%2Fb%3Fc"
    moved = {**ARTICLE, "title": "Wind again"}
    assert system.sends("PUT", own.headers["location"], moved).json()["state"] == "changed"
    other = system.sends("POST", "/api/articles", {**ARTICLE, "url": "http://127.0.0.1:8400/en/b"})
    assert other.json()["id"] == "http://127.0.0.1:8400/en/b"
    assert len(system.room.articles()) == 2


def test_the_same_article_from_another_source_is_the_same(system: System) -> None:
    """And its owner alone may take it back."""
    system.puts()
    adopted = system.puts("x", key=OTHER)
    assert adopted.json()["state"] == "unchanged"
    assert len(system.room.articles()) == 1
    refused = system.sends("DELETE", "/api/articles/x", key=OTHER)
    assert refused.status_code == 409
    assert len(system.room.articles()) == 1


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {KEY}"},
        {"Authorization": KEY},
        {"Authorization": f"Bearer {KEY}x"},
        {"Authorization": "Bearer "},
    ],
)
def test_without_the_key_nothing_is_taken(system: System, said: dict[str, str]) -> None:
    headers = {**said, "Content-Type": "application/json"}
    body = json.dumps(ARTICLE)
    for method, path in (("PUT", "/api/articles/77"), ("POST", "/api/articles")):
        answer = system.door.request(method, path, content=body, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert system.door.request("DELETE", "/api/articles/77", headers=headers).status_code == 401
    assert system.room.articles() == []


def test_a_source_that_is_switched_off_has_no_key(system: System) -> None:
    config = system.room.root / "config.toml"
    text = config.read_text(encoding="utf-8").replace(
        'name = "cms"', 'name = "cms"\nenabled = false'
    )
    config.write_text(text, encoding="utf-8")
    system.room.close()
    system.room.app = system.room.open_app()
    again = System(system.room)
    assert again.puts().status_code == 401
    again.door.close()


def test_every_problem_is_told_at_once(system: System) -> None:
    answer = system.sends("PUT", "/api/articles/77", {"title": "", "url": 7, "x": 1})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["status"], problem["title"]) == (422, "The document is not an article")
    assert {one["pointer"] for one in problem["errors"]} == {"#/title", "#/url", "#/x"}
    assert system.room.articles() == []


def test_an_id_in_the_document_must_be_the_one_in_the_address(system: System) -> None:
    answer = system.puts("77", id="78")
    assert answer.json()["errors"] == [
        {"pointer": "#/id", "detail": "is not the identifier in the address"}
    ]


def test_a_language_that_is_not_published_is_refused(system: System) -> None:
    answer = system.puts(language="fr")
    assert answer.status_code == 422
    assert "'fr' is not published" in answer.json()["detail"]


def test_a_label_that_names_no_section_is_a_warning(system: System) -> None:
    answer = system.puts(sections=["Economy", "Horoscopes"])
    assert answer.status_code == 201
    assert "Horoscopes" in answer.json()["warnings"][0]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": "application/json; charset=utf-8"}, 201),
        ({"Content_Encoding": "gzip"}, 415),
    ],
)
def test_the_body_is_plain_json(system: System, said: dict[str, str], status: int) -> None:
    assert system.sends("PUT", "/api/articles/77", ARTICLE, **said).status_code == status


def test_a_body_that_is_too_large_is_not_read(system: System) -> None:
    body = json.dumps({**ARTICLE, "html": "x" * push.MAX_BYTES}).encode()
    assert system.sends("PUT", "/api/articles/77", body).status_code == 413


# ------------------------------------------------------------------------ the same request twice


def test_the_same_request_under_the_same_key_is_answered_as_before(system: System) -> None:
    said = {"Idempotency_Key": "one"}
    first = system.sends("POST", "/api/articles", ARTICLE, **said)
    again = system.sends("POST", "/api/articles", ARTICLE, **said)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    other = system.sends("POST", "/api/articles", ARTICLE, Idempotency_Key="two")
    assert (other.status_code, other.json()["state"]) == (200, "unchanged")


def test_a_repeated_removal_does_not_undo_what_came_between(system: System) -> None:
    system.puts()
    said = {"Idempotency_Key": "one"}
    system.sends("DELETE", "/api/articles/77", **said)
    system.puts()
    assert system.sends("DELETE", "/api/articles/77", **said).json()["state"] == "withdrawn"
    assert len(system.room.articles()) == 1, "a late repetition has no second effect"


def test_a_key_that_came_with_another_request_is_refused(system: System) -> None:
    system.sends("POST", "/api/articles", ARTICLE, Idempotency_Key="one")
    other = system.sends("POST", "/api/articles", {**ARTICLE, "title": "B"}, Idempotency_Key="one")
    assert other.status_code == 422
    assert system.room.articles()[0].title == "Wind on the steppe"


def test_one_sources_key_is_not_anothers(system: System) -> None:
    system.sends("POST", "/api/articles", ARTICLE, Idempotency_Key="one")
    mine = {**ARTICLE, "url": "http://127.0.0.1:8400/en/other"}
    answer = system.sends("POST", "/api/articles", mine, key=OTHER, Idempotency_Key="one")
    assert answer.status_code == 201


def test_what_was_refused_may_be_mended_under_its_key(system: System) -> None:
    said = {"Idempotency_Key": "one"}
    assert system.sends("POST", "/api/articles", {"title": "x"}, **said).status_code == 422
    assert system.sends("POST", "/api/articles", ARTICLE, **said).status_code == 201


def test_a_request_that_was_broken_off_frees_its_key(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    push_part = system.room.app.push
    monkeypatch.setattr(push_part, "_put", die)
    source = push_part.source_of(KEY)
    assert source is not None
    body = json.dumps(ARTICLE).encode()
    with pytest.raises(KeyboardInterrupt):
        push_part.put(source, "77", body, "one")
    monkeypatch.undo()
    waiting = push_part.put(source, "77", body, "one")
    assert (waiting.status, waiting.retry_seconds) == (409, 2)
    system.room.later(minutes=3)
    assert push_part.put(source, "77", body, "one").status == 201


def test_a_key_without_end_is_refused(system: System) -> None:
    assert (
        system.sends("POST", "/api/articles", ARTICLE, Idempotency_Key="x" * 256).status_code == 400
    )


# ------------------------------------------------------------------------ the description


def test_the_description_tells_of_every_method_and_refusal(system: System) -> None:
    answer = system.door.get("/api/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    document = answer.json()
    assert document["openapi"] == "3.1.0"
    described = {
        (path, method)
        for path, item in document["paths"].items()
        for method in item
        if method != "parameters"
    }
    assert described == {
        ("/api/articles", "post"),
        ("/api/articles/{id}", "put"),
        ("/api/articles/{id}", "delete"),
    }
    assert set(document["components"]["schemas"]) >= {"PushedArticle", "Taken", "Problem"}


def test_every_reference_of_the_description_leads_somewhere(system: System) -> None:
    document = system.door.get("/api/openapi.json").json()
    text = json.dumps(document)
    names = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert names
    assert names <= set(document["components"]["schemas"])


def test_answers_are_what_the_description_says(system: System) -> None:
    document = system.door.get("/api/openapi.json").json()
    operations = document["paths"]
    for answer, path, method in (
        (system.puts(), "/api/articles/{id}", "put"),
        (system.puts(), "/api/articles/{id}", "put"),
        (system.puts("9", published_at="2026-11-24T18:00:00Z"), "/api/articles/{id}", "put"),
        (system.puts(title=""), "/api/articles/{id}", "put"),
        (system.sends("POST", "/api/articles", b"{"), "/api/articles", "post"),
        (system.sends("DELETE", "/api/articles/77"), "/api/articles/{id}", "delete"),
        (system.sends("DELETE", "/api/articles/99"), "/api/articles/{id}", "delete"),
        (system.sends("DELETE", "/api/articles/9", key="x"), "/api/articles/{id}", "delete"),
    ):
        described = operations[path][method]["responses"][str(answer.status_code)]
        (kind,) = described["content"]
        assert answer.headers["content-type"] == kind
        name = described["content"][kind]["schema"]["$ref"].rpartition("/")[2]
        schema = document["components"]["schemas"][name]
        assert set(schema["required"]) <= set(answer.json()) <= set(schema["properties"])


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/articles", 405), ("GET", "/api/nothing", 404), ("POST", "/api/articles/7", 405)],
)
def test_what_there_is_not_is_refused_as_a_problem(
    system: System, method: str, path: str, status: int
) -> None:
    answer = system.sends(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_the_key_is_in_no_log_and_no_answer(
    system: System, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers: list[Callable[[], httpx2.Response]] = [
        system.puts,
        lambda: system.puts(title=""),
        lambda: system.sends("DELETE", "/api/articles/77"),
    ]
    shown = "".join(one().text for one in answers)
    assert KEY not in shown + caplog.text + repr(system.room.app.config)
