"""Lines about colours: whether words can be read on their ground, in light and in dark.

Light is what the style attributes say. Dark is what the kept rules of
`@media (prefers-color-scheme: dark)` make of it, applied here as a client applies them. Forced is
what Gmail on iOS and Outlook on Windows do to a mail unasked: the lightness of every colour is
turned over and its hue kept.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from lxml import cssselect

from dispatch.render.checklist import page
from dispatch.render.checklist.page import Element, Mail

#: WCAG 1.4.3, level AA, for text of any size.
LEAST_CONTRAST: Final = 4.5

_DARK: Final = re.compile(r"@media[^{]*prefers-color-scheme:\s*dark[^{]*{(.*)}", re.DOTALL)
_RULE: Final = re.compile(r"([^{}]+){([^{}]*)}")
_HEX: Final = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
_EXTREMES: Final = frozenset({"#fff", "#ffffff", "#000", "#000000"})

Style = Mapping[str, str]


def check_light(mail: Mail) -> Iterator[str]:
    """Every word against its ground, as the style attributes say."""
    yield from _weak_words(mail, page.declarations, "light")


def check_dark(mail: Mail) -> Iterator[str]:
    """The same with the kept rules for dark mode applied; a mail without any is told so."""
    rules = list(_dark_rules(mail))
    if not rules:
        yield "no kept rule is for dark mode"
        return
    own: dict[Element, dict[str, str]] = {}
    for selector, changes in rules:
        for element in mail.find(selector):
            own.setdefault(element, {}).update(changes)

    def style(element: Element) -> Style:
        return {**page.declarations(element), **own.get(element, {})}

    yield from _weak_words(mail, style, "dark")


def check_forced(mail: Mail) -> Iterator[str]:
    """The same in the colours of a client that turns them over by force."""

    def style(element: Element) -> Style:
        return {
            name: _HEX.sub(lambda found: turned(found[0]), value)
            for name, value in page.declarations(element).items()
        }

    yield from _weak_words(mail, style, "forced dark")


def turned(colour: str) -> str:
    """The colour of the same hue whose lightness is the other way round."""
    hue, light, saturation = colorsys.rgb_to_hls(*(one / 255 for one in _channels(colour)))
    shares = colorsys.hls_to_rgb(hue, 1 - light, saturation)
    return "#" + "".join(f"{round(share * 255):02x}" for share in shares)


def check_extremes(mail: Mail) -> Iterator[str]:
    """No pure white or black: clients that invert by force turn them into glare."""
    for colour in sorted({one.lower() for one in _HEX.findall(mail.html)} & _EXTREMES):
        yield f"{colour} glares where a client inverts colours by force"


def contrast(one: str, other: str) -> float:
    """The ratio of two colours as WCAG 2 counts it, from 1 to 21."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _weak_words(mail: Mail, style: Callable[[Element], Style], mode: str) -> Iterator[str]:
    for element in mail.text_elements():
        colour = _inherited(element, style, "color")
        ground = _inherited(element, style, "background-color")
        if not colour or not ground:
            missing = "colour" if not colour else "ground"
            yield f"{page.shown(element)} has no {missing} of its own or above it"
            continue
        ratio = contrast(colour, ground)
        if ratio < LEAST_CONTRAST:
            yield f"{page.shown(element)} is {colour} on {ground} in {mode}: {ratio:.1f} to 1"


def _inherited(element: Element, style: Callable[[Element], Style], name: str) -> str:
    for holder in (element, *element.iterancestors()):
        found = _HEX.match(style(holder).get(name, ""))
        if found:
            return found[0]
    return ""


def _dark_rules(mail: Mail) -> Iterator[tuple[str, dict[str, str]]]:
    """(XPath, declarations) of each rule, in order: the later wins, for all are `!important`."""
    for css in mail.kept_css:
        dark = _DARK.search(css)
        for selector, body in _RULE.findall(dark[1]) if dark else ():
            changes = {
                name: value.removesuffix("!important").strip()
                for name, value in page.read_declarations(body).items()
            }
            for one in selector.split(","):
                if ":" not in one:
                    yield cssselect.CSSSelector(one.strip()).path, changes


def _luminance(colour: str) -> float:
    red, green, blue = map(_linear, _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[int, int, int]:
    digits = colour.lstrip("#")
    full = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    return int(full[:2], 16), int(full[2:4], 16), int(full[4:], 16)


def _linear(value: int) -> float:
    share = value / 255
    return share / 12.92 if share <= 0.03928 else float(((share + 0.055) / 1.055) ** 2.4)
