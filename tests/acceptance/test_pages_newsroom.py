"""The sample newsroom as a site without feeds: found by its sitemaps, read page by page."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from acceptance.test_main_job import NEWSROOM, Site, running

from dispatch.app import App
from dispatch.model.article import Article
from dispatch.store import articles

pytestmark = pytest.mark.acceptance

#: What `dispatch source add` is asked; the demo's newsroom has feeds too, and those come first.
LOOK = ("--kind", "pages", "--allow-host", "127.0.0.1", "--name", "meridian")


def written() -> dict[str, dict[str, Any]]:
    """What the newsroom's own files say of each article, by its path on the site."""
    found = {}
    for file in sorted((NEWSROOM / "articles").glob("*/*.md")):
        head = yaml.safe_load(file.read_text(encoding="utf-8").split("---\n", 2)[1])
        found[f"/{head['language']}/{head['sections'][0]}/{head['slug']}/"] = head
    return found


class Pages(Site):
    """A site that knows no source yet, beside the open newsroom."""

    def __init__(self, root: Path, database_url: str) -> None:
        super().__init__(root, database_url)
        path = root / "config.toml"
        text = path.read_text(encoding="utf-8")
        text = re.sub(r"\[\[sources\]\]\n(?:.+\n)+", "", text)
        path.write_text(f"{text}\n[collect]\nhost_delay = 0\n", encoding="utf-8")
        (root / "var" / "access.log").touch()
        self.address = f"http://127.0.0.1:{self.newsroom_port}"

    def path_of(self, url: str) -> str:
        """The path of an address of the newsroom, which it must be."""
        assert url.startswith(self.address), url
        return url.removeprefix(self.address)


@pytest.fixture
def site(tmp_path: Path, database_url: str) -> Iterator[Pages]:
    made = Pages(tmp_path / "site", database_url)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    port = str(made.newsroom_port)
    command = [sys.executable, str(NEWSROOM / "site.py"), "--port", port, "--now", now]
    with running(command, tmp_path, f"{made.address}/en/"):
        yield made


def test_it_is_discovered_with_all_that_its_pages_say(site: Pages) -> None:
    before = (site.root / "config.toml").read_bytes()
    code, answer = site.dispatch("source", "add", f"{site.address}/", *LOOK, "--dry-run")
    assert code == 0, answer
    assert (site.root / "config.toml").read_bytes() == before
    (chosen,) = answer["chosen"]
    assert chosen["source"]["kind"] == "pages"
    assert 'kind = "pages"' in answer["lines"]
    assert chosen["samples"]
    heads = written()
    for sample in chosen["samples"]:
        head = heads[site.path_of(sample["url"])]
        assert sample["title"] == head["title"]
        assert sample["language"] == head["language"]
        assert sample["sections"] == head["sections"]
        assert sample["authors"] == head["authors"]
        assert sample["unknown_labels"] == []
        assert len(sample["translations"]) == bool(head.get("translation"))


def test_its_articles_come_in_as_they_were_written(site: Pages) -> None:
    site.dispatch("source", "add", f"{site.address}/", *LOOK)
    heads = written()
    for _ in range(6):
        code, answer = site.dispatch("collect", "--force")
        assert code == 0, answer
        if len(found := collected(site)) == len(heads):
            break
    assert found.keys() == heads.keys()
    for path, (article, twins) in found.items():
        head = heads[path]
        assert article.title == head["title"]
        assert article.language == head["language"]
        assert article.sections == tuple(head["sections"])
        assert [one.name for one in article.authors] == head["authors"]
        assert article.standfirst == head["standfirst"]
        slugs = [twin.rstrip("/").rpartition("/")[2] for twin in twins]
        assert slugs == [head[key] for key in ("translation",) if head.get(key)]


def collected(site: Pages) -> dict[str, tuple[Article, list[str]]]:
    """Every article by its path, with the paths of its translations."""
    app = App.open(site.root / "config.toml", {})
    try:
        with app.db.read() as tx:
            newest = articles.list_newest(tx, language=None, section=None, limit=1000)
    finally:
        app.close()
    return {
        site.path_of(one.url): (
            one,
            [site.path_of(other.url) for other in newest if is_twin(one, other)],
        )
        for one in newest
    }


def is_twin(one: Article, other: Article) -> bool:
    return one.id != other.id and one.group_id == other.group_id
