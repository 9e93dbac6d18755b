"""[[appeals]] and [donations]: what readers are asked for, and what they gave."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import SecretStr, ValidationInfo, field_validator

from dispatch.config import problems
from dispatch.config import values as v
from dispatch.config.tables import table
from dispatch.config.tables.table import Table, setting


class AppealTextTable(Table):
    """An appeal in one language."""

    title: v.Line = setting("Its heading.")
    text: v.Text = setting("What it asks for, and why.")
    button: v.Line = setting("The words on its button.")


class AppealArmTable(Table):
    """Another wording of an appeal, shown to a part of the readers."""

    name: v.Slug = setting('Its name in links and reports. The appeal\'s own wording is arm "a".')
    share: v.Count = setting("How large its part is, against the shares of the others.", 1)
    texts: dict[v.Language, AppealTextTable] = setting(
        "Its words, each language under [appeals.arms.texts.LANGUAGE]; the appeal's own in others.",
        {},
    )


class AppealTable(Table):
    """A donation request. Of several that may be shown on a day, the heaviest is."""

    key: v.Slug = setting("Its name in commands and reports.")
    url: v.Url = setting("Where its button leads.")
    starts_on: date | None = setting("The first day on which it is shown, as 2026-11-24.", None)
    ends_on: date | None = setting("The last day on which it is shown.", None)
    weight: v.Count = setting("The appeal with the highest weight is shown.", 1)
    texts: dict[v.Language, AppealTextTable] = setting(
        "Its words, each language under [appeals.texts.LANGUAGE]. In a language without words it "
        "is not shown."
    )
    share: v.Count = setting("How large the part of its own wording is, where it has arms.", 1)
    arms: tuple[AppealArmTable, ...] = setting("Other wordings, to be compared with it.", ())
    holdout_percent: v.Percent = setting(
        "How many readers of a hundred are shown nothing, to be compared with the others.", 0
    )
    skip_first: v.CountOrNone = setting("In how many first issues a reader does not see it.", 0)
    every: v.Count = setting("In each how manieth issue after those a reader sees it.", 1)
    donor_days: v.CountOrNone = setting(
        "For how many days after a donation the donor does not see it.", 0
    )
    place: Literal["block", "top", "middle", "end"] = setting(
        "Where it stands: where `blocks` names it (block), or before, among or after the others.",
        "block",
    )
    image: v.Url | None = setting("A picture above it.", None)
    image_alt: v.Line | None = setting("What is to be seen in the picture.", None)
    goal: v.Count | None = setting("How much it is to bring, in whole units of `currency`.", None)
    currency: v.Currency = setting("The currency of the goal and of all donations.", "EUR")

    @field_validator("texts")
    @classmethod
    def _has_words(cls, texts: dict[str, AppealTextTable]) -> dict[str, AppealTextTable]:
        if not texts:
            raise problems.RefusedError("has no text", allowed="one in a language or more")
        return texts

    @field_validator("ends_on")
    @classmethod
    def _ends_after_it_starts(cls, ends_on: date | None, info: ValidationInfo) -> date | None:
        starts_on = info.data.get("starts_on")
        if ends_on and starts_on and ends_on < starts_on:
            raise problems.RefusedError("is before starts_on", allowed=f"{starts_on} or later")
        return ends_on


class DonationsTable(Table):
    """How your donation page tells of a donation by itself: POST /hooks/donations."""

    secret: v.Secret | None = setting(
        "The secret that its messages are signed with. Without one the address is not there.",
        None,
    )
    secret_file: v.SecretFile | None = setting("A file that holds the secret.", None)
    tolerance: v.Duration = setting(
        "How far the time of a message may be from ours, either way.", "5m"
    )

    @field_validator("secret_file")
    @classmethod
    def _has_one_secret(cls, file: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        table.given_once("secret", file, info)
        return file

    @field_validator("secret", "secret_file")
    @classmethod
    def _is_long(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None:
            table.not_guessable(secret)
        return secret
