from __future__ import annotations

from pathlib import Path

import pytest
from newsroom import Newsroom

from dispatch import errors, suppress
from dispatch.model.subscriber import SuppressionReason


def test_suppression_is_told_with_its_reason_and_can_be_lifted(newsroom: Newsroom) -> None:
    first = newsroom.app.readers.suppress(["ann@reader.example"], SuppressionReason.HARD_BOUNCE)
    again = newsroom.app.readers.suppress(["ANN@reader.example"], SuppressionReason.OPERATOR)
    assert (first.added, again.added, again.known) == (1, 0, 1)
    found = newsroom.app.readers.why("ann@reader.example").suppression
    assert found is not None
    assert found.reason is SuppressionReason.HARD_BOUNCE
    assert newsroom.app.readers.lift_suppression(["ann@reader.example"], dry_run=True).lifted == 1
    assert newsroom.app.readers.lift_suppression(["ann@reader.example"]).lifted == 1
    assert newsroom.reader("ann").added == 1


def test_one_bad_address_among_many_suppresses_nobody(newsroom: Newsroom) -> None:
    with pytest.raises(errors.InputError, match="address 2 of 2"):
        newsroom.app.readers.suppress(["ann@reader.example", "nobody"], SuppressionReason.OPERATOR)
    with pytest.raises(errors.NotFoundError):
        newsroom.app.readers.why("ann@reader.example")


def test_a_list_of_addresses_passes_over_remarks_and_names_bad_lines(tmp_path: Path) -> None:
    path = tmp_path / "suppressed.txt"
    path.write_text("# complaints of May\n\nann@reader.example\nbob@reader.example\n")
    assert suppress.read_list(path) == ["ann@reader.example", "bob@reader.example"]
    path.write_text("ann@reader.example\nnobody\n")
    with pytest.raises(errors.InputError, match=f"{path}:2"):
        suppress.read_list(path)
    with pytest.raises(errors.InputError, match="cannot be read"):
        suppress.read_list(tmp_path / "missing.txt")
