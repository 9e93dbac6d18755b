"""Reads what a client would rather have: an encoding, a language (RFC 9110, section 12.5).

In: the values of Accept-Encoding and Accept-Language, from strangers. Out: a decision. Never: an
error; what cannot be read is as if it were not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

#: How many members of a header are looked at: browsers send a handful.
MAX_MEMBERS = 32


def choose_encoding(accept_encoding: str, known: Sequence[str]) -> str | None:
    """The best of the `known` encodings, or None if the bytes are wanted as they are.

    Of equally welcome ones the first of `known` is taken. Identity that is not mentioned is
    acceptable, but wanted least of all.
    """
    weights = {name.removeprefix("x-"): q for name, q in _weights(accept_encoding)}
    other = weights.get("*", 0.0)
    ranked = [(weights.get(name, other), -place) for place, name in enumerate(known)]
    if not ranked:
        return None
    q, place = max(ranked)
    return known[-place] if q > 0 and q >= weights.get("identity", 0.0) else None


def choose_language(accept_language: str, known: Sequence[str]) -> str | None:
    """The best of the `known` tags (RFC 4647, section 3.4), or None if none is asked for.

    "de-CH" finds "de", and "pt" finds "pt-BR": a relative is better than a stranger. Among known
    tags the first is preferred.
    """
    weights = _weights(accept_language)
    refused = {name for name, q in weights if q == 0}
    ranked = sorted((one for one in weights if one[1] > 0), key=lambda one: -one[1])
    for wanted, _ in ranked:
        found = next(_matching(wanted, [tag for tag in known if tag.lower() not in refused]), None)
        if found:
            return found
    return None


def _matching(wanted: str, known: Iterable[str]) -> Iterator[str]:
    tags = {tag.lower(): tag for tag in known}
    if wanted == "*":
        yield from tags.values()
    parts = wanted.split("-")
    for length in range(len(parts), 0, -1):
        shorter = "-".join(parts[:length])
        if shorter in tags:
            yield tags[shorter]
    yield from (tag for lower, tag in tags.items() if lower.startswith(f"{wanted}-"))


def _weights(value: str) -> list[tuple[str, float]]:
    """The members of a list with their weights, in lower case: ("gzip", 0.8)."""
    members = (member.partition(";") for member in value.split(",")[:MAX_MEMBERS])
    return [(name.strip().lower(), _weight(rest)) for name, _, rest in members if name.strip()]


def _weight(parameters: str) -> float:
    """The `q` of a member, 1 without one; what is no number between 0 and 1 counts as 0."""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            return _number(value.strip())
    return 1.0


def _number(text: str) -> float:
    whole, _, fraction = text.partition(".")
    digits = whole + fraction
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 4:
        return 0.0
    return min(float(text), 1.0)
