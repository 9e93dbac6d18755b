"""What an HTML e-mail must be, line by line, over issues in three languages."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import lxml.html
import mails
import pytest

from dispatch.model.contents import IssueContents
from dispatch.render import email

MakeIssue = Callable[..., IssueContents]
#: lxml-stubs leave out most of what an element of lxml.html can do.
Element: TypeAlias = Any


@pytest.fixture(scope="module", params=["en", "ru", "he"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def html(make_issue: MakeIssue, templates: Path, language: str) -> str:
    return email.render_issue(make_issue(language), templates).html


@pytest.fixture
def page(html: str) -> Element:
    return lxml.html.document_fromstring(html)


def declarations(element: Element) -> dict[str, str]:
    pairs = (part.partition(":") for part in element.get("style", "").split(";") if part.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def elements(page: Element, path: str) -> list[Element]:
    found = page.xpath(path)
    assert found, path
    return list(found)


def channel(value: int) -> float:
    share = value / 255
    return share / 12.92 if share <= 0.03928 else float(((share + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    red, green, blue = (channel(int(colour[at : at + 2], 16)) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def ground(element: Element) -> str:
    """The background colour that `element` stands on."""
    for holder in (element, *element.iterancestors()):
        if colour := declarations(holder).get("background-color"):
            return colour
    raise AssertionError("no background")


def text_elements(page: Element) -> Iterator[Element]:
    for element in elements(page, "//body//*[text()[normalize-space()]]"):
        if element.tag not in ("script", "style"):
            yield element


def test_the_document_begins_as_it_must(html: str, page: Element, language: str) -> None:
    assert html.startswith("<!DOCTYPE html>\n<html ")
    root = page.getroottree().getroot()
    direction = "rtl" if language == "he" else "ltr"
    assert (root.get("lang"), root.get("dir")) == (language, direction)
    assert root.get("xmlns:o")
    assert root.get("xmlns:v")
    head = root.find("head")
    assert head is not None
    assert head[0].get("charset") == "utf-8"
    names = {str(name) for name in head.xpath("meta/@name")}
    assert names == {
        "viewport",
        "format-detection",
        "x-apple-disable-message-reformatting",
        "color-scheme",
        "supported-color-schemes",
    }


def test_language_and_direction_stand_on_the_first_div_as_well(
    page: Element, language: str
) -> None:
    (first,) = page.xpath("/html/body/*")
    assert first.tag == "div"
    assert first.get("lang") == language
    assert first.get("dir") == ("rtl" if language == "he" else "ltr")
    assert first.get("role") == "article"
    assert first.get("aria-roledescription") == "email"
    title = page.findtext("head/title")
    assert title
    assert first.get("aria-label") == title


def test_every_table_is_for_layout_only_and_says_so(html: str) -> None:
    tables = re.findall(r"<table\b[^>]*>", html)
    assert len(tables) > 10
    for table in tables:
        for attribute in ('role="presentation"', 'border="0"', 'cellpadding="0"'):
            assert attribute in table
        assert 'cellspacing="0"' in table


def test_there_is_one_h1_and_no_level_is_skipped(page: Element) -> None:
    levels = [int(element.tag[1]) for element in elements(page, "//h1|//h2|//h3|//h4")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert levels.count(2) == 5


def test_the_column_is_600_wide_without_media_queries(html: str, page: Element) -> None:
    column = elements(page, '//div[@class="column"]')[0]
    assert declarations(column)["max-width"] == "600px"
    assert html.count('<!--[if mso]><table role="presentation" width="600"') == 1
    assert html.count("<!--[if mso]>") == html.count("<![endif]-->") == 3


def test_paragraphs_and_headings_have_margins_of_their_own(page: Element) -> None:
    for element in elements(page, "//p|//h1|//h2|//h3|//h4"):
        assert "margin" in declarations(element), lxml.html.tostring(element)


def test_body_text_is_16_pixels_with_room_between_lines(page: Element) -> None:
    for element in elements(page, '//p[@class="standfirst" or @class="appealtext"]'):
        assert declarations(element)["font"].startswith("400 16px/1.55")
    for element in elements(page, "//*[contains(@style, 'font:')]"):
        size = re.search(r"(\d+)px/", declarations(element)["font"])
        assert size
        assert int(size[1]) >= 13


def test_links_are_underlined_and_say_where_they_lead(page: Element) -> None:
    for link in elements(page, "//a"):
        assert declarations(link)["text-decoration"] == "underline"
        name = link.text_content().strip() or str(link.xpath("string(img/@alt)"))
        assert len(name) > 2
        assert str(link.get("href")).startswith(("https://", "mailto:"))


def test_small_links_are_large_enough_to_tap(page: Element) -> None:
    for name in ("tool", "translation", "footlink", "button"):
        for link in elements(page, f'//a[@class="{name}"]'):
            padding = re.match(r"(\d+)px", declarations(link)["padding"])
            assert padding
            assert 2 * int(padding[1]) + 20 >= 42
            assert declarations(link)["display"] == "inline-block"


def test_images_have_size_and_alternative_and_a_format_that_clients_show(page: Element) -> None:
    for image in elements(page, "//img"):
        assert image.get("src", "").startswith("https://")
        assert image.get("src", "").endswith(".jpg")
        assert int(image.get("width", "")) > 0
        assert int(image.get("height", "")) > 0
        assert image.get("alt")
        assert declarations(image)["display"] == "block"
        assert "color" in declarations(image)


def test_nothing_of_an_image_tells_one_reader_from_another(html: str) -> None:
    assert not re.search(r"<img[^>]*xslot", html)
    assert "background-image" not in html
    assert "url(" not in html


def test_the_donation_is_text_and_a_bulletproof_button(page: Element) -> None:
    (button,) = elements(page, '//a[@class="button"]')
    cell = button.getparent()
    assert cell is not None
    assert cell.tag == "td"
    assert cell.get("bgcolor") == "#8c1c13"
    assert cell.get("align") == "center"
    assert "mso-padding-alt" in declarations(cell)
    style = declarations(button)
    assert style["border"].endswith(style["background-color"]) is True
    assert not button.xpath("img")


def test_nothing_is_pure_white_or_black(html: str) -> None:
    colours = set(re.findall(r"#[0-9a-fA-F]{3,6}\b", html))
    assert len(colours) > 10
    assert not {colour.lower() for colour in colours} & {"#fff", "#ffffff", "#000", "#000000"}


def test_text_contrasts_with_its_ground(page: Element) -> None:
    seen = 0
    for element in text_elements(page):
        holder = next(
            one
            for one in (element, *element.iterancestors())
            if "color" in declarations(one) or one.tag == "body"
        )
        colour = declarations(holder).get("color")
        if colour:
            seen += 1
            assert contrast(colour, ground(element)) >= 4.5, (colour, ground(element))
    assert seen > 40


def test_text_contrasts_with_its_ground_in_dark_mode(templates: Path) -> None:
    kept = (templates / "kept.css").read_text()
    dark = kept.split("prefers-color-scheme: dark")[1].split("/*!")[0]
    grounds = re.findall(r"\.(page|sheet|appeal) {[^}]*background-color: (#\w{6})", dark)
    assert len(grounds) == 3
    colours = re.findall(r"{ color: (#\w{6})", dark)
    assert len(colours) == 4
    for colour in colours:
        for _, background in grounds:
            assert contrast(colour, background) >= 4.5
    button = re.search(r"\.button {[^}]*background-color: (#\w{6})[^}]*; color: (#\w{6})", dark)
    assert button
    assert contrast(button[1], button[2]) >= 4.5


def test_kept_css_is_small_and_nests_no_at_rule(html: str) -> None:
    kept = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert len(kept) == 6
    assert sum(map(len, kept)) < 16_000
    for part in kept:
        assert part.count("@") <= 1
        assert "/*" not in part
    assert any("prefers-color-scheme" in part for part in kept)
    assert any("[data-ogsc]" in part for part in kept)


def test_every_kept_override_is_important_and_no_inlined_style_is(html: str) -> None:
    for part in re.findall(r"<style>(.*?)</style>", html, re.DOTALL):
        for block in re.findall(r"{([^{}]*)}", part):
            for declaration in filter(str.strip, block.split(";")):
                name = declaration.partition(":")[0].strip()
                free = ("color-scheme", "supported-color-schemes")
                hyphens = name.endswith("hyphens") or name.startswith("hyphenate")
                assert "!important" in declaration or name in free or hyphens, declaration
    assert not re.search(r'style="[^"]*!important', html)


def test_classes_of_kept_css_occur_in_the_mail(templates: Path, language: str) -> None:
    html = email.render_issue(mails.every_block(language), templates).html
    kept = re.sub(r"/\*.*?\*/", "", (templates / "kept.css").read_text(), flags=re.DOTALL)
    names = set(re.findall(r"\.([a-z]+)\b(?=[^{}]*{)", kept))
    used = {name for value in re.findall(r'class="([^"]*)"', html) for name in value.split()}
    assert len(names) > 20
    assert names <= used


def test_a_translation_is_marked_in_its_own_language(page: Element, language: str) -> None:
    for link in elements(page, '//a[@class="translation"]'):
        assert link.get("lang") == link.get("hreflang") == ("ru" if language == "en" else "en")
        assert link.get("dir") == "ltr"


def test_the_footer_says_why_and_who_and_how_to_leave(page: Element, language: str) -> None:
    (footer,) = elements(page, '//div[@class="footer"]')
    said = footer.text_content()
    assert "meridian.test" in said
    assert "12 Fleet Lane, London EC4" in said
    hrefs = [str(url) for url in footer.xpath(".//a/@href")]
    assert "/u/" in hrefs[0]
    assert "mailto:editors@meridian.test" in hrefs
    assert {"en": "Unsubscribe", "ru": "Отписаться", "he": "ביטול ההרשמה"}[language] in said


def test_no_form_script_or_tracking_is_in_the_mail(html: str) -> None:
    for forbidden in (
        "<script",
        "<form",
        "<iframe",
        "<video",
        "<svg",
        "<picture",
        "utm_",
        "onclick",
    ):
        assert forbidden not in html.lower()
    assert not re.search(r'(?:width|height)="1"', html)
