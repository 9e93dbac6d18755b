"""Servers to send to: a scripted one in a thread, smtp-sink in a process, certificates."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from dispatch.model.settings import Security, TransportSettings

Settings = Callable[..., TransportSettings]
Sink = Callable[..., int]


@dataclass
class Script:
    """What the server answers: the replies of each command in turn, then its own."""

    replies: dict[str, list[str]] = field(default_factory=dict)
    extensions: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    log: list[str] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)
    port: int = 0

    def answer(self, command: str, server: Any) -> str | None:
        self.log.append(command)
        waiting = self.replies.get(command)
        reply = waiting.pop(0) if waiting else None
        if reply == "drop":
            server.transport.abort()
        return reply

    async def handle_EHLO(  # noqa: N802
        self, _server: Any, session: Any, _envelope: Any, hostname: str, lines: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.log.append("EHLO")
        own = [line for line in lines[:-1] if line[4:].split()[0] not in self.hidden]
        return [*own, *(f"250-{name}" for name in self.extensions), lines[-1]]

    async def handle_MAIL(  # noqa: N802
        self, server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        reply = self.answer("MAIL", server)
        self.log.extend(options)
        if reply is None:
            envelope.mail_from = address
        return reply or "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, _session: Any, envelope: Any, address: str, _options: list[str]
    ) -> str:
        reply = self.answer("RCPT", server)
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 2.1.5 Ok"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        reply = self.answer("DATA", server)
        if reply is None:
            self.messages.append(envelope.original_content)
        return reply or f"250 2.0.0 Ok: queued as {len(self.messages)}"

    async def handle_RSET(self, server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        return self.answer("RSET", server) or "250 2.0.0 Ok"

    async def handle_QUIT(self, server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        return self.answer("QUIT", server) or "221 2.0.0 Bye"


Serve = Callable[..., Script]


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture
def serve() -> Iterator[Serve]:
    """`serve(replies, ...)` starts an aiosmtpd that follows a script; extra options are its own."""
    controllers: list[Controller] = []

    def start(
        replies: dict[str, list[str]] | None = None,
        *,
        extensions: tuple[str, ...] = (),
        hidden: tuple[str, ...] = (),
        **options: Any,
    ) -> Script:
        script = Script(replies or {}, extensions, hidden, port=free_port())
        defaults = {"enable_SMTPUTF8": True, "ready_timeout": 10}
        controller = Controller(
            script, hostname="127.0.0.1", port=script.port, **(defaults | options)
        )
        controller.start()
        controllers.append(controller)
        return script

    yield start
    for controller in controllers:
        controller.stop()


@pytest.fixture
def settings_for() -> Settings:
    """`settings_for(port, ...)`: plain SMTP to this machine, with waits that a test can bear."""

    def make(port: int, **changes: Any) -> TransportSettings:
        values: dict[str, Any] = {
            "kind": "smtp",
            "host": "127.0.0.1",
            "port": port,
            "security": Security.NONE,
            "connect_timeout_seconds": 10,
            "reply_timeout_seconds": 10,
            "final_reply_timeout_seconds": 10,
        }
        return TransportSettings(**(values | changes))

    return make


@pytest.fixture(scope="session")
def missing() -> Callable[[str, str], None]:
    """Skip visibly where a tool is not installed, fail where CI says that it must be."""
    required = os.environ.get("DISPATCH_TEST_REQUIRE", "").split(",")

    def say(name: str, reason: str) -> None:
        if name in required:
            pytest.fail(f"{name} is required here, but {reason}")
        pytest.skip(f"needs {name}: {reason}")

    return say


@pytest.fixture
def sink(missing: Callable[[str, str], None], tmp_path: Path) -> Iterator[Sink]:
    """`sink("-q", ".")` starts Postfix's smtp-sink with those flags; returns its port."""
    program = shutil.which("smtp-sink", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        missing("smtp-sink", "it is part of Postfix")
    processes: list[subprocess.Popen[bytes]] = []

    def start(*flags: str) -> int:
        port = free_port()
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = [str(program), *user, *flags, f"127.0.0.1:{port}", "20"]
        processes.append(subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE))
        _wait_for(port, processes[-1])
        return port

    yield start
    for process in processes:
        process.terminate()
        process.communicate()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, process.communicate()[1]
        with socket.socket() as sock:
            if sock.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("smtp-sink does not listen")


def check_login(_server: SMTP, _session: Any, _envelope: Any, _how: str, data: Any) -> AuthResult:
    """An authenticator that knows one user."""
    known = (data.login, data.password) == (b"desk", b"right")
    return AuthResult(success=known, handled=False)


@pytest.fixture
def authenticator() -> Callable[..., AuthResult]:
    """Takes the user `desk` with the password `right`."""
    return check_login
