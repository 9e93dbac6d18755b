"""Messages as files: whole or not at all, and one file for one message."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch import errors, transports
from dispatch.model.delivery import Envelope, OutcomeStatus
from dispatch.model.settings import TransportSettings
from dispatch.transports import file

ENVELOPE = Envelope(sender="bounces@news.example", recipient="ann@example.org")


def message(identifier: str, body: str = "Hello") -> bytes:
    return f"Subject: Friday\r\nMessage-ID: <{identifier}>\r\n\r\n{body}\r\n".encode()


def open_file_transport(folder: Path) -> file.FileTransport:
    opened = transports.open_transport(TransportSettings(kind="file", folder=folder))
    assert isinstance(opened, file.FileTransport)
    return opened


def test_a_message_becomes_a_file_named_by_its_message_id(tmp_path: Path) -> None:
    with open_file_transport(tmp_path / "made" / "outbox").open_session() as session:
        outcome = session.send(ENVELOPE, message("i7.abc@news.example"))
    assert outcome.status is OutcomeStatus.SENT
    assert outcome.text == "i7.abc@news.example.eml"
    written = tmp_path / "made" / "outbox" / "i7.abc@news.example.eml"
    assert written.read_bytes() == message("i7.abc@news.example")


def test_sending_again_overwrites_and_leaves_nothing_beside(tmp_path: Path) -> None:
    transport = open_file_transport(tmp_path)
    with transport.open_session() as session:
        session.send(ENVELOPE, message("a@b", "first"))
        session.send(ENVELOPE, message("a@b", "second"))
    assert transport.is_idempotent
    assert [path.name for path in tmp_path.iterdir()] == ["a@b.eml"]
    assert b"second" in (tmp_path / "a@b.eml").read_bytes()


def test_a_full_disk_defers_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_file_transport(tmp_path).open_session() as session:
        session.send(ENVELOPE, message("a@b", "first"))

        def full(_handle: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "fsync", full)
        outcome = session.send(ENVELOPE, message("a@b", "second"))
    assert outcome.status is OutcomeStatus.DEFERRED
    assert os.strerror(errno.ENOSPC) in outcome.text
    assert [path.name for path in tmp_path.iterdir()] == ["a@b.eml"]
    assert b"first" in (tmp_path / "a@b.eml").read_bytes()


def test_a_folder_that_cannot_be_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    with pytest.raises(errors.TransportError, match="taken"):
        open_file_transport(tmp_path / "taken" / "outbox").open_session()


def test_a_transport_without_a_folder_is_refused() -> None:
    with pytest.raises(errors.TransportError, match=r"transport\.folder"):
        transports.open_transport(TransportSettings(kind="file"))


@pytest.mark.parametrize(
    "identifier", ["../../etc/passwd@x", ".hidden@x", "a/b@x", "a\\b@x", "x" * 400, "письмо@x"]
)
def test_no_message_id_leads_out_of_the_folder_or_into_hiding(identifier: str) -> None:
    name = file.file_name(message(identifier))
    assert Path(name).name == name
    assert not name.startswith(".")
    assert len(name.encode()) < 230


def test_a_message_id_in_the_body_names_nothing() -> None:
    text = b"Subject: x\r\n\r\nMessage-ID: <wrong@x>\r\n"
    assert "wrong" not in file.file_name(text)
    assert file.file_name(text) == file.file_name(text)


IDENTIFIERS = st.text(st.sampled_from("ab/_.\\ :@ö"), min_size=1, max_size=12)


@given(IDENTIFIERS, IDENTIFIERS)
def test_two_message_ids_never_share_a_file(one: str, other: str) -> None:
    same = file.file_name(message(one)) == file.file_name(message(other))
    assert same == (one == other)


def test_a_folded_message_id_is_found() -> None:
    assert file.file_name(b"Message-ID:\r\n <a@b>\r\n\r\n") == "a@b.eml"
