"""Takes the README's pictures of the running demo: the digest in both languages, and a feed.

Start `make demo`, then run this with any Python; it needs Chromium. The pictures are of what the
project itself made and serves.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent
OURS = "http://127.0.0.1:8025"

#: File, address, width and height of the window in CSS pixels.
PICTURES = (
    ("digest-en.png", "{issue}/en", 660, 1180),
    ("digest-ru.png", "{issue}/ru", 660, 1180),
    ("feed.png", "/feeds/en/foreign-policy/atom.xml", 900, 620),
    ("feeds-page.png", "/ru/", 900, 760),
)


def main() -> int:
    """Take every picture; returns 1 where Chromium or the demo is missing."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("needs Chromium")
        return 1
    issue = latest_issue()
    for name, address, width, height in PICTURES:
        take(chromium, f"{OURS}{address.format(issue=issue)}", HERE / name, (width, height))
        print(HERE / name)
    return 0


def latest_issue() -> str:
    """The path of the issue that the feeds page links to first."""
    with urllib.request.urlopen(f"{OURS}/en/", timeout=10) as page:
        text = page.read().decode()
    start = text.index("/issues/weekly/")
    return text[start : text.index("/en", start)]


def take(chromium: str, url: str, path: Path, size: tuple[int, int]) -> None:
    """One screenshot, by a browser with no memory."""
    with tempfile.TemporaryDirectory() as profile:
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        window = f"--window-size={size[0]},{size[1]}"
        command = [chromium, *options, f"--user-data-dir={profile}", window]
        subprocess.run(
            [*command, f"--screenshot={path}", url], check=True, stderr=subprocess.DEVNULL
        )


if __name__ == "__main__":
    sys.exit(main())
