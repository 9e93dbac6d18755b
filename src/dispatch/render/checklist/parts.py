"""Lines about the mail as a whole: its size, its way out, and whether both parts say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from dispatch.render import message, slots
from dispatch.render.checklist.page import Mail
from dispatch.rules import canonical

#: Gmail clips a message near 102 kB and counts the encoded source.
CLIPPED_OCTETS: Final = 102_000
#: What a client that shows only a beginning must have shown.
EARLY_OCTETS: Final = 20_000
LINE_CHARACTERS: Final = 78

#: How an address to unsubscribe at ends; that of the preferences has the same token.
_WAY_OUT: Final = f"/u/{slots.TOKEN}"

_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_WORDS: Final = re.compile(r"\w+")


def check_preheader(mail: Mail) -> Iterator[str]:
    """The line beside the subject is the first that is read, and visible."""
    first = " ".join("".join(mail.find("/html/body//text()")).split())
    if mail.preheader and not first.startswith(" ".join(mail.preheader.split())):
        yield f"the mail begins with “{first[:40]}”, not with its preheader"


def check_unsubscribe(mail: Mail) -> Iterator[str]:
    """A way out at the top, where clipping cannot take it, and at the foot, where people look."""
    links = [m.start() for m in re.finditer(rf'<a\b[^>]*href="[^"]*{_WAY_OUT}"', mail.html)]
    if not links:
        yield "the HTML part has no link to unsubscribe"
    elif message.encoded_octets(_CONTROL.sub("", mail.html[: links[0]])) > EARLY_OCTETS:
        yield "the first link to unsubscribe stands behind the first 20 kB"
    elif len(links) < 2:
        yield "there is one link to unsubscribe: one at the top and one at the foot are needed"
    if _WAY_OUT not in mail.text:
        yield "the text part has no link to unsubscribe"


def check_size(mail: Mail) -> Iterator[str]:
    """Below what Gmail clips, as the message is encoded."""
    octets = message.encoded_octets(_CONTROL.sub("", mail.html))
    if octets > CLIPPED_OCTETS:
        yield f"the HTML part is {octets // 1000} kB as it is sent: Gmail clips it near 102"


def check_controls(mail: Mail) -> Iterator[str]:
    """No stray control character: Gmail clips a mail of any size for one (and U+2028)."""
    for name, part in (("HTML", mail.html), ("text", mail.text)):
        if found := _CONTROL.search(part):
            yield f"the {name} part holds the control character U+{ord(found[0]):04X}"


def check_text(mail: Mail) -> Iterator[str]:
    """Every word of the HTML part is in the text part too; filters compare them."""
    said = _squeezed(mail.text)
    for words in mail.find("/html/body//text()"):
        if _squeezed(words) not in said:
            yield f"the text part does not say “{' '.join(words.split())[:60]}”"
    for line in mail.text.splitlines():
        if len(line) > LINE_CHARACTERS and "://" not in line:
            yield f"a line of the text part has {len(line)} characters: “{line[:40]}…”"


def check_text_links(mail: Mail) -> Iterator[str]:
    """Every address of the HTML part stands in the text part, whole; articles in their order."""
    lines = [_known(line.strip()) for line in mail.text.splitlines() if "://" in line]
    for url in dict.fromkeys(map(str, mail.find("//a/@href"))):
        if url.startswith("http") and _known(url) not in lines:
            yield f"no line of the text part is {url}"
    found = mail.find("//h2//a/@href|//h3//a/@href|//h4//a/@href")
    headlines = dict.fromkeys(_known(str(url)) for url in found)
    if list(headlines) != list(dict.fromkeys(line for line in lines if line in headlines)):
        yield "the articles of the text part come in another order"


def _known(url: str) -> str:
    """An address in one spelling: a path in Cyrillic is escaped in one part alone."""
    return canonical.canonical_url(url) or url


def _squeezed(text: str) -> str:
    """The letters and digits alone: a line may break anywhere, and a long word within."""
    return "".join(_WORDS.findall(text.casefold()))
