"""Moves the CSS of a rendered e-mail into style attributes, by premailer, with its traps closed.

In: finished HTML (never raw Jinja) that may hold slot markers. Out: the same HTML with inlined
styles; CSS under `data-premailer="ignore"` is kept as it was. It never touches the network or a
file, writes to no log, and raises TemplateError rather than return a mail that it damaged.

The traps, each with a test: `!important` stripped from kept media queries; at-rules other than
@media, and rules that it cannot read, dropped in silence; a lower-case doctype lost;
`width="calc(...)"` written; hosts in another script percent-encoded; stylesheets fetched without
a timeout; validation noise.
"""

from __future__ import annotations

import logging
import re
import xml.dom
from typing import Final

import idna
from lxml import cssselect, etree

from dispatch import errors
from dispatch.render import slots

#: Gmail drops every style element once they pass 16,384 characters together.
KEPT_CSS_CHARACTERS: Final = 16_000

DOCTYPE: Final = "<!DOCTYPE html>"

_DOCTYPE: Final = re.compile(r"\A\s*<!doctype[^>]*>\s*", re.IGNORECASE)
_STYLE: Final = re.compile(r"<style([^>]*)>(.*?)</style>", re.IGNORECASE | re.DOTALL)
_STYLE_ATTRIBUTE: Final = re.compile(r"""\sstyle=(?:"[^"]*"|'[^']*')""")
_CSS_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE: Final = re.compile(r"([^{}]*)\{[^{}]*\}")
_STYLESHEET_LINK: Final = re.compile(r"<link\b[^>]*stylesheet", re.IGNORECASE)
_FOREIGN_HOST: Final = re.compile(
    r'(\b(?:href|src)="https?://)([^"/?#:]*[^\x00-\x7f"/?#:][^"/?#:]*)'
)
_CONDITIONAL: Final = re.compile(r"<!--\[if [^\]]*\]>|<!\[endif\]-->")

#: premailer adds these from the CSS, invalid where the CSS says calc(): templates write their own.
_BY_HAND: Final = ["align", "bgcolor", "height", "valign", "width"]


def inline_css(html: str) -> str:
    """`html` with its style elements inlined, except those under `data-premailer="ignore"`.

    Raises TemplateError for CSS that cannot be inlined without harm, and when the result has
    lost or gained a slot marker or holds what no mail client understands.
    """
    _refuse_what_would_break(html)
    prepared = _DOCTYPE.sub("", _FOREIGN_HOST.sub(_with_ascii_host, html))
    inlined = f"{DOCTYPE}\n{_transform(prepared)}\n"
    _verify(html, inlined)
    return inlined


def _transform(html: str) -> str:
    import premailer  # late: with all that it brings it takes longer to load than we to start

    try:
        engine = premailer.Premailer(
            allow_network=False,
            allow_loading_external_files=False,
            strip_important=False,
            disable_validation=True,
            disable_basic_attributes=_BY_HAND,
            align_floating_images=False,
            disable_link_rewrites=True,
            cssutils_logging_level=logging.CRITICAL,
        )
        return str(engine.transform(html, pretty_print=False))
    except (etree.LxmlError, SyntaxError, RuntimeError, ValueError, xml.dom.DOMException) as error:
        raise errors.TemplateError(f"the e-mail's CSS cannot be inlined: {error}") from error


def _refuse_what_would_break(html: str) -> None:
    if _STYLESHEET_LINK.search(html):
        raise errors.TemplateError("an e-mail cannot load a stylesheet: put it in style.css")
    for attributes, text in _STYLE.findall(html):
        css = _CSS_COMMENT.sub("", text)
        if "data-premailer" in attributes:
            continue
        if "@" in css:
            raise errors.TemplateError("style.css: an @-rule cannot be inlined; it is for kept.css")
        if "!important" in css:
            raise errors.TemplateError(
                "style.css: an inlined !important would beat every rule of kept.css"
            )
        _refuse_rules_lost_in_silence(css)


def _refuse_rules_lost_in_silence(css: str) -> None:
    """Premailer drops a rule that it cannot read, and says nothing."""
    if rest := _RULE.sub("", css).strip():
        raise errors.TemplateError(f"style.css: this is no rule: {rest[:60]!r}")
    for selector in (part.strip() for rule in _RULE.findall(css) for part in rule.split(",")):
        if ":" in selector:
            raise errors.TemplateError(f"style.css: {selector!r} has no element yet: use kept.css")
        try:
            cssselect.CSSSelector(selector)
        except (SyntaxError, RuntimeError) as error:
            raise errors.TemplateError(f"style.css: {selector!r} is no selector") from error


def _with_ascii_host(match: re.Match[str]) -> str:
    """The URL's beginning with its host as A-labels; as it was where IDNA has no answer."""
    try:
        return match[1] + idna.encode(match[2], uts46=True).decode("ascii")
    except idna.IDNAError:
        return match[0]


def _verify(before: str, after: str) -> None:
    if slots.count(before) != slots.count(after):
        raise errors.TemplateError("inlining lost or doubled a slot for the reader's own value")
    if sorted(_CONDITIONAL.findall(before)) != sorted(_CONDITIONAL.findall(after)):
        raise errors.TemplateError("inlining damaged a conditional comment for Outlook")
    for leftover in ("{{", "{%"):
        if leftover in after:
            raise errors.TemplateError(f"the e-mail holds unrendered template code: {leftover}")
    css = "".join([*_STYLE_ATTRIBUTE.findall(after), *(text for _, text in _STYLE.findall(after))])
    if "var(" in css:
        raise errors.TemplateError("the e-mail's CSS holds var(): mail clients do not know it")
    kept = sum(len(text) for _, text in _STYLE.findall(after))
    if kept > KEPT_CSS_CHARACTERS:
        raise errors.TemplateError(
            f"kept.css has {kept} characters; Gmail drops all of it above {KEPT_CSS_CHARACTERS}"
        )
