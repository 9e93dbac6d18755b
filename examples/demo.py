"""The main job on the sample newsroom: collect, syndicate, compose, deliver, and serve the result.

Starts the newsroom's own web site on loopback, runs the site in this repository's root on it with
the commands that an operator would type, and prints where to look. Mail becomes files; nothing
leaves this machine. Stop it with Ctrl-C.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NEWSROOM = ROOT / "examples" / "newsroom"
VAR = ROOT / "var"
#: Says that var/ is the last demo's, and may be thrown away.
MARKER = VAR / "made-by-demo"

SITE_PORT, OUR_PORT = 8400, 8025
SITE = f"http://127.0.0.1:{SITE_PORT}"
OURS = f"http://127.0.0.1:{OUR_PORT}"


def main() -> int:
    """Run the demo; `--once` ends it when the main job is done."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--once", action="store_true", help="do not serve the result")
    once = parser.parse_args().once
    for port, whose in ((SITE_PORT, "the sample newsroom"), (OUR_PORT, "Dispatch")):
        if is_taken(port):
            print(f"Port {port}, which {whose} needs, is taken: another demo, perhaps?")
            return 1
    start_afresh()
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with newsroom(now):
        step("A fortnight of reads, bots among them, goes into the newsroom's access log")
        python(NEWSROOM / "access_log.py", "--now", now, "--out", VAR / "access.log")
        main_job()
        say_where_to_look(serving=not once)
        if not once:
            with contextlib.suppress(KeyboardInterrupt):
                dispatch("serve")
    return 0


def main_job() -> None:
    """The commands of an operator, in order."""
    step("Check the configuration")
    dispatch("check")
    step("Collect articles and reads, build the feeds")
    dispatch("collect", "--force")
    step("Take in the sample subscribers")
    dispatch("subscribe", "--csv", str(NEWSROOM / "subscribers.csv"))
    step("Compose the issue of the week, once per language and choice of sections")
    dispatch("compose", "weekly")
    step("Deliver it: one file per message")
    dispatch("deliver")


def say_where_to_look(*, serving: bool) -> None:
    """What there is to see, and where."""
    period = period_of_issue()
    messages = sorted((VAR / "outbox").glob("*.eml"))
    step("Where to look")
    if serving:
        print(f"   feeds, in English      {OURS}/en/")
        print(f"   feeds, in Russian      {OURS}/ru/")
        print(f"   the issue, in English  {OURS}/issues/weekly/{period}/en")
        print(f"   the issue, in Russian  {OURS}/issues/weekly/{period}/ru")
        print(f"   the newsroom's site    {SITE}/en/")
    print(f"   feed files             {ROOT / 'feeds'}")
    print(f"   outbox, {len(messages):>3} messages   {VAR / 'outbox'}")
    print("   why is it so?          .venv/bin/dispatch why weekly", period)
    if serving:
        print("\n   Ctrl-C ends the demo.\n")


def period_of_issue() -> str:
    """The period of the issue just made: composing again gives the same one."""
    command = [sys.executable, "-m", "dispatch", "--json", "compose", "weekly"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True)
    return str(json.loads(answer.stdout)["period"])


@contextlib.contextmanager
def newsroom(now: str) -> Iterator[None]:
    """The sample newsroom's web site, for as long as the block lasts."""
    step(f"The Meridian, a bilingual newsroom, opens its web site at {SITE}")
    site = subprocess.Popen(
        [sys.executable, NEWSROOM / "site.py", "--port", str(SITE_PORT), "--now", now],
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"{SITE}/en/")
        yield
    finally:
        site.terminate()
        site.wait()


def wait_for(url: str) -> None:
    """Until the site answers; ten seconds at most."""
    for _ in range(100):
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.1)
    sys.exit(f"{url} does not answer")


def start_afresh() -> None:
    """Throw away what the last demo left, and nothing that it did not make."""
    if MARKER.exists():
        shutil.rmtree(VAR)
    VAR.mkdir(exist_ok=True)
    if not any(VAR.iterdir()):
        MARKER.write_text("The demo made this folder and may remove it.\n", encoding="utf-8")


def is_taken(port: int) -> bool:
    """Whether somebody listens on a port of the loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def step(what: str) -> None:
    """A line between two steps."""
    print(f"\n== {what}", flush=True)


def dispatch(*arguments: str) -> None:
    """One command, as typed."""
    print(f"   $ dispatch {' '.join(arguments)}", flush=True)
    python("-m", "dispatch", *arguments)


def python(*arguments: object) -> None:
    """A Python process in the repository's root; its failure is the demo's."""
    done = subprocess.run([sys.executable, *map(str, arguments)], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


if __name__ == "__main__":
    sys.exit(main())
