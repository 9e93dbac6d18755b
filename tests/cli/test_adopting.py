"""`dispatch feeds links` and `dispatch feeds adopt`: from an old site's feeds to ours."""

from __future__ import annotations

from operators import Operator

OLD = """<rss version="2.0"><channel><title>Old</title>{items}</channel></rss>"""
ITEM = "<item><title>x</title><link>{link}</link><guid isPermaLink='false'>{guid}</guid></item>"


def test_links_are_printed_for_every_language(operator: Operator) -> None:
    said = operator.types("feeds", "links").stdout
    assert said.startswith('<!-- en -->\n<link rel="alternate" type="application/rss+xml"')


def test_links_of_what_is_not_there_are_refused(operator: Operator) -> None:
    told = operator.types("feeds", "links", "--language", "de", code=1)
    assert "has no language 'de'; there are en" in told.stderr
    told = operator.types("feeds", "links", "--section", "sport", code=1)
    assert "no section is called 'sport'" in told.stderr


def test_adopting_tells_what_it_did(operator: Operator) -> None:
    operator.types("collect")
    found = operator.reads("why", "1")["article"]
    item = ITEM.format(link=found["url"], guid="old:1")
    (operator.folder / "old.xml").write_text(OLD.format(items=item), encoding="utf-8")
    said = operator.types("feeds", "adopt", "old.xml", "--dry-run").stdout
    assert said.startswith("1 entries: 1 adopted, 0 had it already, 0 are no article here\n")
    operator.types("feeds", "adopt", "old.xml")
    assert operator.reads("why", "1")["article"]["uid"] == "old:1"


def test_a_conflict_changes_nothing_and_ends_with_an_error(operator: Operator) -> None:
    operator.types("collect")
    found = operator.reads("why", "1")["article"]
    items = "".join(ITEM.format(link=found["url"], guid=guid) for guid in ("old:1", "old:2"))
    (operator.folder / "old.xml").write_text(OLD.format(items=items), encoding="utf-8")
    told = operator.types("feeds", "adopt", "old.xml", code=1)
    assert "has two identifiers: old:1 and old:2" in told.stdout + told.stderr
    assert operator.reads("why", "1")["article"]["uid"] == found["uid"]
