"""Rendered issues: golden files, both parts alike, and mails that stay below the limit."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, TypeVar

import lxml.html
import pytest

from dispatch import errors
from dispatch.model.article import Image
from dispatch.model.contents import (
    BlockContents,
    IssueContents,
    LatestBlock,
    ListedArticle,
    NoteBlock,
    ReadAlsoBlock,
    SectionGroup,
    TopReadsBlock,
)
from dispatch.render import blocks, catalogue, email, message, slots

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("render/pictures",)

MakeIssue = Callable[..., IssueContents]
Golden = Callable[[str, bytes], None]
Block = TypeVar("Block", bound=BlockContents)


def find(contents: IssueContents, kind: type[Block]) -> Block:
    return next(block for block in contents.blocks if isinstance(block, kind))


def links(html: str) -> list[str]:
    page: Any = lxml.html.fromstring(html)
    return [str(url) for url in page.xpath("//a/@href")]


def latest(*titles: str, standfirst: str = "") -> LatestBlock:
    articles = tuple(
        ListedArticle(title=title, url=f"https://meridian.test/{n}", standfirst=standfirst)
        for n, title in enumerate(titles)
    )
    return LatestBlock(groups=(SectionGroup(name="", articles=articles),))


def copied(templates: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(templates, tmp_path / "email"))


@pytest.mark.parametrize("language", ["en", "ru", "he"])
def test_an_issue_is_as_it_was(
    make_issue: MakeIssue, templates: Path, golden: Golden, language: str
) -> None:
    rendered = email.render_issue(make_issue(language), templates)
    golden(f"email/{language}.html", rendered.html.encode())
    golden(f"email/{language}.txt", rendered.text.encode())


@pytest.mark.parametrize("language", ["en", "ru", "he"])
def test_every_link_of_the_html_part_stands_in_the_text_part_in_the_same_order(
    make_issue: MakeIssue, templates: Path, language: str
) -> None:
    rendered = email.render_issue(make_issue(language), templates)
    web = [url for url in links(rendered.html) if url.startswith("http")]
    lines = [line.strip() for line in rendered.text.splitlines()]
    assert len(web) > 20
    assert set(web) <= set(lines)
    articles = list(dict.fromkeys(url for url in web if "/article" in url))
    assert articles == list(dict.fromkeys(line for line in lines if "/article" in line))


@pytest.mark.parametrize("language", ["en", "ru", "he"])
def test_the_text_part_has_short_lines_and_whole_addresses(
    make_issue: MakeIssue, templates: Path, language: str
) -> None:
    contents = make_issue(language)
    long_url = "https://meridian.test/" + "x" * 120
    long_word = "у" * 200
    block = latest("A word: " + long_word, standfirst="word " * 60)
    group = replace(block.groups[0], articles=(replace(block.groups[0].articles[0], url=long_url),))
    contents = replace(contents, blocks=(*contents.blocks, replace(block, groups=(group,))))
    text = email.render_issue(contents, templates).text
    assert long_url in text.splitlines()
    assert long_word in text.replace("\n", "")
    for line in text.splitlines():
        assert len(line) <= 78 or "://" in line, line
        assert line == line.rstrip()


def test_html_that_an_editor_wrote_is_shown_as_text(make_issue: MakeIssue, templates: Path) -> None:
    nasty = '<script>alert("x")</script> & {{ 7*7 }} {% raw %}\x00\x85'
    block = latest(nasty, standfirst=nasty)
    rendered = email.render_issue(make_issue(blocks=(block,)), templates)
    assert "<script" not in rendered.html
    assert "&lt;script&gt;" in rendered.html
    assert "49" not in rendered.text.split("alert")[1][:20]
    assert '<script>alert("x")</script> &' in rendered.text
    for part in (rendered.html, rendered.text, rendered.subject):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", part)


def test_the_subject_is_the_first_headline_and_a_count(make_issue: MakeIssue) -> None:
    assert email.make_subject(make_issue("en", blocks=(latest("Only one"),))) == "Only one"
    three = make_issue("ru", blocks=(latest("Первая", "Вторая", "Третья"),))
    assert email.make_subject(three) == "Первая – и ещё 2 статьи"
    assert email.make_subject(make_issue("en", blocks=())) == "The Week in Review"
    assert email.make_subject(make_issue("en", subject="Ours\r\nBcc: x")) == "Ours Bcc: x"


def test_a_headline_of_300_characters_is_cut_at_a_space(make_issue: MakeIssue) -> None:
    title = "headline " * 34
    subject = email.make_subject(make_issue("en", blocks=(latest(title),)))
    assert len(subject) <= email.SUBJECT_CHARACTERS + 1
    assert subject.endswith("headline…")


def test_the_preheader_names_the_next_headlines_and_is_visible(
    make_issue: MakeIssue, templates: Path
) -> None:
    contents = make_issue("en", blocks=(latest("One", "Two", "Three", "Four"),))
    rendered = email.render_issue(contents, templates)
    assert rendered.preheader == "Two · Three"
    page: Any = lxml.html.fromstring(rendered.html)
    body = page.find("body")
    assert body.text_content().strip().startswith("Two · Three")
    assert "display:none" not in rendered.html.replace(" ", "")


def test_the_unsubscribe_link_holds_the_readers_slot_early_and_late(
    make_issue: MakeIssue, templates: Path
) -> None:
    rendered = email.render_issue(make_issue("ru"), templates)
    url = f"https://news.meridian.test/u/{slots.TOKEN}"
    assert links(rendered.html).count(url) == 2
    assert rendered.text.count(url) == 2
    assert rendered.html.index(url) < 20_000
    assert rendered.html.rindex(url) > rendered.html.index("Читайте также")


def test_a_page_of_preferences_is_linked_in_both_parts_where_there_is_one(
    make_issue: MakeIssue, templates: Path
) -> None:
    url = f"https://news.meridian.test/p/{slots.TOKEN}"
    contents = make_issue("en")
    rendered = email.render_issue(contents, templates)
    assert links(rendered.html).count(url) == 1
    assert url in rendered.text.splitlines()
    without = replace(contents, urls=replace(contents.urls, preferences=""))
    assert "Choose your sections" not in email.render_issue(without, templates).text


@pytest.mark.parametrize("language", ["en", "ru", "he"])
def test_a_reader_gets_what_was_rendered_with_a_token_in_place(
    make_issue: MakeIssue, templates: Path, language: str
) -> None:
    token = "abcdefghijklmnopqrstuvwxyz234567"
    rendered = email.render_issue(make_issue(language), templates)
    shared = message.VariantHeaders(
        from_name="Меридиан",
        from_address="digest@meridian.test",
        subject=rendered.subject,
        language=language,
        list_id="weekly.meridian.test",
    )
    own = message.MessageHeaders(
        recipient="ann@reader.test",
        planned_at=datetime(2026, 11, 27, 9, tzinfo=UTC),
        message_id="i47@meridian.test",
        unsubscribe_url=f"https://news.meridian.test/u/{token}",
    )
    made = message.make_message(message.freeze(rendered.html, rendered.text, shared), own, token)
    parsed: Any = message_from_bytes(made, policy=default)
    plain, rich = parsed.iter_parts()
    assert parsed["Subject"] == rendered.subject
    assert plain.get_content().replace("\r\n", "\n") == slots.fill(rendered.text, token)
    assert rich.get_content().replace("\r\n", "\n") == slots.fill(rendered.html, token)


def test_a_mail_that_would_be_clipped_loses_read_also_then_the_tail_of_the_latest(
    make_issue: MakeIssue, templates: Path
) -> None:
    titles = [f"Статья номер {n}: " + "очень длинный заголовок " * 4 for n in range(120)]
    many = latest(*titles, standfirst="Подзаголовок, который тоже не короток. " * 6)
    usual = make_issue("ru")
    contents = replace(
        usual,
        blocks=(
            find(usual, TopReadsBlock),
            many,
            find(usual, ReadAlsoBlock),
        ),
    )
    rendered = email.render_issue(contents, templates)
    assert message.encoded_octets(rendered.html) <= email.HTML_OCTETS
    assert message.encoded_octets(rendered.html) > email.HTML_OCTETS * 0.7
    assert "Читайте также" not in rendered.html + rendered.text
    assert titles[0].strip() in rendered.text.replace("\n", " ")
    assert "Статья номер 119" not in rendered.html + rendered.text
    omitted = re.search(r"Ещё (\d+) стат", rendered.html)
    assert omitted
    assert int(omitted[1]) == 120 - len(set(re.findall(r"Статья номер (\d+):", rendered.html)))
    assert rendered.text.count(slots.TOKEN) == 3
    assert "12 Fleet Lane" in rendered.html


def test_a_mail_that_cannot_be_shortened_is_an_error(
    make_issue: MakeIssue, templates: Path
) -> None:
    note = NoteBlock(text="слово " * 20_000)
    with pytest.raises(errors.TemplateError, match="too long"):
        email.render_issue(make_issue("ru", blocks=(note,)), templates)


def test_a_long_mail_is_warned_of_without_an_address(
    make_issue: MakeIssue, templates: Path, caplog: pytest.LogCaptureFixture
) -> None:
    note = NoteBlock(text="слово " * 5_000)
    with caplog.at_level(logging.WARNING):
        email.render_issue(make_issue("ru", blocks=(note,)), templates)
    (record,) = caplog.records
    assert record.getMessage().startswith("mail_is_long newsletter=weekly period=2026-W48")
    assert "@" not in record.getMessage()


@pytest.mark.parametrize(
    ("image", "is_shown"),
    [
        (Image(url="https://a.test/x.jpg", width=1200, height=800), True),
        (Image(url="https://a.test/x.jpg"), True),
        (Image(url="http://a.test/x.jpg"), False),
        (Image(url="https://a.test/x.svg"), False),
        (Image(url="https://a.test/x", media_type="image/webp"), False),
        (Image(url="https://a.test/x.jpg", width=400, height=1200), False),
        (None, False),
    ],
)
def test_an_image_is_shown_where_clients_can(
    make_issue: MakeIssue, templates: Path, image: Image | None, is_shown: bool
) -> None:
    block = latest("One")
    article = replace(block.groups[0].articles[0], image=image)
    group = SectionGroup(name="", articles=(article,))
    contents = make_issue(blocks=(LatestBlock(groups=(group,)),))
    assert ("<img" in email.render_issue(contents, templates).html) == is_shown


@pytest.mark.parametrize(
    ("file", "text", "place", "reason"),
    [
        ("blocks/latest.html.j2", "\n{{ block.nothing }}", "latest.html.j2:2", "nothing"),
        ("blocks/latest.html.j2", "{% if %}", "latest.html.j2:1", "Expected"),
        ("blocks/latest.txt.j2", "\n\n{{ 1 / 0 }}", "latest.txt.j2:3", "division"),
        ("blocks/latest.txt.j2", "{% include 'gone.j2' %}", "gone.j2", "no such template"),
        ("issue.html.j2", "{{ _('Top reads', 1) }}", "issue.html.j2:1", "argument"),
        ("issue.txt.j2", "no link", "email", "unsubscribe"),
        ("style.css", "p{color:red !important}", "style.css", "important"),
        ("kept.css", "</style>", "kept.css", "hold"),
    ],
)
def test_a_broken_template_is_named_with_its_line(
    make_issue: MakeIssue,
    templates: Path,
    tmp_path: Path,
    file: str,
    text: str,
    place: str,
    reason: str,
) -> None:
    folder = copied(templates, tmp_path)
    (folder / file).write_text(text)
    with pytest.raises(errors.TemplateError, match=reason) as caught:
        email.render_issue(make_issue(blocks=(latest("One"),)), folder)
    assert place in str(caught.value)


def test_a_missing_stylesheet_is_named(
    make_issue: MakeIssue, templates: Path, tmp_path: Path
) -> None:
    folder = copied(templates, tmp_path)
    (folder / "style.css").unlink()
    with pytest.raises(errors.TemplateError, match=r"style\.css"):
        email.render_issue(make_issue(), folder)


def test_a_template_changed_by_the_operator_is_read_anew(
    make_issue: MakeIssue, templates: Path, tmp_path: Path
) -> None:
    folder = copied(templates, tmp_path)
    contents = make_issue(blocks=(latest("One"),))
    before = email.render_issue(contents, folder)
    file = folder / "blocks" / "latest.txt.j2"
    file.write_text("Changed.\n" + file.read_text() + "\n")
    assert "Changed." in email.render_issue(contents, folder).text
    assert "Changed." not in before.text


def test_every_block_has_both_its_templates(templates: Path) -> None:
    for name, pair in blocks.BLOCKS.items():
        assert (templates / pair.html).is_file(), name
        assert (templates / pair.text).is_file(), name
    kinds = BlockContents.__args__
    assert {kind.name for kind in kinds} == set(blocks.BLOCKS)


def test_the_same_contents_render_to_the_same_bytes(make_issue: MakeIssue, templates: Path) -> None:
    once = email.render_issue(make_issue("he"), templates)
    assert once == email.render_issue(make_issue("he"), templates)


def test_a_language_without_catalogue_is_rendered_in_english(
    make_issue: MakeIssue, templates: Path
) -> None:
    contents = make_issue("en")
    newsletter = replace(contents.newsletter, titles={"fr": "La semaine"})
    contents = replace(contents, language="fr", newsletter=newsletter)
    rendered = email.render_issue(contents, templates)
    assert '<html lang="fr"' in rendered.html
    assert catalogue.text("en", "Unsubscribe") in rendered.text
