"""What the tables of `config.toml` have in common: how a key is declared, and shared checks.

In: values of keys. Out: the values, or RefusedError. Never: a key of any one table.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationInfo

from dispatch.config import context, problems, secrets
from dispatch.config import values as v


def setting(meaning: str, default: Any = ...) -> Any:
    """A key of a table. Defaults are written as in TOML and go through the same checks."""
    return Field(default, description=meaning, validate_default=True)


class Table(BaseModel):
    """A table of the file: an unknown key is a problem, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


def in_each(texts: dict[str, str], languages: Iterable[str], whose: str) -> dict[str, str]:
    """`texts`, if there is one in each of `languages`; raises RefusedError."""
    missing = [language for language in languages if language not in texts]
    if missing:
        raise problems.RefusedError(
            f"no text in {problems.listed(missing)}", allowed=f"one in each language of {whose}"
        )
    return texts


def _in_each_language(texts: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    return in_each(texts, context.of(info).languages or (), "the publication")


TextsByLanguage = dict[v.Language, v.Line]


TextInEachLanguage = Annotated[TextsByLanguage, AfterValidator(_in_each_language)]


def not_guessable(secret: SecretStr) -> None:
    """Refuse a key that is so short that it could be found out."""
    if len(secret.get_secret_value()) < secrets.SHORTEST_KEY:
        raise problems.RefusedError(
            "is too short to keep anyone from guessing it",
            allowed=f"{secrets.SHORTEST_KEY} characters or more, made by chance "
            "(openssl rand -hex 32)",
        )


def given_once(name: str, file: SecretStr | None, info: ValidationInfo) -> None:
    """Refuse a secret that stands in the file of settings and in one of its own."""
    if file is not None and info.data.get(name) is not None:
        raise problems.RefusedError(f"{name} is given as well", allowed=f"{name} or {name}_file")
