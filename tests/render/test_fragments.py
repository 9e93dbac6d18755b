"""Lists for other people's pages: whole, escaped, and without a style of their own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import lxml.html
import pytest

from dispatch.model.article import Article, Author
from dispatch.model.publication import Publication
from dispatch.model.ranking import FrozenRanking
from dispatch.render import fragments

AT = datetime(2026, 11, 27, 9, tzinfo=UTC)
HOSTILE = '<script>alert("1")</script> & "so on"'


@pytest.fixture
def publication(feed_room: Any) -> Publication:
    found: Publication = feed_room.publication
    return found


@pytest.fixture
def article(feed_room: Any) -> Article:
    made: Article = feed_room.article(title=HOSTILE, standfirst=HOSTILE)
    return replace(made, authors=(Author(name=HOSTILE),))


def test_every_value_is_escaped_and_none_is_styled(
    publication: Publication, article: Article
) -> None:
    page = fragments.top_reads(publication, "en", [article], None)["html"].decode()
    tree = lxml.html.fragment_fromstring(page)
    assert tree.tag == "section"
    assert not tree.xpath(".//script | .//style | .//@style")
    assert tree.xpath("string(.//li/a)") == HOSTILE
    assert tree.xpath("string(.//li/a/@href)") == article.url
    assert tree.xpath("string(.//p[@class='dispatch-standfirst'])") == HOSTILE


def test_a_piece_says_its_language_direction_and_status(
    publication: Publication, article: Article
) -> None:
    frozen = FrozenRanking(
        newsletter="weekly", period="2026-W48", language="he", frozen_at=AT, places=()
    )
    page = fragments.top_reads(publication, "he", [article], frozen)["html"].decode()
    tree = lxml.html.fragment_fromstring(page)
    assert (tree.get("lang"), tree.get("dir"), tree.get("data-status")) == ("he", "rtl", "issue")


def test_the_document_holds_what_a_page_needs_and_no_number_of_reads(
    publication: Publication, article: Article
) -> None:
    document = json.loads(fragments.top_reads(publication, "en", [article], None)["json"])
    assert (document["version"], document["status"], document["title"]) == (
        1,
        "current",
        "Top reads",
    )
    (one,) = document["articles"]
    assert (one["position"], one["title"], one["url"]) == (1, HOSTILE, article.url)
    assert not {"reads", "score"} & set(one)


def test_an_empty_ranking_is_an_empty_list(publication: Publication) -> None:
    made = fragments.top_reads(publication, "en", [], None)
    assert json.loads(made["json"])["articles"] == []
    assert b"<li>" not in made["html"]
