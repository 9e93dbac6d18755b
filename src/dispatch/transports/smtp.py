"""Hands messages to an SMTP server: one connection a session, used again and again.

In: an envelope with one recipient and a message with CRLF line ends. Out: an Outcome. Never: an
unverified certificate, a message given to a server twice in one try, an exception for what a
server said. Every wait has its own limit (RFC 5321, section 4.5.3.2), the one after the final dot
above all: whoever hangs up there too early sends everything twice (RFC 1047).
"""

from __future__ import annotations

import contextlib
import functools
import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from types import TracebackType
from typing import Self

from dispatch import errors
from dispatch.model.delivery import Envelope, Outcome, OutcomeStatus
from dispatch.model.settings import Security, TransportSettings
from dispatch.rules import replies
from dispatch.rules.replies import Phase

#: How long a server may take to say goodbye.
QUIT_SECONDS = 5

_SERVICE_CLOSING = 421
_REFUSALS = (4, 5)
_OFFER = (Phase.MAIL, Phase.RECIPIENT, Phase.DATA)
_UNWRITABLE = re.compile(r"[\x00-\x20\x7f-\x9f<>\u2028\u2029\ud800-\udfff]")
_LINE_ENDS = re.compile(rb"\r\n|\r|\n")


class SmtpTransport:
    """A server to submit to: a local relay or a provider. SMTP has no idempotency key."""

    is_idempotent = False

    def __init__(self, settings: TransportSettings) -> None:
        self.settings = settings
        self.connections = settings.connections

    def open_session(self) -> SmtpSession:
        """Connect and log in; raises TransportError with host, port and reason."""
        return SmtpSession(self.settings, connect(self.settings))


class SmtpSession:
    """One connection at a time, renewed when it is worn out or lost."""

    def __init__(self, settings: TransportSettings, line: smtplib.SMTP) -> None:
        self.settings = settings
        self._line: smtplib.SMTP | None = line
        self._carried = 0
        self._phase = Phase.MAIL

    def send(self, envelope: Envelope, message: bytes) -> Outcome:
        """Try once. Only a connection that proves stale before it took anything is renewed."""
        if any(map(_UNWRITABLE.search, (envelope.sender, envelope.recipient))):
            return _refused("an address that no SMTP command can carry")
        was_used = self._line is not None and self._carried > 0
        outcome = self._try(envelope, message)
        is_gone = self._line is None and outcome.code in {None, _SERVICE_CLOSING}
        if was_used and is_gone and self._phase is Phase.MAIL:
            return self._try(envelope, message)
        return outcome

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Say goodbye."""
        self._quit()

    def _try(self, envelope: Envelope, message: bytes) -> Outcome:
        self._phase = Phase.MAIL
        try:
            line = self._ready_line()
        except errors.TransportError as error:
            return Outcome(status=OutcomeStatus.DEFERRED, text=str(error))
        options, missing = _mail_options(line, envelope, message)
        if missing:
            return _refused(f"the server does not offer {missing}, which this message needs")
        try:
            code, text = self._exchange(line, envelope, options, message)
        except (smtplib.SMTPException, OSError) as error:
            self._drop()
            return replies.outcome_of(None, _reason(error), self._phase)
        self._carried += 1
        self._leave_ready(line, code)
        return replies.outcome_of(code, text, self._phase)

    def _ready_line(self) -> smtplib.SMTP:
        if self._carried >= self.settings.messages_per_connection:
            self._quit()
        if self._line is None:
            self._line = connect(self.settings)
        return self._line

    def _exchange(
        self, line: smtplib.SMTP, envelope: Envelope, options: str, message: bytes
    ) -> tuple[int, str]:
        """One mail transaction; returns the reply that ended it, in `self._phase`."""
        refusal = self._offer(line, envelope, options)
        if refusal is not None:
            return refusal
        self._phase = Phase.CONTENT
        line.send(wire_form(message))
        self._phase = Phase.FINAL
        _set_timeout(line, self.settings.final_reply_timeout_seconds)
        reply = _read_reply(line)
        _set_timeout(line, self.settings.reply_timeout_seconds)
        return reply

    def _offer(
        self, line: smtplib.SMTP, envelope: Envelope, options: str
    ) -> tuple[int, str] | None:
        """MAIL, RCPT and DATA, in one go where the server allows (RFC 2920); None is a yes."""
        steps = {
            Phase.MAIL: f"MAIL FROM:<{envelope.sender}>{options}\r\n",
            Phase.RECIPIENT: f"RCPT TO:<{envelope.recipient}>\r\n",
            Phase.DATA: "DATA\r\n",
        }
        is_pipelined = line.has_extn("pipelining")
        if is_pipelined:
            line.send("".join(steps.values()).encode())
        for phase, command in steps.items():
            self._phase = phase
            if not is_pipelined:
                line.send(command.encode())
            code, text = _read_reply(line)
            if not replies.passes(code, phase):
                if is_pipelined:
                    self._drain(line, phase)
                return code, text
        return None

    def _drain(self, line: smtplib.SMTP, refused: Phase) -> None:
        """Read what a pipelining server still has to say after a refusal.

        One that invites the message all the same gets an empty one, which it must refuse for want
        of a recipient (RFC 2920, section 3.1).
        """
        later = _OFFER[_OFFER.index(refused) + 1 :]
        if not later:
            return
        try:
            codes = [_read_reply(line)[0] for _ in later]
            if replies.passes(codes[-1], Phase.DATA):
                line.send(b".\r\n")
                _read_reply(line)
        except (smtplib.SMTPException, OSError):
            self._drop()  # the refusal is known; the next message gets a new connection

    def _leave_ready(self, line: smtplib.SMTP, code: int) -> None:
        """Put the connection in order for the next message, or give it up."""
        if self._line is None or (code // 100 == 2 and self._phase is Phase.FINAL):
            return
        if code == _SERVICE_CLOSING or code // 100 not in _REFUSALS:
            self._drop()
            return
        try:
            line.send(b"RSET\r\n")
            if _read_reply(line)[0] // 100 != 2:
                self._quit()
        except (smtplib.SMTPException, OSError):
            self._drop()

    def _quit(self) -> None:
        if self._line is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                _set_timeout(self._line, QUIT_SECONDS)
                self._line.send(b"QUIT\r\n")
                self._line.getreply()
        self._drop()

    def _drop(self) -> None:
        if self._line is not None:
            self._line.close()
        self._line = None
        self._carried = 0


def connect(settings: TransportSettings) -> smtplib.SMTP:
    """A connection that is greeted, protected and logged in; raises TransportError."""
    line = smtplib.SMTP(local_hostname=_own_name())
    try:
        _greet(line, settings)
        if settings.username is not None:
            line.login(settings.username, settings.password or "")
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        line.close()
        message = f"{settings.host}:{settings.port}: {_reason(error)}"
        raise errors.TransportError(message) from error
    return line


def wire_form(message: bytes) -> bytes:
    """`message` as DATA carries it: CRLF line ends, dots doubled, the final dot behind it.

    A bare CR or LF would let a message end where we did not mean it to (SMTP smuggling).
    """
    if message.count(b"\r\n") != max(message.count(b"\r"), message.count(b"\n")):
        message = _LINE_ENDS.sub(b"\r\n", message)
    if not message.endswith(b"\r\n"):
        message += b"\r\n"
    stuffed = message.replace(b"\r\n.", b"\r\n..")
    return (b"." if stuffed.startswith(b".") else b"") + stuffed + b".\r\n"


def _greet(line: smtplib.SMTP, settings: TransportSettings) -> None:
    """Connect, read the greeting, say hello and protect the connection as the operator chose."""
    address = (settings.host, settings.port)
    line.sock = socket.create_connection(address, settings.connect_timeout_seconds)
    _set_timeout(line, settings.reply_timeout_seconds)
    if settings.security is Security.TLS:
        _protect(line, settings.host)
    _expect(220, line.getreply)
    _hello(line)
    if settings.security is Security.STARTTLS:
        if not line.has_extn("starttls"):
            raise smtplib.SMTPNotSupportedError("it offers no STARTTLS")
        _expect(220, lambda: line.docmd("STARTTLS"))
        _protect(line, settings.host)
        _hello(line)  # what was said before TLS does not count (RFC 3207, section 4.2)


def _protect(line: smtplib.SMTP, host: str) -> None:
    """TLS with a verified certificate; what came in plain text before is thrown away."""
    assert line.sock is not None  # noqa: S101 - it is what we have just connected
    line.sock = ssl.create_default_context().wrap_socket(line.sock, server_hostname=host)
    line.file = None


def _hello(line: smtplib.SMTP) -> None:
    """EHLO, and HELO for a server from before 1995."""
    code, _ = line.ehlo()
    if code != 250:
        _expect(250, line.helo)


def _expect(wanted: int, reply: Callable[[], tuple[int, bytes]]) -> None:
    code, text = reply()
    if code != wanted:
        raise smtplib.SMTPResponseException(code, text)


def _read_reply(line: smtplib.SMTP) -> tuple[int, str]:
    code, text = line.getreply()
    return code, text.decode("utf-8", "replace")


def _set_timeout(line: smtplib.SMTP, seconds: int) -> None:
    if line.sock is not None:
        line.sock.settimeout(seconds)


def _mail_options(line: smtplib.SMTP, envelope: Envelope, message: bytes) -> tuple[str, str]:
    """(the parameters of MAIL, the extension that is needed and missing).

    SIZE lets the server refuse before the message is sent (RFC 1870), BODY and SMTPUTF8 say that
    there is more than ASCII in the message (RFC 6152) and in its addresses (RFC 6531).
    """
    head = message.partition(b"\r\n\r\n")[0]
    addresses = envelope.sender + envelope.recipient
    wanted = {
        "8bitmime": "" if message.isascii() else " BODY=8BITMIME",
        "smtputf8": "" if addresses.isascii() and head.isascii() else " SMTPUTF8",
    }
    missing = [name for name, option in wanted.items() if option and not line.has_extn(name)]
    size = f" SIZE={len(message)}" if line.has_extn("size") else ""
    return size + "".join(wanted.values()), ", ".join(missing).upper()


def _refused(text: str) -> Outcome:
    return Outcome(status=OutcomeStatus.FAILED, text=text)


def _reason(error: Exception) -> str:
    """What went wrong, for an operator; never a name or a password that we sent."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"login refused: {error.smtp_code} {_plain(error.smtp_error)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"refused: {error.smtp_code} {_plain(error.smtp_error)}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"TLS: its certificate cannot be trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or error}"
    if isinstance(error, UnicodeError):
        return "login: user name, password or host has letters that SMTP cannot carry"
    if isinstance(error, smtplib.SMTPServerDisconnected) and error.__context__ is not None:
        return f"connection lost: {error.__context__}"
    return str(error)


def _plain(text: bytes | str) -> str:
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else text


@functools.cache
def _own_name() -> str:
    """Who we are in EHLO: a full name, else an address literal (RFC 5321, section 4.1.3)."""
    name = socket.getfqdn()
    return name if "." in name else "[127.0.0.1]"
