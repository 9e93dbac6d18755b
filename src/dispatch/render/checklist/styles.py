"""Lines about CSS: what Gmail drops whole, what beats a media query, what a thumb can hit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from dispatch.render.checklist import page
from dispatch.render.checklist.page import Element, Mail

#: Gmail drops every style element once they pass 16,384 characters together.
KEPT_CHARACTERS: Final = 16_000
#: WCAG 2.5.5 asks for 44 pixels.
TAP_PIXELS: Final = 44
SMALLEST_PIXELS: Final = 13
BODY_PIXELS: Final = 16
BODY_LINE: Final = 1.5

#: In kept CSS these override nothing that is inlined.
_NO_OVERRIDE: Final = (
    "color-scheme",
    "supported-color-schemes",
    "hyphens",
    "hyphenate-limit-chars",
)
_FONT: Final = re.compile(r"(\d+(?:\.\d+)?)px(?:/(\d+(?:\.\d+)?)(px)?)?")
_PIXELS: Final = re.compile(r"(\d+)(?:px)?\b")
_RULE: Final = re.compile(r"([^{}]+){([^{}]*)}")


def check_type(mail: Mail) -> Iterator[str]:
    """Nothing smaller than 13 pixels; paragraphs of text at least 16 with air between lines."""
    for element in mail.find("/html/body//*[@style]"):
        font = _FONT.search(page.declarations(element).get("font", ""))
        if font is None or not element.text_content().strip(" \u00a0\n"):
            continue
        size = float(font[1])
        if size < SMALLEST_PIXELS:
            yield f"{page.shown(element)} is written in {size:g} pixels"
        is_text = element.tag == "p" and len(element.text_content()) > 200
        if is_text and size >= BODY_PIXELS and _line(font) < BODY_LINE:
            yield f"{page.shown(element)} has less than {BODY_LINE} lines between its lines"


def _line(font: re.Match[str]) -> float:
    height = float(font[2] or 0)
    return height / float(font[1]) if font[3] else height


def check_taps(mail: Mail) -> Iterator[str]:
    """Links that stand alone are tall enough for a thumb."""
    for link in mail.find("//a[contains(@style, 'inline-block')]"):
        height = _height(link)
        if height < TAP_PIXELS:
            yield f"{page.shown(link)} is {height:g} pixels high: a thumb needs {TAP_PIXELS}"


def _height(link: Element) -> float:
    style = page.declarations(link)
    padding = [int(one) for one in _PIXELS.findall(style.get("padding", "0"))]
    vertical = padding[0] + padding[2 if len(padding) > 2 else 0]
    border = 2 * int((_PIXELS.search(style.get("border", "0")) or [0, 0])[1])
    return vertical + border + _line_pixels(link)


def _line_pixels(element: Element) -> float:
    """The height of one line: of the nearest ancestor that says it."""
    for holder in (element, *element.iterancestors()):
        style = page.declarations(holder)
        if explicit := re.fullmatch(r"(\d+)px", style.get("line-height", "")):
            return float(explicit[1])
        if font := _FONT.search(style.get("font", "")):
            return _line(font) * float(font[1])
    return 0


def check_inlined(mail: Mail) -> Iterator[str]:
    """No `!important` in attributes (it would beat every media query) and no variable anywhere."""
    if re.search(r"style=[\"'][^\"']*!important", mail.tags):
        yield "an inlined style is !important: no media query can change it any more"
    for css in (*mail.kept_css, *re.findall(r"style=(?:\"[^\"]*\"|'[^']*')", mail.tags)):
        if "var(" in css or re.search(r"(?:^|[;{\s])--[\w-]+\s*:", css):
            yield "CSS variables are unknown to Gmail, Outlook and Yahoo"
    if re.search(r'(?:width|height)="[^"]*[^0-9%"]', mail.tags):
        yield 'an attribute width or height holds more than a number, such as "calc(…)"'


def check_kept(mail: Mail) -> Iterator[str]:
    """Kept CSS: below Gmail's limit, one at-rule deep, and strong enough to matter."""
    total = sum(map(len, mail.kept_css))
    if total > KEPT_CHARACTERS:
        yield f"the kept CSS has {total} characters; Gmail drops all of it above 16,384"
    for css in mail.kept_css:
        if re.search(r"@[^{}]*{[^{}]*(?:{[^{}]*}[^{}]*)*@", css):
            yield "an @-rule stands within another: Gmail drops the whole style element"
        if css.count("@") > 1:
            yield "a style element has two @-rules: one that a client dislikes takes both away"
        yield from _weak(css)


def _weak(css: str) -> Iterator[str]:
    for selector, body in _RULE.findall(re.sub(r"@[^{}]*{", "", css)):
        for name, value in page.read_declarations(body).items():
            is_free = name.removeprefix("-webkit-") in _NO_OVERRIDE
            if not is_free and "!important" not in value:
                yield f"{selector.strip()[:40]} {{ {name} }} lacks !important and changes nothing"


def check_buttons(mail: Mail) -> Iterator[str]:
    """A button is a cell with a colour of its own, so that it stands with images and CSS off."""
    for link in mail.find("//a[contains(@style, 'background-color')]"):
        cell = link.getparent()
        style = page.declarations(link)
        if cell.tag != "td" or not cell.get("bgcolor"):
            yield f"{page.shown(link)} stands in no <td bgcolor>: Outlook shows no button"
        elif "mso-padding-alt" not in page.declarations(cell):
            yield f"the cell of {page.shown(link)} has no mso-padding-alt: Outlook pads no links"
        if not style.get("border", "").endswith(style["background-color"]):
            yield f"{page.shown(link)} has no border of its own colour: Outlook.com shrinks it"
        if link.xpath(".//img"):
            yield f"{page.shown(link)} is an image: it is gone with images off"
