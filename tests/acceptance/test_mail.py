"""Mails before judges that know more than we do: SpamAssassin, axe, vnu and caniemail's data.

The tools of the last three come by `make tools`. Together with `tests/render/issue` this is the
checklist of `docs/reference/checklist.md` as one gate.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import browser
import mails
import pytest
from conftest import missing

from dispatch.render import checklist, email, message
from dispatch.render.email import RenderedVariant

pytestmark = pytest.mark.acceptance

#: A mail stands in the page of a mail program, and that page has the landmarks.
NOT_FOR_MAIL = {"landmark-one-main", "region"}

#: What vnu calls an error and mail cannot do without: attributes for clients that know no CSS,
#: Outlook's namespaces and property, and rules for what clients add themselves.
VNU_ACCEPTS = re.compile(
    r"The “(?:border|cellpadding|cellspacing|align|valign|bgcolor|width|height)” attribute on the "
    r"“\w+” element is obsolete"
    r"|Attribute “xmlns(?::[vo])?” not allowed here|Attribute with the local name “xmlns:[vo]”"
    r"|“mso-padding-alt”: Property “mso-padding-alt” doesn't exist"
    r"|“supported-color-schemes”: Property “supported-color-schemes” doesn't exist"
    r"|“hyphenate-limit-chars”: Property “hyphenate-limit-chars” doesn't exist"
    r"|Bad value “(?:x-apple-disable-message-reformatting|supported-color-schemes)”"
)

#: The ratchet. What a client of these does not know, and why the mail is whole without it. A
#: feature that is not here may not be used unless all of them know it.
CLIENTS = ("gmail", "outlook", "apple-mail", "yahoo")
ACCEPTED = {
    "css-at-media": "small screens; the column fits without it",
    "css-at-media-hover": "pointers",
    "css-at-media-prefers-color-scheme": "dark mode where clients ask; others invert by force",
    "css-color-scheme": "the same",
    "css-important": "in kept rules only",
    "css-selector-attribute": "Outlook's apps alone, in an element of its own",
    "css-pseudo-class-hover": "pointers",
    "css-display": "inline-block for targets; a line of text without it",
    "css-max-width": "Outlook has its table of 600 pixels",
    "css-padding": "Outlook pads cells, and buttons by mso-padding-alt",
    "css-margin": "Outlook keeps those of blocks, and drops auto",
    "css-width": "Outlook takes the attribute",
    "css-height": "the same",
    "css-letter-spacing": "an ornament",
    "css-hyphens": "long words break without",
    "css-hyphenate-limit-chars": "the same",
    "css-word-break": "Outlook breaks long words anyway",
    "css-text-decoration-color": "a lighter line; the line is there",
    "css-text-decoration-thickness": "the same",
    "css-text-underline-offset": "the same",
    "css-border": "an ornament",
    "css-font-size": "pixels are known to all",
    "css-text-align": "left and centre are known to all",
    "css-text-decoration": "underlines are known to all",
    "css-line-height": "Outlook adds a little",
    "html-aria-label": "for screen readers that hear it",
    "html-role": "the same",
    "html-lang": "repeated where Gmail keeps it",
    "html-dir": "repeated where Gmail keeps it",
    "html-meta-color-scheme": "dark mode where clients ask",
    "html-style": "small screens and dark mode; the mail is whole without",
    "html-body": "its colour is repeated on what stands below it",
    "html-mailto-links": "an address that one can copy",
    "html-height": "images keep their shape by their width",
    "html-width": "the same",
    "html-align": "text-align says it again",
}


@pytest.fixture(scope="module")
def rendered() -> dict[str, RenderedVariant]:
    """Every kind of issue, rendered once."""
    return {name: email.render_issue(make(), mails.TEMPLATES) for name, make in mails.ALL.items()}


def tool(path: str) -> Path:
    found = browser.TOOLS / path
    if not found.exists():
        missing("tools", f"there is no {found}: make tools")
    return found


def as_message(mail: RenderedVariant, language: str) -> bytes:
    """The mail as it would leave, for one reader."""
    shared = message.VariantHeaders(
        from_name=mails.newsletter().from_name[language],
        from_address="digest@meridian.test",
        subject=mail.subject,
        language=language,
        list_id="weekly.meridian.test",
    )
    own = message.MessageHeaders(
        recipient="ann@reader.test",
        planned_at=datetime.now(UTC),
        message_id="i47.abc@meridian.test",
        unsubscribe_url="https://news.meridian.test/one-click/abcdefghijklmnopqrstuvwxyz234567",
    )
    frozen = message.freeze(mail.html, mail.text, shared)
    return message.make_message(frozen, own, "abcdefghijklmnopqrstuvwxyz234567")


@pytest.mark.parametrize("name", mails.ALL)
def test_the_checklist_has_nothing_against_any_kind_of_issue(
    rendered: dict[str, RenderedVariant], name: str
) -> None:
    mail = rendered[name]
    assert checklist.check(mail.html, mail.text, preheader=mail.preheader) == ()


def test_spamassassin_takes_no_kind_of_issue_for_spam(
    rendered: dict[str, RenderedVariant], tmp_path: Path
) -> None:
    program = shutil.which("spamassassin")
    if program is None:
        missing("spamassassin", "no such program")
    assert program
    box = tmp_path / "mails"
    box.mkdir()
    for name, mail in rendered.items():
        (box / f"{name}.eml").write_bytes(as_message(mail, name[:2]))
    # One process for all: it takes a second to read its rules.
    done = subprocess.run(
        [program, "-L", "-t", *map(str, sorted(box.iterdir()))],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )
    scores = re.findall(r"^X-Spam-Status: .*?score=(-?[\d.]+)", done.stdout, re.MULTILINE)
    assert len(scores) == len(rendered)
    assert max(map(float, scores)) <= 1.0, done.stdout[-3000:]


@pytest.mark.parametrize("mode", browser.Mode)
@pytest.mark.parametrize("name", ["en", "ru", "he"])
def test_axe_has_nothing_against_a_mail_in_any_light(
    rendered: dict[str, RenderedVariant], name: str, mode: browser.Mode, tmp_path: Path
) -> None:
    if browser.CHROMIUM is None:
        missing("chromium", "no such program")
    tool("axe-core/axe.min.js")
    found = browser.ask_axe(rendered[name].html, tmp_path, mode)
    violations = [one for one in found["violations"] if one["id"] not in NOT_FOR_MAIL]
    assert violations == []
    assert found["checked"] > 15
    is_dark = sum(map(int, re.findall(r"\d+", found["ground"])[:3])) < 150
    assert is_dark == (mode is browser.Mode.DARK)


def test_vnu_finds_no_error_that_mail_can_do_without(
    rendered: dict[str, RenderedVariant], tmp_path: Path
) -> None:
    java = shutil.which("java")
    if java is None:
        missing("java", "no such program")
    jar = tool("vnu-jar/build/dist/vnu.jar")
    for name, mail in rendered.items():
        (tmp_path / f"{name}.html").write_text(mail.html, encoding="utf-8")
    done = subprocess.run(
        [str(java), "-jar", str(jar), "--format", "json", "--errors-only", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,  # it found something: its answer says what
    )
    said = [one["message"] for one in json.loads(done.stderr)["messages"]]
    assert [one for one in said if not VNU_ACCEPTS.search(one)] == []


def test_a_mail_uses_nothing_that_clients_do_not_know_but_what_is_accepted_here(
    rendered: dict[str, RenderedVariant],
) -> None:
    data = json.loads(tool("caniemail/data/caniemail.json").read_text(encoding="utf-8"))["data"]
    used = {name for mail in rendered.values() for name in features(mail.html)}
    weak = {one["slug"] for one in data if one["slug"] in used and unknown_to(one)}
    assert weak - set(ACCEPTED) == set()
    assert set(ACCEPTED) - weak == set(), "the ratchet turns: these are accepted for nothing"
    assert len(used & {one["slug"] for one in data}) > 25


def unknown_to(feature: dict[str, Any]) -> list[str]:
    """The clients that do not know a feature whole, by their last tested version."""
    return [
        f"{client} {platform}"
        for client in CLIENTS
        for platform, versions in feature["stats"].get(client, {}).items()
        if versions and list(versions.values())[-1][:1] in "na"
    ]


def features(html: str) -> Iterator[str]:
    """caniemail's names of what a mail uses, as far as names tell."""
    styles = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    inlined = re.findall(r"style=(?:\"([^\"]*)\"|'([^']*)')", html)
    css = [*styles, *(one or other for one, other in inlined)]
    for rule in re.findall(r"@([a-z-]+)([^{]*)", " ".join(styles)):
        yield f"css-at-{rule[0]}"
        yield from (f"css-at-{rule[0]}-{word}" for word in re.findall(r"\(([a-z-]+)", rule[1]))
    for name in set(re.findall(r"(?:^|[;{\s])([a-z-]+)\s*:", " ".join(css))):
        yield f"css-{name.removeprefix('-webkit-')}"
        yield f"css-{re.sub(r'-(?:top|right|bottom|left)(?:-.*)?$', '', name)}"
    yield from (f"css-pseudo-class-{name}" for name in re.findall(r":([a-z-]+)[ ,{]", styles[3]))
    if "!important" in html:
        yield "css-important"
    if "[data-" in html:
        yield "css-selector-attribute"
    for name in set(re.findall(r"<([a-z0-9]+)[\s>]", html)):
        yield f"html-{name}"
        yield "html-h1-h6" if re.fullmatch(r"h[1-6]", name) else f"html-{name}"
    for name in set(re.findall(r"\s([a-z-]+)=\"", html)):
        yield f"html-{name}"
    if "mailto:" in html:
        yield "html-mailto-links"
    if 'name="color-scheme"' in html:
        yield "html-meta-color-scheme"
