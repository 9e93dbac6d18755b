"""What the acceptance tests need: a true mail server and true processes, killed at will."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from newsroom import Newsroom

#: A real SMTP server in a process of its own: it notes each recipient on disk when it has taken
#: responsibility, and only then answers 250. So what it noted was delivered, whatever the client
#: came to know of it.
_SERVER = textwrap.dedent(
    """
    import asyncio, os, sys, time
    from aiosmtpd.controller import Controller

    port, log, delay = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])

    class Handler:
        async def handle_DATA(self, server, session, envelope):
            number = [line for line in envelope.content.splitlines() if line[:11] == b"Message-ID:"]
            with open(log, "a") as file:
                file.write(f"{envelope.rcpt_tos[0]} {number[0].decode()}\\n")
                file.flush()
                os.fsync(file.fileno())
            await asyncio.sleep(delay)
            return "250 2.0.0 taken"

    controller = Controller(Handler(), hostname="127.0.0.1", port=port)
    controller.start()
    print("ready", flush=True)
    while True:
        time.sleep(1)
    """
)


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class PostOffice:
    """The server's side: who was delivered to, in order."""

    def __init__(self, port: int, log: Path) -> None:
        self.port = port
        self.log = log

    def taken(self) -> list[str]:
        """The recipients of all messages that the server took responsibility for."""
        if not self.log.exists():
            return []
        return [line.split()[0] for line in self.log.read_text().splitlines()]

    def message_ids(self) -> list[str]:
        """Their Message-IDs, in the same order."""
        return [line.split()[-1] for line in self.log.read_text().splitlines()]


@pytest.fixture
def post_office(tmp_path: Path) -> Iterator[PostOffice]:
    """A real SMTP server in its own process, which takes 5 ms for each message."""
    port, log = free_port(), tmp_path / "taken.log"
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _SERVER, str(port), str(log), "0.005"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield PostOffice(port, log)
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.fixture
def mailing_newsroom(
    tmp_path: Path, database_url: str, post_office: PostOffice
) -> Iterator[Newsroom]:
    """A newsroom whose mail goes to the true server, over three connections."""
    transport = "\n".join(
        [
            'kind = "smtp"',
            'host = "127.0.0.1"',
            f"port = {post_office.port}",
            'security = "none"',
            "connections = 3",
        ]
    )
    room = Newsroom(tmp_path / "site", database_url, transport)
    yield room
    room.close()


Spawn = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Starts `dispatch` in a process; all are killed at the end."""
    started: list[subprocess.Popen[str]] = []

    def start(newsroom: Newsroom, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "dispatch", *arguments],
            cwd=newsroom.root,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def within(seconds: float) -> Iterator[Callable[[], bool]]:
    """`while not done: assert waiting()`: a bound for waiting, not a measurement."""
    end = time.monotonic() + seconds

    def waiting() -> bool:
        time.sleep(0.01)
        return time.monotonic() < end

    yield waiting
