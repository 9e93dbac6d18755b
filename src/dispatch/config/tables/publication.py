"""[publication]: who publishes, in which languages and sections."""

from __future__ import annotations

from pydantic import field_validator

from dispatch.config import problems
from dispatch.config import values as v
from dispatch.config.tables.table import Table, TextInEachLanguage, setting


class SectionTable(Table):
    """A section of the newsroom; readers may choose among them, and each has its feeds."""

    key: v.SectionSlug = setting("Its name in addresses of feeds, and everywhere in this file.")
    names: TextInEachLanguage = setting("Its name for readers, in each language.")
    pages: dict[v.Language, v.Url] = setting(
        "Its page on your web site, in each language that has one: where its feeds lead.", {}
    )


class MarksTable(Table):
    """Your pictures, as feed readers show them beside your name."""

    icon: v.Url | None = setting("A square one, 512 pixels or more.", None)
    favicon: v.Url | None = setting("A square one for small places, 64 pixels.", None)
    logo: v.Url | None = setting("One that is twice as wide as high.", None)
    badge: v.Url | None = setting("The one that RSS shows, at most 144 by 400 pixels.", None)
    badge_width: v.Count | None = setting("How wide the badge is, in pixels.", None)
    badge_height: v.Count | None = setting("How high the badge is, in pixels.", None)
    accent: v.Colour | None = setting('Your colour, such as "0b57a4" (Feedly shows it).', None)

    @field_validator("badge_width")
    @classmethod
    def _is_narrow(cls, width: int | None) -> int | None:
        return v.at_most(width, 144)

    @field_validator("badge_height")
    @classmethod
    def _is_low(cls, height: int | None) -> int | None:
        return v.at_most(height, 400)


class PublicationTable(Table):
    """The newsroom as readers know it."""

    languages: dict[v.NewLanguage, v.Line] = setting(
        "Every language that you publish in: BCP 47 tag = the language's own name. The first is "
        "where a reader lands who has chosen none."
    )
    names: TextInEachLanguage = setting("The name of the publication, in each language.")
    site: v.BaseUrl = setting("Your web site.")
    pages: dict[v.Language, v.Url] = setting(
        "Its home page in each language, where it has more than one.", {}
    )
    public_url: v.BaseUrl = setting(
        "Where readers and mail providers reach Dispatch itself: feeds, sign-up, unsubscribe."
    )
    time_zone: v.Zone = setting("The zone of every hour in this file that names no other.")
    contact: v.Address = setting("The address that pages and messages give for questions.")
    shows_contact: v.Flag = setting(
        "Whether feeds name it as well: there everybody can read it, machines too.", False
    )
    descriptions: dict[v.Language, v.Line] = setting(
        "One line in each language that says what you publish; feed readers show it beside the "
        "name of a feed.",
        {},
    )
    rights: dict[v.Language, v.Line] = setting(
        "What feeds say about copyright, in each language that has words for it.", {}
    )
    marks: MarksTable = setting("Your pictures.", {})
    postal_address: v.Text | None = setting(
        "Stands at the foot of every message; the law of many countries asks for it.", None
    )
    tag_authority: v.TagAuthority = setting(
        "A domain of yours and a year in which you owned it. It is minted into the identity of "
        "every article: never change it, even when your domain changes."
    )
    sections: tuple[SectionTable, ...] = setting(
        "The sections, each under [[publication.sections]].", ()
    )

    @field_validator("languages")
    @classmethod
    def _has_a_language(cls, languages: dict[str, str]) -> dict[str, str]:
        if not languages:
            raise problems.RefusedError(
                "names no language", allowed='one or more, such as en = "English"'
            )
        return languages
