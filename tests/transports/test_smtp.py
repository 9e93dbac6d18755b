"""Messages to real servers that refuse, vanish and lie in every phase."""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import errors, transports
from dispatch.model.delivery import Envelope, Outcome, OutcomeStatus
from dispatch.model.settings import Security
from dispatch.transports import smtp

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("ports",)

ENVELOPE = Envelope(sender="bounces@news.example", recipient="ann@example.org")
MESSAGE = b"Subject: Friday\r\n\r\n.dots\r\n..more\r\n.\r\nend\r\n"


@pytest.fixture
def send(settings_for: Callable[..., Any]) -> Callable[..., list[Outcome]]:
    """`send(port, count=2)`: that many messages through one session."""

    def go(
        port: int,
        *,
        count: int = 1,
        message: bytes = MESSAGE,
        envelope: Envelope = ENVELOPE,
        **changes: Any,
    ) -> list[Outcome]:
        transport = transports.open_transport(settings_for(port, **changes))
        with transport.open_session() as session:
            return [session.send(envelope, message) for _ in range(count)]

    return go


def test_a_message_arrives_byte_for_byte_and_the_reply_is_kept(serve: Any, send: Any) -> None:
    script = serve()
    (outcome,) = send(script.port)
    assert outcome == Outcome(
        status=OutcomeStatus.SENT, code=250, enhanced="2.0.0", text="2.0.0 Ok: queued as 1"
    )
    assert script.messages == [MESSAGE]
    assert script.log[-1] == "QUIT"


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["in steps", "pipelined"])
@pytest.mark.parametrize(
    ("command", "reply", "status", "enhanced"),
    [
        ("MAIL", "451 4.3.0 not now", OutcomeStatus.DEFERRED, "4.3.0"),
        ("MAIL", "550 5.7.1 not you", OutcomeStatus.FAILED, "5.7.1"),
        ("RCPT", "450 4.2.0 greylisted", OutcomeStatus.DEFERRED, "4.2.0"),
        ("RCPT", "550 5.1.1 unknown", OutcomeStatus.FAILED, "5.1.1"),
        ("DATA", "452 4.3.1 full", OutcomeStatus.DEFERRED, "4.3.1"),
        ("DATA", "554 no thanks", OutcomeStatus.FAILED, ""),
    ],
)
def test_a_refusal_is_an_outcome_and_the_connection_serves_the_next_message(
    serve: Any,
    send: Any,
    extensions: tuple[str, ...],
    command: str,
    reply: str,
    status: OutcomeStatus,
    enhanced: str,
) -> None:
    script = serve({command: [reply]}, extensions=extensions)
    refused, accepted = send(script.port, count=2)
    assert (refused.status, refused.code, refused.text) == (status, int(reply[:3]), reply[4:])
    assert refused.enhanced == enhanced
    assert accepted.status is OutcomeStatus.SENT
    assert script.log.count("EHLO") == 1
    assert "RSET" in script.log
    assert script.messages == [MESSAGE]


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["in steps", "pipelined"])
@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("MAIL", OutcomeStatus.DEFERRED),
        ("RCPT", OutcomeStatus.DEFERRED),
        ("DATA", OutcomeStatus.UNCERTAIN),
    ],
)
def test_a_lost_connection_is_a_doubt_only_behind_the_final_dot(
    serve: Any, send: Any, extensions: tuple[str, ...], command: str, status: OutcomeStatus
) -> None:
    script = serve({command: ["drop"]}, extensions=extensions)
    lost, accepted = send(script.port, count=2)
    assert (lost.status, lost.code) == (status, None)
    assert lost.text
    assert accepted.status is OutcomeStatus.SENT
    assert script.log.count("EHLO") == 2


def test_a_server_that_closes_gets_a_new_connection(serve: Any, send: Any) -> None:
    script = serve({"RCPT": ["421 4.3.2 going down"]})
    closed, accepted = send(script.port, count=2)
    assert (closed.status, closed.code) == (OutcomeStatus.DEFERRED, 421)
    assert accepted.status is OutcomeStatus.SENT
    assert script.log.count("EHLO") == 2


@pytest.mark.parametrize("farewell", ["drop", "421 4.7.0 enough for one session"])
def test_a_used_connection_that_went_stale_costs_the_reader_nothing(
    serve: Any, settings_for: Any, farewell: str
) -> None:
    script = serve()
    transport = transports.open_transport(settings_for(script.port))
    with transport.open_session() as session:
        first = session.send(ENVELOPE, MESSAGE)
        script.replies["MAIL"] = [farewell]
        second = session.send(ENVELOPE, MESSAGE)
    assert first.status is second.status is OutcomeStatus.SENT
    assert script.log.count("EHLO") == 2
    assert len(script.messages) == 2


def test_a_worn_out_connection_is_renewed_politely(serve: Any, send: Any) -> None:
    script = serve()
    outcomes = send(script.port, count=5, messages_per_connection=2)
    assert {outcome.status for outcome in outcomes} == {OutcomeStatus.SENT}
    assert script.log.count("EHLO") == script.log.count("QUIT") == 3


def test_a_server_that_is_gone_in_the_middle_defers_the_rest(
    serve: Any, settings_for: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = serve({"DATA": ["drop"]})
    with transports.open_transport(settings_for(script.port)).open_session() as session:
        session.send(ENVELOPE, MESSAGE)

        def refuse(*_: object) -> socket.socket:
            raise ConnectionRefusedError(111, "Connection refused")

        monkeypatch.setattr(socket, "create_connection", refuse)
        outcome = session.send(ENVELOPE, MESSAGE)
    assert (outcome.status, outcome.code) == (OutcomeStatus.DEFERRED, None)
    assert f"127.0.0.1:{script.port}" in outcome.text


# --- Opening ---------------------------------------------------------------------------------


def test_nobody_listening_is_told_with_host_and_port(send: Any) -> None:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        with pytest.raises(errors.TransportError, match=rf"127\.0\.0\.1:{port}: .*refused"):
            send(port)


def test_a_host_without_an_address_is_told(send: Any) -> None:
    with pytest.raises(errors.TransportError, match=r"nowhere\.invalid:25: "):
        send(25, host="nowhere.invalid")


def test_a_certificate_that_nobody_vouches_for_is_refused(
    serve: Any, send: Any, server_tls: ssl.SSLContext
) -> None:
    script = serve(tls_context=server_tls)
    with pytest.raises(errors.TransportError, match=r"localhost:\d+: TLS: .*self.signed"):
        send(script.port, host="localhost", security=Security.STARTTLS)
    assert script.messages == []


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The self-made certificate is in this process's store."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.mark.usefixtures("trusted")
def test_starttls_protects_and_the_hello_is_said_again(
    serve: Any, send: Any, server_tls: ssl.SSLContext
) -> None:
    script = serve(tls_context=server_tls, require_starttls=True)
    (outcome,) = send(script.port, host="localhost", security=Security.STARTTLS)
    assert outcome.status is OutcomeStatus.SENT
    assert script.log.count("EHLO") == 2


@pytest.mark.usefixtures("trusted")
def test_a_certificate_for_another_name_is_refused(
    serve: Any, send: Any, server_tls: ssl.SSLContext
) -> None:
    script = serve(tls_context=server_tls)
    with pytest.raises(errors.TransportError, match=r"TLS: .*mismatch"):
        send(script.port, host="127.0.0.1", security=Security.STARTTLS)


@pytest.mark.usefixtures("trusted")
def test_tls_from_the_first_byte(serve: Any, send: Any, server_tls: ssl.SSLContext) -> None:
    script = serve(ssl_context=server_tls)
    (outcome,) = send(script.port, host="localhost", security=Security.TLS)
    assert outcome.status is OutcomeStatus.SENT


def test_a_server_without_starttls_is_never_spoken_to_in_plain_text(serve: Any, send: Any) -> None:
    script = serve()
    with pytest.raises(errors.TransportError, match="offers no STARTTLS"):
        send(script.port, security=Security.STARTTLS)
    assert script.messages == []


def test_the_right_login_opens_the_way(serve: Any, send: Any, authenticator: Any) -> None:
    script = serve(authenticator=authenticator, auth_require_tls=False)
    (outcome,) = send(script.port, username="desk", password="right")
    assert outcome.status is OutcomeStatus.SENT


def test_a_wrong_login_is_told_without_the_password(
    serve: Any, send: Any, authenticator: Any
) -> None:
    script = serve(authenticator=authenticator, auth_require_tls=False)
    with pytest.raises(errors.TransportError, match="login refused: 535") as caught:
        send(script.port, username="desk", password="wr0ng-secret")
    assert "wr0ng-secret" not in str(caught.value)


def test_a_login_where_none_is_offered_is_told(serve: Any, send: Any) -> None:
    script = serve(hidden=("AUTH",))
    with pytest.raises(errors.TransportError, match="AUTH"):
        send(script.port, username="desk", password="right")


# --- What a message needs --------------------------------------------------------------------


def test_an_address_beyond_ascii_is_sent_with_smtputf8(serve: Any, send: Any) -> None:
    script = serve()
    envelope = Envelope(sender="bounces@news.example", recipient="анна@example.org")
    (outcome,) = send(script.port, envelope=envelope)
    assert outcome.status is OutcomeStatus.SENT
    assert "SMTPUTF8" in script.log


def test_an_address_beyond_ascii_fails_where_the_server_cannot(serve: Any, send: Any) -> None:
    script = serve(enable_SMTPUTF8=False)
    envelope = Envelope(sender="bounces@news.example", recipient="анна@example.org")
    (outcome,) = send(script.port, envelope=envelope)
    (plain,) = send(script.port)
    assert outcome.status is OutcomeStatus.FAILED
    assert "SMTPUTF8" in outcome.text
    assert plain.status is OutcomeStatus.SENT


def test_a_body_beyond_ascii_is_declared(serve: Any, send: Any) -> None:
    script = serve()
    message = "Subject: x\r\n\r\nПривет\r\n".encode()
    send(script.port, message=message)
    assert "BODY=8BITMIME" in script.log
    assert script.messages == [message]


@pytest.mark.parametrize(
    "recipient", ["ann@example.org>\r\nRCPT TO:<eve@example.org", "ann @x.org", "a\u2028b@x.org"]
)
def test_an_address_cannot_smuggle_a_command(serve: Any, send: Any, recipient: str) -> None:
    script = serve()
    envelope = Envelope(sender="bounces@news.example", recipient=recipient)
    (outcome,) = send(script.port, envelope=envelope)
    assert outcome.status is OutcomeStatus.FAILED
    assert "RCPT" not in script.log


PIECES = st.lists(st.sampled_from([b".", b"\r\n", b"\n", b"\r", b"a", b"..", b"\r\n.\r\n"]))


@given(PIECES.map(b"".join))
def test_no_message_can_end_before_its_end(message: bytes) -> None:
    wire = smtp.wire_form(message)
    assert wire.endswith(b"\r\n.\r\n") or wire == b"\r\n.\r\n"
    assert wire.index(b"\r\n.\r\n") == len(wire) - 5
    assert wire.replace(b"\r\n", b"").count(b"\r") == wire.replace(b"\r\n", b"").count(b"\n") == 0


@given(PIECES.map(b"".join))
def test_what_the_server_unstuffs_is_what_was_meant(message: bytes) -> None:
    lines = smtp.wire_form(message).split(b"\r\n")[:-2]
    received = b"".join((line[1:] if line[:1] == b"." else line) + b"\r\n" for line in lines)
    meant = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    assert received in {meant, meant + b"\r\n"}


# --- Time ------------------------------------------------------------------------------------


@pytest.fixture
def mute() -> Iterator[int]:
    """A server that takes everything up to the final dot and then never says a word."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def talk() -> None:
        with listener.accept()[0] as sock, sock.makefile("rwb", buffering=0) as file:
            file.write(b"220 mute\r\n")
            while (line := file.readline()) not in {b"", b".\r\n"}:
                verb = line[:4].upper()
                replies = {b"EHLO": b"250 mute\r\n", b"MAIL": b"250 Ok\r\n", b"RCPT": b"250 Ok\r\n"}
                replies[b"DATA"] = b"354 Go\r\n"
                file.write(replies.get(verb, b""))
            done.wait(30)

    thread = threading.Thread(target=talk)
    thread.start()
    yield listener.getsockname()[1]
    done.set()
    thread.join()
    listener.close()


def test_silence_behind_the_final_dot_is_a_doubt(mute: int, send: Any) -> None:
    (outcome,) = send(mute, final_reply_timeout_seconds=1)
    assert outcome.status is OutcomeStatus.UNCERTAIN
    assert "timed out" in outcome.text


def test_the_wait_behind_the_final_dot_has_its_own_length(
    serve: Any, send: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float | None] = []
    read = smtplib.SMTP.getreply

    def watch(line: smtplib.SMTP) -> tuple[int, bytes]:
        assert line.sock is not None
        waits.append(line.sock.gettimeout())
        return read(line)

    monkeypatch.setattr(smtplib.SMTP, "getreply", watch)
    script = serve()
    send(script.port, connect_timeout_seconds=3, final_reply_timeout_seconds=7)
    # greeting, EHLO, MAIL, RCPT, DATA, the final dot, QUIT
    assert waits == [10, 10, 10, 10, 10, 7, smtp.QUIT_SECONDS]


# --- Postfix's smtp-sink ---------------------------------------------------------------------


@pytest.mark.acceptance
@pytest.mark.parametrize(
    ("flags", "status"),
    [
        ((), OutcomeStatus.SENT),
        (("-q", "."), OutcomeStatus.UNCERTAIN),
        (("-r", "."), OutcomeStatus.DEFERRED),
        (("-f", "."), OutcomeStatus.FAILED),
        (("-r", "rcpt"), OutcomeStatus.DEFERRED),
        (("-f", "rcpt"), OutcomeStatus.FAILED),
        (("-r", "mail"), OutcomeStatus.DEFERRED),
        (("-f", "data"), OutcomeStatus.FAILED),
        (("-q", "data"), OutcomeStatus.DEFERRED),
        (("-q", "mail"), OutcomeStatus.DEFERRED),
        (("-p",), OutcomeStatus.SENT),
        (("-p", "-f", "rcpt"), OutcomeStatus.FAILED),
        (("-e",), OutcomeStatus.SENT),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_smtp_sink_fails_as_we_expect(
    sink: Any, send: Any, flags: tuple[str, ...], status: OutcomeStatus
) -> None:
    outcomes = send(sink(*flags), count=3)
    assert [outcome.status for outcome in outcomes] == [status] * 3


@pytest.mark.acceptance
def test_smtp_sink_gets_what_was_sent(sink: Any, send: Any, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    (tmp_path / "mails").mkdir()
    os.chmod(tmp_path / "mails", 0o777)  # noqa: PTH101 - smtp-sink runs as nobody
    send(sink("-d", "mails/"), count=2)
    bodies = [path.read_bytes() for path in (tmp_path / "mails").iterdir()]
    assert len(bodies) == 2
    assert all(b"\n.dots\n..more\n.\nend\n" in body.replace(b"\r\n", b"\n") for body in bodies)
