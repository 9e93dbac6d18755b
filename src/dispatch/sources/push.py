"""Articles that a publishing system sends by itself: their documents, as JSON.

In: the bytes of a request. Out: a PushedArticle, and the Entry that it is; or every problem of the
document at once. Never: a stranger's word on who may send (`app.push` asks for the key), or a kind
of source that is polled: `harvest` says that there is nothing to ask.

What a document may hold is said once, in `PushedArticle`: requests are checked by it, and the
description of the interface is made of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)
from pydantic.json_schema import models_json_schema
from pydantic_core import ErrorDetails, PydanticCustomError

from dispatch import fetch
from dispatch.errors import InputError
from dispatch.model.article import Author, Enclosure, Entry, Image, TranslationLink
from dispatch.model.publication import Source
from dispatch.model.source import Harvest, SourceState
from dispatch.sources import markup

#: A long article with its markup; pictures are sent as addresses.
MAX_BYTES = 1024 * 1024
MAX_ITEMS = 50

_MOMENT = r"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$"


def _that_exists(value: str) -> str:
    """RFC 3339's grammar allows 30 February."""
    try:
        datetime.fromisoformat(value.upper())
    except ValueError:
        raise PydanticCustomError("moment", "there is no such day or hour") from None
    return value


Words = Annotated[str, StringConstraints(pattern=r"\S", max_length=1000)]
WebAddress = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]\S*$", max_length=2000)]
LanguageTag = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$", max_length=35)
]
Moment = Annotated[
    str, StringConstraints(pattern=_MOMENT, max_length=40), AfterValidator(_that_exists)
]
Pixels = Annotated[int, Field(ge=1, le=100_000)]


class _Document(BaseModel):
    """A part of a document: an unknown key is a problem, and no type is bent into another."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class PushedAuthor(_Document):
    """A byline."""

    name: Words = Field(description="The person's name, as it is printed.")
    url: WebAddress | None = Field(None, description="The person's page.")


class PushedImage(_Document):
    """The lead image."""

    url: WebAddress
    alt: str = Field("", max_length=1000, description="What it shows, for those who do not see it.")
    credit: str = Field("", max_length=200, description="Who made it.")
    media_type: str | None = Field(None, pattern=r"^image/[a-z0-9.+-]{1,40}$")
    width: Pixels | None = None
    height: Pixels | None = None


class PushedEnclosure(_Document):
    """A file that belongs to the article: sound, film, a document."""

    url: WebAddress
    media_type: str = Field(pattern=r"^(audio|video|application|text)/[a-z0-9.+-]{1,60}$")
    length: Annotated[int, Field(ge=1, lt=2**40)] | None = Field(None, description="In bytes.")


class PushedTranslation(_Document):
    """The same article in another language."""

    url: WebAddress
    language: LanguageTag | None = None
    title: str = Field("", max_length=1000)


class PushedArticle(_Document):
    """An article, whole: what is left out is empty, also if it was there before."""

    id: Annotated[str, StringConstraints(pattern=r"^\S(.*\S)?$", max_length=500)] | None = Field(
        None, description="Your own identifier, for ever. In PUT it stands in the address."
    )
    url: WebAddress = Field(description="Where readers find it.")
    title: Words = Field(description="The headline, as plain text.")
    language: LanguageTag | None = Field(None, description="BCP 47, such as en or ru.")
    standfirst: str = Field("", max_length=5000, description="The summary line, as plain text.")
    html: str = Field("", max_length=512 * 1024, description="The text. It is sanitised.")
    authors: tuple[PushedAuthor, ...] = Field((), max_length=MAX_ITEMS)
    sections: tuple[Words, ...] = Field(
        (), max_length=MAX_ITEMS, description="Keys or names of sections, or your own labels."
    )
    image: PushedImage | None = None
    enclosures: tuple[PushedEnclosure, ...] = Field((), max_length=10)
    translations: tuple[PushedTranslation, ...] = Field((), max_length=MAX_ITEMS)
    published_at: Moment | None = Field(None, description="RFC 3339, with its offset.")
    updated_at: Moment | None = Field(None, description="RFC 3339, with its offset.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PushProblem:
    """What is wrong at one place of a document (`pointer` is an RFC 6901 fragment)."""

    pointer: str
    detail: str


class PushError(InputError):
    """The document cannot be taken; `problems` are all that are wrong with it."""

    def __init__(self, problems: Sequence[PushProblem]) -> None:
        super().__init__("; ".join(f"{one.pointer}: {one.detail}" for one in problems))
        self.problems = tuple(problems)


def harvest(
    source: Source,  # noqa: ARG001 - every kind is called alike
    state: SourceState,
    fetcher: fetch.Fetcher,  # noqa: ARG001
    now: datetime,  # noqa: ARG001
    zone: ZoneInfo,  # noqa: ARG001
) -> Harvest:
    """There is nothing to ask: the source comes by itself."""
    return Harvest(not_modified=True, is_live=True, etag=state.etag)


def read(body: bytes) -> PushedArticle:
    """The document in `body`; raises PushError with every problem."""
    try:
        return PushedArticle.model_validate_json(body)
    except ValidationError as error:
        problems = [_problem(one) for one in error.errors(include_url=False, include_input=False)]
    raise PushError(problems)


def entry_of(document: PushedArticle, name: str, source: Source) -> Entry:
    """The clean entry that a document is, under the identifier `name`."""
    entry = Entry(
        source_id=name,
        url=document.url,
        title=document.title,
        language=document.language,
        standfirst=document.standfirst,
        html=document.html,
        authors=tuple(Author(name=one.name, url=one.url) for one in document.authors),
        sections=document.sections,
        image=_image(document.image),
        enclosures=tuple(
            Enclosure(url=one.url, media_type=one.media_type, length=one.length)
            for one in document.enclosures
        ),
        translations=tuple(
            TranslationLink(url=one.url, language=one.language, title=one.title)
            for one in document.translations
        ),
        published_at=_moment(document.published_at),
        updated_at=_moment(document.updated_at),
        plain=frozenset({"title", "standfirst", "authors", "sections"}),
    )
    return markup.clean_entry(entry, source.url)


def tombstone(name: str) -> Entry:
    """The entry that takes back what was sent under the identifier `name`."""
    return Entry(source_id=name, url=None, withdrawn=True)


def schemas(reference: str) -> Mapping[str, Any]:
    """JSON Schemas (2020-12) of all documents by name; `reference` is how they name each other."""
    _, made = models_json_schema([(PushedArticle, "validation")], ref_template=reference)
    definitions: Mapping[str, Any] = made["$defs"]
    return definitions


def _image(image: PushedImage | None) -> Image | None:
    if image is None:
        return None
    return Image(
        url=image.url,
        alt=image.alt,
        credit=image.credit,
        media_type=image.media_type,
        width=image.width,
        height=image.height,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.upper()).astimezone(UTC) if text else None


def _problem(error: ErrorDetails) -> PushProblem:
    parts = [str(part).replace("~", "~0").replace("/", "~1") for part in error["loc"]]
    detail = re.sub(r"^Value error, ", "", error["msg"])
    return PushProblem(pointer="#" + "".join(f"/{part}" for part in parts), detail=detail)
