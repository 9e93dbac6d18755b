"""[gate], [delivery] and [transport]: what leaves, how, and what may stop it."""

from __future__ import annotations

from typing import Literal

from pydantic import SecretStr, ValidationInfo, field_validator

from dispatch.config import problems
from dispatch.config import values as v
from dispatch.config.tables import table
from dispatch.config.tables.table import Table, setting


class TransportTable(Table):
    """How messages leave: to files in a folder, or to an SMTP server."""

    kind: v.TransportKind = setting("file or smtp.", "file")
    folder: v.PathHere = setting("For kind file: where messages are written.", "var/outbox")
    security: Literal["none", "starttls", "tls"] = setting(
        "For kind smtp: how the connection is protected. A server without it is refused.",
        "starttls",
    )
    host: v.Host | None = setting("For kind smtp: the server.", None)
    port: v.Port | None = setting(
        "For kind smtp: 25 for security none, 587 for starttls, 465 for tls unless given.", None
    )
    username: v.Line | None = setting("For kind smtp: the name to log in with.", None)
    password: v.Secret | None = setting("For kind smtp: the password to log in with.", None)
    password_file: v.SecretFile | None = setting("A file that holds the password.", None)
    connections: v.Count = setting("How many connections are open at once.", 4)
    messages_per_connection: v.Count = setting(
        "After how many messages a connection is renewed.", 100
    )
    connect_timeout: v.Duration = setting("How long to wait for a connection.", "30s")
    reply_timeout: v.Duration = setting("How long to wait for an answer (RFC 5321, 4.5.3.2).", "5m")
    final_reply_timeout: v.Duration = setting(
        "How long to wait for the answer to a whole message. Less makes duplicates.", "10m"
    )

    @field_validator("host")
    @classmethod
    def _has_a_server(cls, host: str | None, info: ValidationInfo) -> str | None:
        if host is None and info.data.get("kind") == "smtp":
            raise problems.RefusedError("is missing: a transport of kind smtp has a host")
        return host

    @field_validator("password_file")
    @classmethod
    def _has_one_password(cls, file: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        table.given_once("password", file, info)
        has_password = file is not None or info.data.get("password") is not None
        is_known = {"username", "password"} <= set(info.data)
        if is_known and has_password != (info.data["username"] is not None):
            what = (
                "a password without a username" if has_password else "a username without a password"
            )
            raise problems.RefusedError(what, allowed="both, or neither")
        return file


GateEffect = Literal["block", "hold", "warn", "off"]


class GateTable(Table):
    """What is done with an issue that a rule of the gate objects to, before anything leaves.

    block: mend the cause and ask `dispatch gate` again; hold: it waits for your word; warn: it
    leaves, and the objection is on record; off: the rule is not asked.
    """

    unsubscribe: GateEffect = setting("The way out works, in both parts of a mail.", "block")
    size: GateEffect = setting("No mail is so long that Gmail clips it.", "block")
    repeated: GateEffect = setting("Nobody gets an article that they had.", "block")
    unusual: GateEffect = setting("The issue has articles, and not three times the usual.", "hold")
    links: GateEffect = setting("Every link answers.", "hold")
    articles: GateEffect = setting("Every article still stands, and is no draft.", "hold")
    language: GateEffect = setting("Every article is in the language that it says.", "hold")
    untranslated: GateEffect = setting("No string is in another language.", "hold")
    text: GateEffect = setting("The text part says what the HTML part says.", "hold")
    images: GateEffect = setting("Every image is there and has words in its place.", "warn")
    sender: GateEffect = setting("Sender, list and links are of one domain.", "warn")
    html: GateEffect = setting("The HTML part is what mail programs can show.", "warn")
    asking: Literal["always", "public", "never"] = setting(
        "Whether links are asked: always, public (unless public_url is on this machine), never.",
        "public",
    )
    allow_hosts: tuple[v.Host, ...] = setting(
        "Hosts that links may lead to in a private network; those of sources need no line here.",
        (),
    )


class DeliveryTable(Table):
    """How an issue is worked off."""

    uncertain: Literal["hold", "resend"] = setting(
        "What to do with a message that was handed over and never answered for: hold (show it) or "
        "resend (rather twice than never).",
        "hold",
    )
    max_attempts: v.Count = setting("How often a message is tried.", 6)
    give_up_hours: v.Count = setting("After how many hours it is given up.", 36)
    batch: v.Count = setting("How many deliveries a worker takes at once.", 50)
    lease: v.Duration = setting("After how long a worker that fell silent loses them.", "15m")
    envelope_sender: v.Address | None = setting(
        "The address that bounces go to; the newsletter's from_address unless given.", None
    )
