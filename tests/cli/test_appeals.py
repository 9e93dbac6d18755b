"""appeals report, donations, donors, hash, raised; issue quiet."""

from __future__ import annotations

from operators import Operator

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("app/appeals",)


def test_the_hash_of_an_address_is_shown_whatever_its_letter_case(operator: Operator) -> None:
    one = operator.reads("appeals", "hash", "ann@example.org")["hash"]
    other = operator.reads("appeals", "hash", "ANN@example.org")["hash"]
    assert one == other
    assert len(one) == 40
    assert "not an e-mail" in operator.types("appeals", "hash", "ann", code=1).stderr


def test_donations_are_taken_in_and_reported(operator: Operator) -> None:
    file = operator.folder / "given.csv"
    file.write_text("id,date,amount,appeal\nd1,2026-11-28,5,support.a\n", "utf-8")
    would = operator.types("appeals", "donations", str(file), "--dry-run").stdout
    assert would == "1 new donations would be taken in\n"
    assert operator.reads("appeals", "donations", str(file))["new"] == 1
    assert isinstance(operator.reads("appeals", "report")["appeals"], list)
    assert operator.reads("appeals", "report") == operator.reads("appeals")
    assert operator.types("appeals").stdout == operator.types("appeals", "report").stdout


def test_an_amount_has_to_be_one_and_an_appeal_has_to_exist(operator: Operator) -> None:
    assert "not an amount" in operator.types("appeals", "raised", "x", "much", code=2).stderr
    assert "no appeal is called" in operator.types("appeals", "raised", "x", "5", code=1).stderr


def test_an_issue_is_quiet_until_that_is_lifted(operator: Operator) -> None:
    said = operator.types("issue", "quiet", "weekly", "2030-W01").stdout
    assert said == "issue 2030-W01 of weekly carries no appeal\n"
    lifted = operator.types("issue", "quiet", "weekly", "2030-W01", "--lift").stdout
    assert lifted == "issue 2030-W01 of weekly carries an appeal\n"
