"""Claims of translation: late partners, claims taken back, and what is never joined."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.rules import canonical
from dispatch.store import articles, translations

EN, RU, DE = (f"https://news.example/{language}/a" for language in ("en", "ru", "de"))
FOREIGN = "https://stranger.example/ru/a"

Newsroom = Any


def claim(newsroom: Newsroom, article_id: int, *urls: str, is_new: bool = False) -> tuple[Any, ...]:
    with newsroom.db.write() as tx:
        keys = [canonical.match_key(url) for url in urls]
        minted = [article_id] if is_new else []
        found: tuple[Any, ...] = translations.put_claims(tx, {article_id: keys}, minted=minted)
        return found


def group_of(newsroom: Newsroom, article_id: int) -> int:
    with newsroom.db.read() as tx:
        return articles.get_articles(tx, [article_id])[article_id].group_id


def languages_of(newsroom: Newsroom, article_id: int) -> list[str]:
    with newsroom.db.read() as tx:
        article = articles.get_articles(tx, [article_id])[article_id]
    return [other.language for other in article.translations]


def test_a_claim_joins_whichever_article_comes_first(newsroom: Newsroom) -> None:
    english = newsroom.article(EN)
    claim(newsroom, english, RU)
    assert languages_of(newsroom, english) == []  # the other one is not here yet
    russian = newsroom.article(RU, language="ru")
    claim(newsroom, russian, is_new=True)  # it claims nothing, but is claimed
    assert languages_of(newsroom, english) == ["ru"]
    assert languages_of(newsroom, russian) == ["en"]


def test_a_claim_that_is_taken_back_parts_the_two_again(newsroom: Newsroom) -> None:
    english, russian = newsroom.article(EN), newsroom.article(RU, language="ru")
    claim(newsroom, english, RU)
    assert group_of(newsroom, russian) == english
    claim(newsroom, english)
    assert (group_of(newsroom, english), group_of(newsroom, russian)) == (english, russian)


def test_a_claim_that_both_sides_made_stands_until_both_take_it_back(newsroom: Newsroom) -> None:
    english, russian = newsroom.article(EN), newsroom.article(RU, language="ru")
    claim(newsroom, english, RU)
    claim(newsroom, russian, EN)
    claim(newsroom, english)
    assert group_of(newsroom, russian) == english
    claim(newsroom, russian)
    assert group_of(newsroom, russian) == russian


def test_groups_grow_over_a_common_member(newsroom: Newsroom) -> None:
    english, russian, german = (
        newsroom.article(url, language=language)
        for url, language in ((EN, "en"), (RU, "ru"), (DE, "de"))
    )
    claim(newsroom, german, EN, RU)
    assert languages_of(newsroom, russian) == ["de", "en"]
    assert group_of(newsroom, german) == english


def test_two_articles_of_one_language_never_share_a_group(newsroom: Newsroom) -> None:
    english, russian = newsroom.article(EN), newsroom.article(RU, language="ru")
    other = newsroom.article(f"{EN}2")
    assert claim(newsroom, russian, EN, f"{EN}2") == ((russian, other),)
    assert languages_of(newsroom, other) == []
    assert languages_of(newsroom, russian) == ["en"]
    assert group_of(newsroom, russian) == english


def test_an_article_is_not_its_own_translation(newsroom: Newsroom) -> None:
    article_id = newsroom.article(EN)
    claim(newsroom, article_id, EN)
    assert languages_of(newsroom, article_id) == []


@pytest.mark.parametrize("is_returned", [True, False])
def test_many_claims_are_looked_up_in_pieces(newsroom: Newsroom, is_returned: bool) -> None:
    english, russian = newsroom.article(EN), newsroom.article(RU, language="ru")
    nobody = [f"https://nobody.example/{number}" for number in range(1000)]
    claim(newsroom, english, *nobody, RU)
    if is_returned:
        claim(newsroom, english, RU)
    assert group_of(newsroom, russian) == english
