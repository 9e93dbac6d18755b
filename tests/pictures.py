"""Takes a picture of every kind of issue: both widths, light and dark, on one sheet each.

`make screenshots` runs it; it needs Chromium. Look at every sheet after a change of the templates:
tests hold rules, but only eyes see whether a page is calm.
"""

from __future__ import annotations

import html
import re
import sys
import time
from pathlib import Path

import browser
import mails

from dispatch.render import email, scheme

IMAGES = Path(__file__).parents[1] / "examples" / "newsroom" / "images"
WIDTHS = (375, 700)

_SHEET = """<!DOCTYPE html><meta charset="utf-8"><title>{name}</title>
<style>body {{ margin: 0; background: #777; display: flex; gap: 12px; align-items: flex-start }}
iframe {{ border: 0; height: {height}px; background: #fff }}</style>{frames}"""


def sheet(name: str, mail: str, height: int) -> str:
    """A page with the mail in four frames."""
    frames = "".join(
        f'<iframe width="{width}" srcdoc="{html.escape(scheme.fixed(mail, one))}"></iframe>'
        for one in scheme.Scheme
        for width in WIDTHS
    )
    return _SHEET.format(name=name, height=height, frames=frames)


def with_images(mail: str) -> str:
    """The mail with the sample newsroom's own images, in turn; number 2 stays missing."""
    files = sorted(IMAGES.glob("*.jpg")) or sorted(IMAGES.glob("*.png"))

    def own(match: re.Match[str]) -> str:
        number = int(match[1])
        return match[0] if number == 2 else files[number % len(files)].as_uri()

    return re.sub(r"https://meridian\.test/images/(\d+)\.jpg", own, mail)


def main(arguments: list[str]) -> int:
    """Take the pictures of all issues, or of those that are named, into the first argument."""
    if browser.CHROMIUM is None:
        print("needs Chromium")
        return 1
    folder = Path(arguments[0] if arguments else "screenshots").absolute()
    folder.mkdir(parents=True, exist_ok=True)
    for name in arguments[1:] or mails.ALL:
        begun = time.perf_counter()
        mail = email.render_issue(mails.ALL[name](), mails.TEMPLATES)
        page, picture = folder / f"{name}.html", folder / f"{name}.png"
        height = min(9000, max(1400, len(mail.text) * 12 // 10))
        page.write_text(sheet(name, with_images(mail.html), height), encoding="utf-8")
        browser.take_picture(
            page.as_uri(), picture, width=2200, height=height, mode=browser.Mode.LIGHT
        )
        (folder / f"{name}.txt").write_text(mail.text, encoding="utf-8")
        print(f"{picture}  {time.perf_counter() - begun:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
