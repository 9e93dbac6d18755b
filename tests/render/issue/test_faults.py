"""The checklist: a mail as we ship it has no fault, and each line sees the mistake it is for."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import mails
import pytest

from dispatch.model.contents import IssueContents, LatestBlock, SectionGroup
from dispatch.render import checklist, email

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = (
    "render/checklist/__init__",
    "render/checklist/colours",
    "render/checklist/document",
    "render/checklist/page",
    "render/checklist/parts",
    "render/checklist/styles",
)

MakeIssue = Callable[..., IssueContents]

#: (line of the list, what is put in place of what, a word of the fault)
MISTAKES = [
    ("document", "<!DOCTYPE html>\n", "", "DOCTYPE"),
    ("document", '<meta charset="utf-8">\n', "", "charset"),
    ("document", '<meta name="color-scheme" content="light dark">', "", "color-scheme"),
    ("document", "<title>.*?</title>", "", "title"),
    ("wrapper", '<html lang="ru"', "<html", "lang"),
    ("wrapper", 'role="article" aria', "aria", "article"),
    ("wrapper", 'aria-label="[^"]*"', "", "aria-label"),
    ("wrapper", 'lang="ru" dir="ltr" style', "style", "repeated"),
    ("tables", 'role="presentation"', "", "role"),
    ("tables", 'cellspacing="0"', "", "cellspacing"),
    ("headings", "<(/?)h1", r"<\1h2", "0 h1"),
    ("headings", "<(/?)h3", r"<\1h5", "followed"),
    ("headings", '<p class="byline" style="margin:7px 0 0 0; ', '<p style="', "margin"),
    ("images", ' alt="[^"]*"', "", "alt"),
    ("images", ' height="[0-9]+"', "", "height"),
    ("images", r"/0\.jpg", "/0.webp", "format"),
    ("images", 'src="https://meridian.test/images', 'src="/images', "absolute"),
    ("images", 'width="544" height="340"', 'width="1" height="1"', "tracking"),
    ("links", 'href="https://meridian.test/donate"', 'href="/donate"', "leads"),
    ("links", ">Открыть в браузере<", ">здесь<", "called"),
    ("links", "text-decoration:underline", "text-decoration:none", "underlined"),
    ("elements", "</body>", "<svg></svg></body>", "svg"),
    ("elements", "</body>", "<form></form></body>", "form"),
    ("elements", "</body>", '<p style="margin:0; display:none">x</p></body>', "hidden"),
    ("elements", "background-color:#f1e9d8", "background:url(x.png)", "background"),
    ("conditionals", r"<!--\[if mso\]></td></tr></table><!\[endif\]-->", "", "Outlook"),
    ("width", "max-width:600px", "max-width:900px", "600"),
    ("type", "font:400 13px/1.5", "font:400 11px/1.5", "11 pixels"),
    ("taps", "padding:12px 0", "padding:4px 0", "thumb"),
    ("inlined", "margin:7px 0 0 0;", "margin:7px 0 0 0 !important;", "important"),
    ("inlined", "margin:7px 0 0 0;", "margin:var(--gap);", "variables"),
    ("inlined", 'width="100%"', 'width="calc(100% - 2px)"', "calc"),
    ("kept", "color: #eee9df !important", "color: #eee9df", "important"),
    ("kept", r"@media \(hover: hover\) {", "@supports (x:y) { @media (hover: hover) {", "within"),
    ("kept", "<style>", "<style>" + "/* much */" * 1700, "16,384"),
    ("buttons", 'bgcolor="#8c1c13"', "", "bgcolor"),
    ("buttons", "mso-padding-alt:14px 28px", "", "mso-padding"),
    ("buttons", "border:2px solid #8c1c13", "border:0", "border"),
    ("light", "color:#454037", "color:#c4bdb0", "to 1"),
    ("dark", "color: #d3ccbf !important", "color: #5d564b !important", "to 1"),
    ("dark", r"<style>@media \(prefers-color-scheme.*?</style>", "", "dark mode"),
    ("forced", "color:#5d564b", "color:#0000f0", "forced dark"),
    ("extremes", "background-color:#fbf9f4", "background-color:#ffffff", "#ffffff"),
    ("preheader", r'<div class="column"[^>]*>', r"\g<0><p>Before</p>", "preheader"),
    ("unsubscribe", "/u/xslot0189token0189xslot0189token", "/u/gone", "no link"),
    ("unsubscribe", r'<div class="column"[^>]*>', r"\g<0>" + "<!-- x -->" * 2000, "20 kB"),
    ("size", "</body>", "<!-- x -->" * 11_000 + "</body>", "102"),
    ("controls", "</body>", "\x85</body>", "U+0085"),
    ("text", "Судья, которая ведёт дневник карандашом</a>", "Иной заголовок</a>", "does not say"),
    ("text_links", "https://meridian.test/donate", "https://meridian.test/other", "no line"),
    ("text_links", "https://meridian.test/1/article", "https://meridian.test/7/article", "order"),
]


@pytest.mark.parametrize("language", ["en", "ru", "he"])
def test_an_issue_as_we_ship_it_has_no_fault(
    make_issue: MakeIssue, templates: Path, language: str
) -> None:
    mail = email.render_issue(make_issue(language), templates)
    assert checklist.check(mail.html, mail.text, preheader=mail.preheader) == ()


@pytest.mark.parametrize(("line", "pattern", "instead", "word"), MISTAKES)
def test_each_line_sees_the_mistake_it_is_for(
    make_issue: MakeIssue, templates: Path, line: str, pattern: str, instead: str, word: str
) -> None:
    mail = email.render_issue(make_issue("ru"), templates)
    broken = re.sub(pattern, instead, mail.html, flags=re.DOTALL)
    assert broken != mail.html, "the mistake was not made"
    faults = checklist.check(broken, mail.text, preheader=mail.preheader)
    assert any(fault.line == line and word in fault.text for fault in faults), faults


def test_every_line_is_tried() -> None:
    assert {line for line, *_ in MISTAKES} == set(checklist.LINES)


def test_a_mistake_of_every_article_is_told_a_few_times_and_counted(
    make_issue: MakeIssue, templates: Path
) -> None:
    mail = email.render_issue(make_issue("en"), templates)
    broken = mail.html.replace("text-decoration:underline", "")
    faults = [one for one in checklist.check(broken, mail.text) if one.line == "links"]
    assert len(faults) == checklist.MOST_FAULTS + 1
    assert re.fullmatch(r"and \d+ more of the kind", faults[-1].text)


@pytest.mark.parametrize("html", ["", "plain words", "<p", "<table><td>x", "\x00<b>"])
def test_what_is_no_mail_has_faults_and_makes_none(html: str) -> None:
    assert checklist.check(html, "")


def test_the_list_is_gone_through_in_a_moment(make_issue: MakeIssue, templates: Path) -> None:
    mail = email.render_issue(make_issue("he"), templates)
    begun = time.perf_counter()
    checklist.check(mail.html, mail.text)
    assert time.perf_counter() - begun < 1


def test_the_reference_explains_every_line() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "checklist.md").read_text()
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(checklist.LINES)


def test_an_address_in_cyrillic_is_the_same_in_both_parts(
    make_issue: MakeIssue, templates: Path
) -> None:
    article = mails.listed(mails.COPY["ru"], 1, url="https://пример.рф/путь/к статье/")
    group = SectionGroup(name="", articles=(article,))
    mail = email.render_issue(make_issue("ru", blocks=(LatestBlock(groups=(group,)),)), templates)
    assert checklist.check(mail.html, mail.text) == ()
