"""Chromium for tests: what a page looks like, and what axe has against it."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
import tempfile
from enum import Enum
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
TOOLS = Path(__file__).parent / "tools" / "node_modules"

_ANSWER = re.compile(r'<pre id="axe-answer">(.*?)</pre>', re.DOTALL)
_ASK = """
<script>{axe}</script>
<script>
addEventListener("load", () => axe.run(document, {{resultTypes: ["violations"]}}).then(found => {{
  const answer = document.createElement("pre");
  answer.id = "axe-answer";
  answer.textContent = btoa(unescape(encodeURIComponent(JSON.stringify({{
    violations: found.violations.map(one => ({{
      id: one.id, help: one.help, nodes: one.nodes.map(node => node.html.slice(0, 160)),
    }})),
    ground: getComputedStyle(document.body).backgroundColor,
    checked: found.passes.length,
  }}))));
  document.body.append(answer);
}}));
</script>
"""


class Mode(Enum):
    """In which light a page is seen."""

    LIGHT = ("--blink-settings=preferredColorScheme=1",)
    DARK = ("--blink-settings=preferredColorScheme=0",)
    #: What Gmail on iOS and Outlook do to a mail that has not asked for it. The colours are
    #: turned over as they are painted, where axe does not see them: `checklist.forced` counts.
    FORCED_DARK = (
        "--blink-settings=preferredColorScheme=1",
        "--enable-features=WebContentsForceDark",
    )


def _run(*options: str, mode: Mode) -> str:
    assert CHROMIUM is not None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [
            *(CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *(
                "--disable-background-networking",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            ),
            *(f"--user-data-dir={profile}", "--allow-file-access-from-files", *mode.value),
        ]
        done = subprocess.run(
            [*command, *options], capture_output=True, text=True, timeout=90, check=True
        )
    return done.stdout


def ask_axe(html: str, folder: Path, mode: Mode) -> dict[str, Any]:
    """What axe-core has against a page: `violations`, and the `ground` that was painted."""
    axe = (TOOLS / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    page = folder / "asked.html"
    asked = html.replace(
        "</body>", _ASK.format(axe=axe.replace("</script", "<\\/script")) + "</body>"
    )
    page.write_text(asked, encoding="utf-8")
    seen = _run("--virtual-time-budget=8000", "--dump-dom", page.as_uri(), mode=mode)
    answer = _ANSWER.search(seen)
    assert answer, "axe did not answer"
    found: dict[str, Any] = json.loads(base64.b64decode(answer[1]))
    return found


def take_picture(address: str, path: Path, *, width: int, height: int, mode: Mode) -> None:
    """A screenshot of a page at a window's size."""
    _run(
        f"--window-size={width},{height}",
        "--virtual-time-budget=3000",
        f"--screenshot={path}",
        address,
        mode=mode,
    )
