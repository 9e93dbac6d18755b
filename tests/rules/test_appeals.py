from __future__ import annotations

from dataclasses import replace
from datetime import date

from dispatch.model.publication import Appeal
from dispatch.rules import appeals

TODAY = date(2026, 11, 24)

APPEAL = Appeal(
    key="support",
    language="en",
    title="Support us",
    text="Please help.",
    button="Help",
    url="https://news.example/support",
)


def test_an_appeal_speaks_the_readers_language_or_not_at_all() -> None:
    russian = replace(APPEAL, language="ru", title="Поддержите нас")
    assert appeals.choose([APPEAL, russian], "ru", TODAY) == russian
    assert appeals.choose([APPEAL], "ru", TODAY) is None


def test_an_appeal_runs_from_its_first_day_to_its_last() -> None:
    running = replace(APPEAL, starts_on=TODAY, ends_on=TODAY)
    assert appeals.choose([running], "en", TODAY) == running
    assert appeals.choose([running], "en", date(2026, 11, 23)) is None
    assert appeals.choose([running], "en", date(2026, 11, 25)) is None


def test_the_heaviest_is_shown_and_the_first_by_key_of_equals() -> None:
    heavy = replace(APPEAL, key="z", weight=2)
    other = replace(APPEAL, key="a")
    assert appeals.choose([APPEAL, other, heavy], "en", TODAY) == heavy
    assert appeals.choose([APPEAL, other], "en", TODAY) == other


def test_every_language_that_has_one_gets_one() -> None:
    assert appeals.choose_each([APPEAL], ["en", "ru"], TODAY) == {"en": APPEAL}


def test_every_bucket_is_given_to_one_arm_or_to_the_holdout() -> None:
    arms = [replace(APPEAL, holdout_percent=10), replace(APPEAL, arm="b", share=2)]
    held, first, second = appeals.ranges(arms)
    assert (held.name, held.is_holdout, held.first, held.last) == ("support.holdout", True, 0, 1000)
    assert (first.name, first.first, first.last) == ("support.a", 1000, 4000)
    assert (second.name, second.first, second.last) == ("support.b", 4000, appeals.BUCKETS)


def test_the_split_of_one_appeal_says_nothing_about_that_of_another() -> None:
    draws = [appeals.draw(f"{number:040x}") for number in range(4000)]
    one = [appeals.bucket(drawn, "winter") < 5000 for drawn in draws]
    other = [appeals.bucket(drawn, "spring") < 5000 for drawn in draws]
    assert 1850 < sum(one) < 2150
    assert 850 < sum(a and b for a, b in zip(one, other, strict=True)) < 1150
    assert [appeals.bucket(drawn, "winter") < 5000 for drawn in draws] == one


def test_every_third_issue_and_not_the_first_two() -> None:
    capped = replace(APPEAL, skip_first=2, every=3)
    assert [n + 1 for n in range(9) if appeals.is_due(capped, n)] == [3, 6, 9]


def test_the_link_says_the_arm_and_the_issue_and_keeps_what_it_had() -> None:
    asked = replace(APPEAL, url="https://news.example/support?from=mail#form")
    linked = appeals.with_link(asked, "weekly-2026-W48")
    wanted = "https://news.example/support?from=mail&appeal=support.a&issue=weekly-2026-W48#form"
    assert linked.url == wanted
