"""Real processes: what is imported, how signals and closed pipes end them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from operators import Operator

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("cli/__init__",)

#: What a mere question for help has no use for.
HEAVY = (
    "sqlalchemy",
    "lxml",
    "pydantic",
    "starlette",
    "uvicorn",
    "apscheduler",
    "premailer",
    "httpx2",
    "jinja2",
    "rich",
)


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    """A `dispatch` of its own in `folder`."""
    return subprocess.Popen(
        [sys.executable, "-m", "dispatch", *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


def wait_for(process: subprocess.Popen[str], words: str) -> list[str]:
    """The lines of stderr up to the one that holds `words`."""
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line)
        if words in line:
            return lines
    pytest.fail(f"it ended without saying {words!r}: {''.join(lines)}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@pytest.mark.parametrize("words", [["--help"], ["collect", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    script = (
        "import sys, atexit\n"
        f"atexit.register(lambda: print('LOADED', [m for m in {HEAVY!r} if m in sys.modules]))\n"
        f"sys.argv = ['dispatch', *{words!r}]\n"
        "from dispatch import cli\n"
        "cli.main()\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[-1] == "LOADED []"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_brings_the_clock_to_a_safe_end(
    operator: Operator, number: signal.Signals
) -> None:
    with start(operator.folder, "run", "--no-web") as process:
        wait_for(process, "run deliver")
        process.send_signal(number)
        _, err = process.communicate(timeout=60)

    assert process.returncode == 0, err
    assert "Traceback" not in err
    assert "stopped" in err
    assert operator.reads("runs", "--job", "collect")["runs"]


def test_a_signal_brings_clock_and_web_to_a_safe_end(operator: Operator) -> None:
    port = free_port()
    operator.changes_config("port = 8025", f"port = {port}")
    with start(operator.folder, "run") as process:
        wait_for(process, "run deliver")
        with socket.create_connection(("127.0.0.1", port), timeout=10):
            pass
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)

    assert process.returncode == 0, err
    assert "Traceback" not in err


def test_a_taken_port_is_an_error_and_nothing_is_begun(operator: Operator) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        operator.changes_config("port = 8025", f"port = {server.getsockname()[1]}")
        with start(operator.folder, "run") as process:
            _, err = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "cannot listen" in err
    assert "Traceback" not in err
    assert operator.reads("runs")["runs"] == []


def test_a_reader_that_goes_away_is_no_fault(operator: Operator) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [sys.executable, "-m", "dispatch", "check"],
        cwd=operator.folder,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )

    os.close(writing)
    assert done.returncode == 141
    assert done.stderr == ""
