"""The gate: what may not leave does not, what is doubtful waits, and all of it is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sites
from newsroom import Newsroom

from dispatch import errors
from dispatch.edit import Word
from dispatch.model.gate import Effect
from dispatch.model.newsletter import IssueAction, IssueState
from dispatch.rules import gate as rules
from dispatch.store import articles, issues

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "gate/chosen",
    "gate/desk",
    "gate/linked",
    "gate/written",
    "render/references",
    "render/wording",
    "store/gate_checks",
)

WEEK = ("weekly", "2026-W48")


def configure(newsroom: Newsroom, *lines: str, **replaced: str) -> None:
    """Add lines to [gate], replace texts in the whole file, and open the site anew."""
    config = newsroom.root / "config.toml"
    text = config.read_text(encoding="utf-8")
    for old, new in replaced.items():
        text = text.replace(SHORT[old], new)
    table = "[gate]\n" + "\n".join(lines) + "\n\n"
    config.write_text(text.replace("[transport]", f"{table}[transport]", 1), encoding="utf-8")
    newsroom.app.close()
    newsroom.app = newsroom.open_app()


SHORT = {"site": "http://127.0.0.1:8400/", "public_url": "http://127.0.0.1:8025/"}


def objections(newsroom: Newsroom, period: str = "2026-W48") -> dict[str, list[str]]:
    """What the gate found when it last looked, by rule."""
    check = newsroom.app.issues.why("weekly", period).gate
    assert check is not None
    found: dict[str, list[str]] = {}
    for one in check.objections:
        found.setdefault(one.rule, []).append(one.text)
    return found


@pytest.fixture
def site() -> Iterator[sites.LocalSite]:
    """The newsroom's own web site, and the readers' pages beside it."""
    with sites.opened(sites.LocalSite()) as opened:
        for path in ("/", "/en/", "/ru/", "/u/", "/p/", "/support", "/image.jpg"):
            opened.put(path, "<p>here</p>")
        for language in ("en", "ru"):
            opened.put(f"/issues/weekly/2026-W48/{language}", "<p>issue</p>")
        yield opened


@pytest.fixture
def asked(newsroom: Newsroom, site: sites.LocalSite) -> Newsroom:
    """A newsroom whose links are asked."""
    lines = ('asking = "always"', 'allow_hosts = ["127.0.0.1"]')
    configure(newsroom, *lines, site=site.url, public_url=site.url)
    newsroom.reader("ann")
    return newsroom


def test_an_issue_that_nothing_is_wrong_with_leaves(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    newsroom.friday()
    assert objections(newsroom) == {}
    assert len(newsroom.mails_to("ann")) == 1


def test_an_issue_whose_links_all_answer_leaves(asked: Newsroom, site: sites.LocalSite) -> None:
    slug = asked.article("One", image="/image.jpg")
    site.put(f"/en/{slug}/", "<html><p>One</p></html>")
    asked.friday()
    assert objections(asked) == {}
    assert asked.issue().state is IssueState.FINISHED
    assert "/u/" in site.asked
    assert len(asked.mails_to("ann")) == 1


def test_a_dead_link_holds_the_issue_until_somebody_lets_it_go(
    asked: Newsroom, site: sites.LocalSite
) -> None:
    slug = asked.article("One")
    site.put(f"/en/{slug}/", "<p>One</p>")
    site.pages.pop("/support")
    asked.friday()
    assert asked.issue().state is IssueState.HELD
    assert asked.mails() == []
    assert objections(asked)["links"][0].endswith("/support: the server answered 404")
    asked.app.editors.move(*WEEK, Word(action=IssueAction.RELEASED, by="Ann", note="known"))
    asked.deliver()
    assert len(asked.mails_to("ann")) == 1


@pytest.mark.parametrize(
    ("page", "reply", "said"),
    [
        (None, {}, "answered 404"),
        ("<meta name='robots' content='noindex, nofollow'>", {}, "noindex"),
        ("<p>x</p>", {"headers": {"X-Robots-Tag": "noindex"}}, "noindex"),
        ("<p>x</p>", {"status": 500}, "answered 500"),
    ],
)
def test_an_article_that_is_gone_or_a_draft_holds_the_issue(
    asked: Newsroom, site: sites.LocalSite, page: str | None, reply: dict[str, object], said: str
) -> None:
    slug = asked.article("One")
    if page is not None:
        site.put(f"/en/{slug}/", page, **reply)
    asked.friday()
    assert asked.issue().state is IssueState.HELD
    (text,) = objections(asked)["articles"]
    assert text.startswith("“One”: ")
    assert said in text


@pytest.mark.parametrize("status", [401, 403, 429])
def test_what_a_server_tells_robots_is_not_held_against_the_issue(
    asked: Newsroom, site: sites.LocalSite, status: int
) -> None:
    slug = asked.article("One")
    site.put(f"/en/{slug}/", "<p>One</p>")
    site.put("/support", "robots keep out", status=status)
    asked.friday()
    assert objections(asked) == {}


def test_a_page_to_unsubscribe_at_that_is_gone_blocks_and_no_word_lets_it_go(
    asked: Newsroom, site: sites.LocalSite
) -> None:
    slug = asked.article("One")
    site.put(f"/en/{slug}/", "<p>One</p>")
    gone = site.pages.pop("/u/")
    asked.friday()
    assert asked.issue().state is IssueState.BLOCKED
    with pytest.raises(errors.InputError, match="blocked"):
        asked.app.editors.move(*WEEK, Word(action=IssueAction.RELEASED))
    asked.deliver()
    assert asked.mails() == []
    site.pages["/u/"] = gone
    assert asked.app.issues.inspect(*WEEK).verdict is Effect.OFF
    asked.deliver()
    assert len(asked.mails_to("ann")) == 1


def test_a_missing_image_is_told_and_stops_nothing(asked: Newsroom, site: sites.LocalSite) -> None:
    slug = asked.article("One", image="/gone.jpg")
    site.put(f"/en/{slug}/", "<p>One</p>")
    asked.friday()
    assert "gone.jpg" in objections(asked)["images"][0]
    assert len(asked.mails_to("ann")) == 1


def test_each_address_is_asked_once_for_all_variants(
    asked: Newsroom, site: sites.LocalSite
) -> None:
    for language in ("en", "ru"):
        slug = asked.article(f"One {language}", language=language)
        site.put(f"/{language}/{slug}/", "<p>One</p>")
    asked.friday()
    assert site.asked.count("/u/") <= 2  # HEAD, and GET where a server has no HEAD
    assert site.asked.count("/support") <= 2


def test_on_a_site_of_this_machine_nothing_is_asked_unless_wanted(
    newsroom: Newsroom, site: sites.LocalSite
) -> None:
    configure(newsroom, site=site.url, public_url=site.url)
    newsroom.article("One")
    newsroom.friday()
    assert site.asked == []
    assert newsroom.issue().state is IssueState.FINISHED


def test_an_article_that_is_not_in_its_language_holds_the_issue(newsroom: Newsroom) -> None:
    newsroom.article("Совсем не по-английски", standfirst="Это написано по-русски.")
    newsroom.friday()
    assert newsroom.issue().state is IssueState.HELD
    assert "en" in objections(newsroom)["language"][0]


def test_a_rule_does_what_the_operator_says(newsroom: Newsroom) -> None:
    configure(newsroom, 'language = "warn"')
    newsroom.reader("ann")
    newsroom.article("Совсем не по-английски", standfirst="Это написано по-русски.")
    newsroom.friday()
    assert list(objections(newsroom)) == ["language"]
    assert len(newsroom.mails_to("ann")) == 1


def test_a_rule_that_is_off_says_nothing(newsroom: Newsroom) -> None:
    configure(newsroom, 'language = "off"')
    newsroom.article("Совсем не по-английски", standfirst="Это написано по-русски.")
    newsroom.friday()
    assert objections(newsroom) == {}


def test_a_string_without_translation_holds_the_issue(newsroom: Newsroom) -> None:
    from dispatch import site as sites_folder

    folder = newsroom.root / "templates" / "email"
    import shutil

    shutil.copytree(sites_folder.default_templates(), folder)
    for name in ("issue.html.j2", "issue.txt.j2"):
        path = folder / name
        path.write_text(path.read_text().replace('_("Past issues")', '_("Our cellar")'))
    newsroom.article("One")
    newsroom.friday()
    assert newsroom.issue().state is IssueState.HELD
    assert "“Our cellar” has no translation" in objections(newsroom)["untranslated"]


def test_an_article_that_the_same_readers_had_blocks_the_issue(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.reader("ann")
    newsroom.friday()
    newsroom.later(hours=1)
    newsroom.article("Two")
    newsroom.collect()
    newsroom.later(days=7)
    made = newsroom.app.issues.compose("weekly").issue
    assert made is not None
    with newsroom.app.db.write() as tx:
        (had,) = {one.article_id for one in issues.list_placements(tx, newsroom.issue().id)}
        place = next(iter(issues.list_placements(tx, made.id)))
        again = issues.Placement(
            variant_key="en", block="read_also", position=9, article_id=had, why=place.why
        )
        issues.add_placements(tx, made.id, [again])
    check = newsroom.app.issues.inspect("weekly", made.period)
    assert [one.rule for one in check.objections] == ["repeated"]
    assert "“One” went to the same readers before" in check.objections[0].text
    assert newsroom.issue(made.period).state is IssueState.BLOCKED


def test_a_withdrawn_article_holds_an_issue_that_has_not_left(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.collect()
    newsroom.later(days=3)
    made = newsroom.app.issues.compose("weekly").issue
    assert made is not None
    with newsroom.app.db.write() as tx:
        articles.withdraw_article(tx, newsroom.articles()[0].id, newsroom.clock.now())
    check = newsroom.app.issues.inspect("weekly", made.period, dry_run=True)
    assert "was withdrawn" in check.objections[0].text
    assert newsroom.app.issues.why("weekly", made.period).gate != check


def test_what_was_let_pass_is_not_held_against_the_issue_again(newsroom: Newsroom) -> None:
    newsroom.reader("ann")
    newsroom.article("Совсем не по-английски", standfirst="Это написано по-русски.")
    newsroom.friday()
    newsroom.app.editors.move(*WEEK, Word(action=IssueAction.RELEASED))
    assert newsroom.app.issues.inspect(*WEEK).verdict is Effect.HOLD
    assert newsroom.issue().state is IssueState.COMPOSED


def test_what_has_left_is_behind_the_gate(newsroom: Newsroom) -> None:
    newsroom.article("One")
    newsroom.friday()
    with pytest.raises(errors.InputError, match="behind it"):
        newsroom.app.issues.inspect(*WEEK)


def test_every_rule_has_its_key_and_its_default() -> None:
    from dispatch.config.tables import sending

    keys = {name: field.default for name, field in sending.GateTable.model_fields.items()}
    assert {rule: one.effect.value for rule, one in rules.RULES.items()} == {
        name: value for name, value in keys.items() if name not in ("asking", "allow_hosts")
    }
