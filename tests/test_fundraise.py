"""Appeals in issues: who is shown what, and what it brought."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from newsroom import Newsroom, html_of, text_of

from dispatch import errors, fundraise
from dispatch.rules import appeals, mailbox
from dispatch.store import fund, schema

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "compose/appeal",
    "store/fund",
)

SECRET = "a secret of at least thirty-two characters"


def configure(newsroom: Newsroom, *lines: str, more: str = "") -> None:
    config = newsroom.root / "config.toml"
    text = config.read_text(encoding="utf-8")
    key = 'url = "http://127.0.0.1:8400/support"'
    text = text.replace(key, "\n".join([key, *lines]))
    config.write_text(text.replace("[transport]", f"{more}\n[transport]"), encoding="utf-8")
    newsroom.app.close()
    newsroom.app = newsroom.open_app()


ARM = """
[[appeals.arms]]
name = "short"

[appeals.arms.texts.en]
title = "Keep us free"
text = "Three euros."
button = "Give"
"""


def shown(newsroom: Newsroom) -> dict[str, tuple[str, str]]:
    """Address -> (what the ledger says was shown, the variant's own appeal) of all deliveries."""
    query = (
        sa.select(schema.subscriber.c.address, schema.delivery.c.appeal, schema.variant.c.appeal)
        .join_from(
            schema.delivery,
            schema.subscriber,
            schema.subscriber.c.id == schema.delivery.c.subscriber_id,
        )
        .join(schema.variant, schema.variant.c.id == schema.delivery.c.variant_id)
    )
    with newsroom.app.db.read() as tx:
        return {row[0]: (row[1], row[2]) for row in tx.execute(query)}


def test_planning_in_sql_splits_as_the_rule_does_for_each_reader(newsroom: Newsroom) -> None:
    configure(newsroom, "holdout_percent = 20", more=ARM)
    names = [f"reader{number}" for number in range(60)]
    newsroom.article("One")
    for name in names:
        newsroom.reader(name)
    newsroom.friday()
    found = shown(newsroom)
    expected = {}
    arms = [one for one in newsroom.app.config.appeals if one.language == "en"]
    for name in names:
        address = f"{name}@reader.example"
        drawn = appeals.draw(mailbox.address_hash(address, SECRET))
        bucket = appeals.bucket(drawn, "support")
        (fits,) = (one for one in appeals.ranges(arms) if one.first <= bucket < one.last)
        expected[address] = (fits.name, "" if fits.is_holdout else fits.name)
    assert found == expected
    assert {one for one, _ in found.values()} == {
        "support.a",
        "support.short",
        "support.holdout",
    }
    for mail in newsroom.mails():
        _, appeal = found[str(mail["To"])]
        link = f"support?appeal={appeal}&issue=weekly-2026-W48"
        assert (link in text_of(mail)) == bool(appeal)
        assert ("Keep us free" in text_of(mail)) == (appeal == "support.short")


def test_a_reader_is_spared_in_the_first_issues_and_between(newsroom: Newsroom) -> None:
    configure(newsroom, "skip_first = 1", "every = 2")
    newsroom.reader("ann")
    for week in range(4):
        newsroom.article(f"News {week}")
        newsroom.friday(week=week)
        newsroom.later(days=1)
    mails = sorted(newsroom.mails_to("ann"), key=lambda mail: str(mail["Message-ID"]))
    assert ["appeal=support.a" in text_of(mail) for mail in mails] == [False, True, False, True]


def test_donors_are_left_alone_for_as_long_as_the_appeal_says(newsroom: Newsroom) -> None:
    configure(newsroom, "donor_days = 10")
    for name in ("ann", "bob", "eve"):
        newsroom.reader(name)
    day = newsroom.clock.now().date()
    file = newsroom.root / "donors.csv"
    hashes = {
        name: newsroom.app.appeals.hash_address(f"{name}@reader.example") for name in ("ann", "bob")
    }
    old = day.replace(day=1)
    file.write_text(f"hash,date\n{hashes['ann']},{day}\n{hashes['bob']},{old}\n", "utf-8")
    assert newsroom.app.appeals.take_donors(file) == 2
    assert newsroom.app.appeals.take_donors(file) == 0
    newsroom.article("One")
    newsroom.friday()
    told = {name: shown(newsroom)[f"{name}@reader.example"][0] for name in ("ann", "bob", "eve")}
    assert told == {"ann": "", "bob": "support.a", "eve": "support.a"}


def test_a_quiet_issue_asks_nobody(newsroom: Newsroom) -> None:
    newsroom.app.appeals.set_quiet("weekly", "2026-W48", quiet=True)
    newsroom.reader("ann")
    newsroom.article("One")
    newsroom.friday()
    (mail,) = newsroom.mails_to("ann")
    assert "Please help." not in text_of(mail)
    with pytest.raises(errors.InputError, match="composed already"):
        newsroom.app.appeals.set_quiet("weekly", "2026-W48", quiet=True)


def test_the_goal_is_shown_with_what_was_raised(newsroom: Newsroom) -> None:
    configure(newsroom, "goal = 50000", 'place = "top"')
    newsroom.app.appeals.set_raised("support", 1_250_000)
    newsroom.reader("ann")
    newsroom.reader("ivan", language="ru")
    newsroom.article("One")
    newsroom.article("Длинные договоры о торговле и мире", language="ru")
    newsroom.friday()
    (ann,), (ivan,) = newsroom.mails_to("ann"), newsroom.mails_to("ivan")
    assert "€12,500 of €50,000" in text_of(ann)
    assert 'width="25%"' in html_of(ann)
    assert re.search(r"12\s500\s€ из 50\s000\s€", text_of(ivan))
    assert text_of(ann).index("Please help.") < text_of(ann).index("Latest")


def test_a_donation_counts_once_for_its_arm_and_its_appeal(newsroom: Newsroom) -> None:
    newsroom.reader("ann")
    newsroom.article("One")
    newsroom.friday()
    file = newsroom.root / "given.csv"
    file.write_text(
        "id,date,amount,appeal,issue\nd1,2026-11-28,25.50,support.a,weekly-2026-W48\n"
        "d2,2026-11-28,10,,\n",
        "utf-8",
    )
    assert newsroom.app.appeals.take_donations(file) == 2
    assert newsroom.app.appeals.take_donations(file) == 0
    (report,) = newsroom.app.appeals.report()
    (arm,) = report.arms
    assert (report.raised_cents, arm.shown, arm.donations, arm.cents) == (2550, 1, 1, 2550)
    with newsroom.app.db.read() as tx:
        assert fund.get_raised(tx) == {"support": 2550}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("id,date\n", ":1: the columns are"),
        ("id,date,amount\nx,2026-11-28,0\n", ":2: no donation was taken: amount"),
        ("id,date,amount\nx,28.11.2026,1\n", ":2: no donation was taken: date"),
        ("id,date,amount\nx,2026-11-28,1.005\n", "two decimals"),
        ("id,date,amount\nx,2026-11-28,NaN\n", ":2: no donation was taken"),
        ("id,date,amount\n,2026-11-28,1\n", "id: is empty"),
        ("id,date,amount\nx,2026-11-28,1e999999\n", ":2: no donation was taken"),
        ("id,date,amount\nx,2026-11-28,1e12\n", "1000000000 at most"),
        ("id,date,amount\nx\u200b,2026-11-28,1\n", "id: 200 characters at most"),
    ],
)
def test_a_bad_file_of_donations_is_refused_with_its_line(
    tmp_path: Path, content: str, told: str
) -> None:
    file = tmp_path / "given.csv"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(errors.InputError, match=told):
        fundraise.read_donations(file)


def test_a_donor_is_a_hash_and_never_an_address(tmp_path: Path) -> None:
    file = tmp_path / "donors.csv"
    file.write_text("hash,date\nann@example.org,2026-11-28\n", encoding="utf-8")
    with pytest.raises(errors.InputError, match="40 characters") as caught:
        fundraise.read_donors(file)
    assert "ann" not in str(caught.value)


def test_a_gift_that_is_told_twice_counts_once_and_spares_its_donor(newsroom: Newsroom) -> None:
    configure(newsroom, "donor_days = 10")
    newsroom.reader("ann")
    gift = {"id": "d1", "date": "2026-11-24", "amount": "10", "currency": "EUR"}
    told = {**gift, "appeal": "support.a", "address": "ANN@reader.example"}
    assert [newsroom.app.appeals.take_gift(told) for _ in range(2)] == [True, False]
    newsroom.article("One")
    newsroom.friday()
    assert shown(newsroom)["ann@reader.example"][0] == ""
    with newsroom.app.db.read() as tx:
        assert fund.get_raised(tx) == {"support": 1000}
