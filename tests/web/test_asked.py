"""What a request for a feed says."""

from __future__ import annotations

from dispatch.web import asked


def read(*lines: tuple[str, str], client: tuple[str, int] | None = ("192.0.2.1", 1)) -> asked.Asked:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in lines]
    return asked.read({"headers": raw, "client": client})


def test_a_bare_request_says_nothing() -> None:
    found = read(client=None)
    assert not found.is_conditional
    assert not found.is_person
    assert (found.accept_encoding, found.a_im, found.agent, found.address) == ("", "", "", "")


def test_a_header_in_several_lines_is_one() -> None:
    assert read(("if-none-match", '"a"'), ("if-none-match", '"b"')).if_none_match == '"a", "b"'


def test_only_a_document_is_a_person() -> None:
    assert read(("sec-fetch-dest", "document")).is_person
    assert not read(("sec-fetch-dest", "empty")).is_person
