"""Lines about the elements of a mail: what clients strip, ignore or read aloud."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from dispatch.render.checklist import page
from dispatch.render.checklist.page import Element, Mail

#: Without these, phones zoom out, turn dates into links, or invert what is dark already.
_METAS: Final = (
    "viewport",
    "format-detection",
    "x-apple-disable-message-reformatting",
    "color-scheme",
    "supported-color-schemes",
)
#: Dropped or refused by one of Gmail, Outlook, Yahoo (caniemail), or a sign of a phisher.
_FORBIDDEN: Final = (
    *("script", "form", "input", "iframe", "object", "embed", "video", "audio", "canvas"),
    *("svg", "picture", "source", "link", "base"),
)
_UNSHOWN_FORMATS: Final = (".svg", ".webp", ".avif")
_VAGUE: Final = frozenset({"here", "click here", "read more", "more", "здесь", "тут", "далее"})
_MSO_OPEN: Final = re.compile(r"<!--\[if [^\]]*\]>")
_TABLE: Final = re.compile(r"<table\b[^>]*>")


def check_head(mail: Mail) -> Iterator[str]:
    """Doctype, charset before anything else, title, and the metas that phones ask for."""
    if not mail.html.lower().startswith("<!doctype html>"):
        yield "the mail does not begin with <!DOCTYPE html>"
    head = mail.find("/html/head/*")
    if not head or (head[0].get("charset") or "").lower() != "utf-8":
        yield '<meta charset="utf-8"> is not the first thing in the head'
    if not "".join(mail.find("/html/head/title/text()")).strip():
        yield "there is no title"
    names = set(mail.find("/html/head/meta/@name"))
    yield from (f'there is no <meta name="{name}">' for name in _METAS if name not in names)


def check_wrapper(mail: Mail) -> Iterator[str]:
    """`lang` and `dir` on html and again below body: clients throw the outer elements away."""
    root = mail.page
    for name in ("lang", "dir"):
        if not root.get(name):
            yield f"<html> has no {name}"
    children = mail.find("/html/body/*")
    if not children:
        yield "the body is empty"
    for child in children:
        for name in ("lang", "dir"):
            if child.get(name) != root.get(name):
                yield f"{name} of <html> is not repeated on {page.shown(child)[:60]}, below <body>"
        if child.get("role") != "article" or child.get("aria-roledescription") != "email":
            yield 'what stands below <body> is not role="article" aria-roledescription="email"'
        if not child.get("aria-label"):
            yield "what stands below <body> has no aria-label"


def check_tables(mail: Mail) -> Iterator[str]:
    """Layout tables say so, or a screen reader counts their rows aloud."""
    for table in _TABLE.findall(mail.tags):
        for attribute in (
            'role="presentation"',
            'border="0"',
            'cellpadding="0"',
            'cellspacing="0"',
        ):
            if attribute not in table:
                yield f"{table[:60]} has no {attribute}"


def check_headings(mail: Mail) -> Iterator[str]:
    """One h1, no level skipped, no empty heading, and margins of their own."""
    headings = mail.find("//h1|//h2|//h3|//h4|//h5|//h6")
    levels = [int(heading.tag[1]) for heading in headings]
    if levels.count(1) != 1:
        yield f"there are {levels.count(1)} h1, not one"
    for before, after in itertools.pairwise(levels):
        if after - before > 1:
            yield f"an h{before} is followed by an h{after}"
    yield from (f"{page.shown(one)} is empty" for one in headings if not one.text_content().strip())
    for element in [*headings, *mail.find("//p")]:
        if "margin" not in page.declarations(element):
            yield f"{page.shown(element)} has no margin of its own: clients differ in theirs"


def check_images(mail: Mail) -> Iterator[str]:
    """Absolute, sized, with an alternative, in a format that all clients show."""
    for image in mail.find("//img"):
        source = image.get("src") or ""
        if image.get("alt") is None:
            yield f"the image {source} has no alt"
        if not (_is_number(image.get("width")) and _is_number(image.get("height"))):
            yield f"the image {source} has no width and height"
        if urlsplit(source).scheme not in ("http", "https"):
            yield f"the image {source} is not absolute"
        if urlsplit(source).path.lower().endswith(_UNSHOWN_FORMATS):
            yield f"the image {source} is of a format that Gmail or Outlook does not show"
        if page.declarations(image).get("display") != "block":
            yield f"the image {source} is not display:block: Outlook leaves a gap below it"
        if (image.get("width"), image.get("height")) == ("1", "1"):
            yield f"the image {source} is a tracking pixel"


def _is_number(value: str | None) -> bool:
    return bool(value) and str(value).isdigit() and int(str(value)) > 0


def check_links(mail: Mail) -> Iterator[str]:
    """Links lead somewhere, say where, and can be seen without colour."""
    for link in mail.find("//a"):
        href = link.get("href") or ""
        if urlsplit(href).scheme not in ("http", "https", "mailto"):
            yield f"{page.shown(link)} leads to {href!r}"
        name = " ".join(link.text_content().split()) or " ".join(link.xpath(".//img/@alt"))
        if len(name) < 2 or name.casefold() in _VAGUE:
            yield f"the link to {href} is called {name!r}: its words must say where it leads"
        if "underline" not in page.declarations(link).get("text-decoration", ""):
            yield f"{page.shown(link)} is not underlined"


def check_elements(mail: Mail) -> Iterator[str]:
    """Nothing that clients drop, that fetches, or that hides."""
    for name in _FORBIDDEN:
        if mail.find(f"//{name}"):
            yield f"<{name}> does not work in mail"
    if re.search(r'\son[a-z]+="', mail.tags):
        yield "an element has an event handler"
    if re.search(r"background(?:-image)?:[^;\"]*url\(", mail.tags):
        yield "a background image may carry no meaning: Outlook does not show it"
    for element in mail.find("/html/body//*[@style]"):
        if _is_hidden(element):
            yield f"{page.shown(element)} is hidden: Gmail counts hidden text as spam"


def _is_hidden(element: Element) -> bool:
    style = page.declarations(element)
    return style.get("display") == "none" or style.get("visibility") == "hidden"


def check_conditionals(mail: Mail) -> Iterator[str]:
    """What is opened for Outlook is closed for Outlook."""
    opened = len(_MSO_OPEN.findall(mail.html))
    closed = mail.html.count("<![endif]-->")
    if opened != closed:
        yield f"{opened} conditional comments are opened and {closed} closed"
    inside = "".join(re.findall(r"<!--\[if mso[^\]]*\]>(.*?)<!\[endif\]-->", mail.html, re.DOTALL))
    for tag in ("table", "tr", "td"):
        begun, ended = len(re.findall(rf"<{tag}\b", inside)), inside.count(f"</{tag}>")
        if begun != ended:
            yield f"Outlook sees {begun} <{tag}> and {ended} </{tag}>"


def check_width(mail: Mail) -> Iterator[str]:
    """A column of at most 600 pixels that needs no media query, and its ghost for Outlook."""
    columns = mail.find("//div[contains(@style, 'max-width')]")
    if not any(page.declarations(one)["max-width"] == "600px" for one in columns):
        yield "no <div> has max-width:600px: on a wide screen lines grow too long to read"
    if not re.search(r"<!--\[if mso\]>.{0,40}<table[^>]*width=\"600\"", mail.html, re.DOTALL):
        yield "there is no table of 600 pixels for Outlook, which knows no max-width"
