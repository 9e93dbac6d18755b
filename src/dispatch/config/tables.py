"""The tables of `config.toml`, key by key: what each means, what it may be, what it is by default.

In: the raw tables and a Context. Out: pydantic models that mirror the file, or every problem at
once. Never: the model that the program works with (`translate` makes that), or a default that is
not shown in the reference (it is written here as one would write it in the file).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from dispatch import reads
from dispatch.config import context, problems, secrets
from dispatch.config import values as v
from dispatch.rules import old_addresses

#: The kinds of sources that read a folder, and those that are told; all others have a URL.
FOLDER_KINDS = ("folder",)
TOLD_KINDS = ("push",)
#: The kinds of sources that have a key: ours to the source, or the source's to us.
KEY_KINDS = ("ghost", "push")
#: The only folder of templates that may be missing.
TEMPLATES = "templates/email"


def setting(meaning: str, default: Any = ...) -> Any:
    """A key of a table. Defaults are written as in TOML and go through the same checks."""
    return Field(default, description=meaning, validate_default=True)


def _in_each(texts: dict[str, str], languages: Iterable[str], whose: str) -> dict[str, str]:
    missing = [language for language in languages if language not in texts]
    if missing:
        raise problems.RefusedError(
            f"no text in {problems.listed(missing)}", allowed=f"one in each language of {whose}"
        )
    return texts


def _in_each_language(texts: dict[str, str], info: ValidationInfo) -> dict[str, str]:
    return _in_each(texts, context.of(info).languages or (), "the publication")


TextsByLanguage = dict[v.Language, v.Line]
TextInEachLanguage = Annotated[TextsByLanguage, AfterValidator(_in_each_language)]


class Table(BaseModel):
    """A table of the file: an unknown key is a problem, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


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


class SourceTable(Table):
    """Where articles come from."""

    name: v.Slug = setting("Its name in commands, logs and reports.")
    kind: v.SourceKind = setting("What is read there.")
    url: v.Url | None = setting(
        "Where it is. For kinds folder and push: the address below which its slugs lie; "
        "`publication.site` if it is left out.",
        None,
    )
    path: v.PathHere | None = setting("The folder that is read; for kind folder.", None)
    language: v.Language | None = setting("The language of articles that do not say theirs.", None)
    sections: tuple[v.SectionKey, ...] = setting(
        "Sections that each of its articles belongs to.", ()
    )
    section_map: dict[v.Text, v.SectionKey] = setting(
        "The source's own label = your section. A label that equals a section's key or one of its "
        "names needs no line here.",
        {},
    )
    section_map_by_language: dict[v.Language, dict[v.Text, v.SectionKey]] = setting(
        "The same for articles in one language, under [sources.section_map_by_language.LANGUAGE]; "
        "it wins. A label may also be a term's slug or number.",
        {},
    )
    body: v.Selector | None = setting(
        "For kind pages: the CSS selector of an article's text. Without it only what a page says "
        "of itself is taken: title, standfirst, authors, dates.",
        None,
    )
    remove: tuple[v.Selector, ...] = setting(
        "For kind pages: CSS selectors of what does not belong to the text.", ()
    )
    translation_texts: dict[v.Language, tuple[v.Text, ...]] = setting(
        "For kind pages: texts of links by which a page leads to the same article in a language, "
        "beside those that are known (“Read in English”, «Читать на русском» and the like).",
        {},
    )
    key: v.Secret | None = setting(
        "For kind ghost: a Content API key. For kind push: the token that your publishing system "
        "shows when it sends articles.",
        None,
    )
    key_file: v.SecretFile | None = setting("A file that holds the key.", None)
    allow_hosts: tuple[v.Host, ...] = setting(
        "Hosts that may lie in a private network; anything private is refused otherwise.", ()
    )
    poll: v.Duration = setting("How often it is asked, at most.", "15m")
    enabled: v.Flag = setting("Whether it is asked at all.", True)

    @field_validator("url")
    @classmethod
    def _has_its_url(cls, url: str | None, info: ValidationInfo) -> str | None:
        if "kind" in info.data:
            wanted = info.data["kind"] not in FOLDER_KINDS + TOLD_KINDS
            _one_place("URL", url is not None, info.data["kind"], wanted=wanted, refused=False)
        return url

    @field_validator("path")
    @classmethod
    def _has_its_folder(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        if "kind" in info.data:
            _one_place("path", path is not None, info.data["kind"], wanted=_is_folder(info))
        if path is not None and not v.is_folder(path):
            raise problems.RefusedError(f"there is no folder {path}")
        return path

    @field_validator("key_file")
    @classmethod
    def _has_its_key(cls, file: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        _given_once("key", file, info)
        if {"kind", "key"} <= set(info.data):
            key, kind = file or info.data["key"], info.data["kind"]
            _one_place("key", key is not None, kind, wanted=kind in KEY_KINDS)
            if key is not None and kind in TOLD_KINDS:
                _not_guessable(key)
        return file


def _is_folder(info: ValidationInfo) -> bool:
    return info.data["kind"] in FOLDER_KINDS


def _one_place(what: str, is_given: bool, kind: str, *, wanted: bool, refused: bool = True) -> None:
    if wanted and not is_given:
        raise problems.RefusedError(f"is missing: a source of kind {kind} has a {what}")
    if is_given and refused and not wanted:
        raise problems.RefusedError(f"a source of kind {kind} has no {what}")


class CollectTable(Table):
    """How politely sources are asked. One host is always asked one thing at a time."""

    host_delay: v.Seconds = setting(
        "Seconds between two requests to one host. Only for servers of your own may it be 0.", 1.0
    )


class AlarmsTable(Table):
    """Whom to tell when a source is in trouble: once when it begins, and once when it is over."""

    mail: v.Address | None = setting(
        "The address that is told; `publication.contact` unless given.", None
    )
    by_mail: v.Flag = setting("Whether anyone is told by mail.", True)
    webhook: v.Url | None = setting(
        "An address of yours to which alarms are posted as JSON, besides or instead of mail.", None
    )


class ReadsTable(Table):
    """Where page reads come from; the ranking of top reads is made of them."""

    name: v.ReadsName = setting("Its name in commands, logs and reports.")
    kind: v.ReadsKind = setting("What is read there.")
    path: v.PathHere | None = setting(
        "The file that is read; for exports it may be a folder of them.", None
    )
    url: v.BaseUrl | None = setting(
        "For kinds plausible, matomo and umami: where the program itself is asked.", None
    )
    site_id: v.Line | None = setting("With url: what the program calls your site.", None)
    token: v.Secret | None = setting("With url: the key that lets us ask.", None)
    token_file: v.SecretFile | None = setting("A file that holds the key.", None)
    days: v.Count = setting("With url: how many days are asked about, with today.", 8)
    allow_hosts: tuple[v.Host, ...] = setting(
        "Hosts that may lie in a private network; anything private is refused otherwise.", ()
    )
    site: v.BaseUrl = setting("The site whose paths the file holds.")
    staff_addresses: tuple[v.Network, ...] = setting(
        "For kind access-log: addresses of your own people, whose reads do not count.", ()
    )

    @field_validator("url")
    @classmethod
    def _is_at_one_place(cls, url: str | None, info: ValidationInfo) -> str | None:
        if "kind" not in info.data or "path" not in info.data:
            return url
        kind, has_path = info.data["kind"], info.data["path"] is not None
        if url is not None and kind not in reads.API_KINDS:
            raise problems.RefusedError(f"reads of kind {kind} have no url", allowed="a path")
        if has_path == (url is not None):
            allowed = "a path or a url" if kind in reads.API_KINDS else "a path"
            what = "path is given as well" if has_path else "is missing, as is path"
            raise problems.RefusedError(what, allowed=allowed)
        return url

    @field_validator("site_id")
    @classmethod
    def _names_the_site(cls, site_id: str | None, info: ValidationInfo) -> str | None:
        if info.data.get("url") is not None and site_id is None:
            raise problems.RefusedError("is missing: with a url the program is asked about a site")
        return site_id

    @field_validator("token_file")
    @classmethod
    def _has_one_token(cls, file: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        _given_once("token", file, info)
        if info.data.get("url") is not None and file is None and info.data.get("token") is None:
            raise problems.RefusedError(
                "is missing: with a url there is a key", allowed="token or token_file"
            )
        return file


class PartnerTable(Table):
    """A partner who fetches articles in a way of its own."""

    name: v.Slug = setting("Its name in addresses. Never change it: the partner asks there.")
    kind: Literal["dzen", "discover", "feedly"] = setting("Whose rules its feeds keep.")
    languages: tuple[v.Language, ...] = setting("The languages that it takes, a feed for each.")
    sections: tuple[v.SectionKey, ...] = setting("Its sections; none named means all.", ())

    @field_validator("languages", "sections")
    @classmethod
    def _names_each_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return v.unique(names)


class FeedsTable(Table):
    """All feeds: for each language and section, for authors, newsletters and partners."""

    entries: v.Count = setting("How many articles a feed holds.", 30)
    full_text: v.Flag = setting("Whole articles; otherwise standfirsts alone.", True)
    appeal: v.Flag = setting("Whether an appeal stands below each article.", True)
    read_also: v.CountOrNone = setting(
        "How many related articles are named below each article; 0 means none.", 3
    )
    summaries: tuple[v.FeedKey, ...] = setting(
        'Feeds with standfirsts alone, by their folder ("en/economy"), whatever full_text says.', ()
    )
    author_articles: v.CountOrNone = setting(
        "An author with so many articles in a language has a feed there; 0 means that none has.", 0
    )
    newsletters: v.Flag = setting("Whether each newsletter has a feed of its issues.", True)
    top_reads: v.Flag = setting("Whether there is a feed of the rankings that went out.", True)
    partners: tuple[PartnerTable, ...] = setting(
        "Partners who fetch articles in a way of their own.", ()
    )
    max_age: v.Duration = setting("How long a reader may keep a feed before asking again.", "15m")
    hub: v.Flag = setting(
        "Whether Dispatch is a WebSub hub for its own feeds, at public_url + hub, and feeds name "
        "it: feed readers that know WebSub are told of changes and need not ask.",
        True,
    )
    hub_allow_hosts: tuple[v.Host, ...] = setting(
        "Hosts in a private network that may listen; anything private is refused otherwise.", ()
    )
    ping: tuple[v.Url, ...] = setting(
        "Public WebSub hubs that are told of every change as well.", ()
    )
    archives: v.Flag = setting(
        "Whether the feeds of each language lead on to all older articles, month by month "
        "(RFC 5005).",
        True,
    )
    retraction_days: v.CountOrNone = setting(
        "How many days a notice stands in place of an article that was withdrawn, before its "
        "tombstone; 0 for none.",
        0,
    )


class TopReadsTable(Table):
    """How the ranking reads the readers."""

    count: v.Count = setting("How many articles it shows.", 5)
    window_days: v.Count = setting("Reads of how many days count.", 7)
    max_age_days: v.Count = setting("No article older than this is ranked.", 30)
    half_life_days: v.Days = setting("After how many days a read is worth half.", 3.5)
    min_reads: v.Count = setting("An article with fewer readers is not ranked.", 3)
    author_limit: v.CountOrNone = setting(
        "More articles of one author stand behind all others; 0 is no limit.", 2
    )
    section_limit: v.CountOrNone = setting(
        "More articles of one section stand behind all others; 0 is no limit.", 3
    )
    mail_share: v.Share = setting(
        "How much of an article's reads may be clicks in mails: 0 is none, 1 is all.", 0.25
    )
    translations: Literal["own", "shared"] = setting(
        "Whether an article is ranked by its own reads, or by those of its translations as well.",
        "own",
    )
    repeat_growth: v.Growth | None = setting(
        "Articles that an earlier issue showed are not ranked again. With this key they may be, "
        "those of the last ranking if their reads have grown by so much: 0.5 is half as many "
        "again. Readers may then get an article twice.",
        None,
    )


class BoxTable(Table):
    """A feed of events or jobs, for the block of that name. It is asked when an issue is made."""

    block: v.BoxBlock = setting("The block that shows it: events or jobs.")
    url: v.Url = setting("The feed: RSS, Atom or JSON Feed.")
    language: v.Language | None = setting("Only issues in this language show it.", None)
    count: v.Count = setting("How many it shows, at most.", 5)
    allow_hosts: tuple[v.Host, ...] = setting("Hosts that may lie in a private network.", ())


class NewsletterTable(Table):
    """The recurring thing that one subscribes to."""

    name: v.Slug = setting(
        "Its name in addresses and commands. Never change it: subscriptions hang on it."
    )
    languages: tuple[v.Language, ...] = setting("The languages that it comes in.")
    titles: TextsByLanguage = setting("Its title, in each of its languages.")
    cadence: v.CadenceText = setting(
        'When an issue is due: "Fridays 09:00", "daily 07:30", with a zone behind it if it is not '
        "the publication's."
    )
    blocks: tuple[v.Block, ...] = setting("What an issue is made of, in order.")
    from_name: TextsByLanguage = setting("The sender's name, in each of its languages.")
    from_address: v.Address = setting("The sender's address.")
    reply_to: v.Address | None = setting("Where answers go, if not to the sender.", None)
    list_id: v.ListId = setting(
        "Its identifier for mail programs (RFC 2919). Never change it: readers' filters hang on it."
    )
    sections: tuple[v.SectionKey, ...] = setting("Its sections; none named means all.", ())
    top_reads: TopReadsTable = setting("The settings of its block top_reads.", {})
    latest_count: v.Count = setting("How many articles its block latest shows, at most.", 12)
    read_also_count: v.CountOrNone = setting("How many articles its block read_also shows.", 3)
    article: Literal["most-read", "newest"] = setting(
        "Which article its block article shows in full, where the editors name none.", "most-read"
    )
    boxes: tuple[BoxTable, ...] = setting("What its blocks events and jobs show.", ())
    minimum_articles: v.CountOrNone = setting(
        "How many new articles make an issue; see `thin` for one with fewer.", 1
    )
    thin: Literal["skip", "hold", "send"] = setting(
        "What to do with an issue that has fewer: skip (leave its articles to the next), hold "
        "(make it and wait for `dispatch issue release`; unreleased, the next takes over) or send.",
        "skip",
    )
    first_issue_days: v.Count | None = setting(
        "How many days back the very first issue reaches for articles that are there already; one "
        "cadence if it is not given.",
        None,
    )
    untranslated: Literal["omit", "tag", "replace"] = setting(
        "For readers of several languages: an article that is not there in their first one is left "
        "out (omit), shown in the other with its name (tag), or gives its place to the next "
        "(replace).",
        "tag",
    )
    once: Literal["newsletter", "reader"] = setting(
        "Nobody gets an article twice: from this newsletter (newsletter), or from all that they "
        "get (reader).",
        "newsletter",
    )
    repeat_updated: v.Flag = setting(
        "Whether an article that has changed in earnest after it was sent may come again, marked "
        "as updated. An editor's `dispatch articles mark-updated` works in any case.",
        False,
    )
    quiet: tuple[date, ...] = setting("Days whose issues carry no appeal, as 2026-12-24.", ())
    late: Literal["run", "merge"] = setting(
        "What to do with an issue that was missed: run (send it late) or merge (leave its "
        "articles to the next).",
        "run",
    )
    late_hours: v.Count = setting("For late = run: after how many hours it is too late.", 18)
    draft: v.Duration | None = setting(
        "How long before its cadence an issue is composed, so that editors see it before it "
        "leaves: 1h. It goes at its time unless somebody holds it. None is at its time.",
        None,
    )
    links: Literal["direct", "counted"] = setting(
        "Where its links lead: straight to the articles (direct), or over /r/ (counted), which "
        "counts how often, never who, and lets an editor lead them elsewhere after sending.",
        "direct",
    )
    approval: v.Flag = setting(
        "Whether an issue leaves only when somebody approved it: dispatch issue approve.", False
    )

    @field_validator("languages", "blocks")
    @classmethod
    def _has_some(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not names:
            raise problems.RefusedError("names nothing", allowed="one or more")
        return names

    @field_validator("languages", "blocks", "sections")
    @classmethod
    def _names_each_once(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return v.unique(names)

    @field_validator("titles", "from_name")
    @classmethod
    def _in_its_languages(cls, texts: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        return _in_each(texts, info.data.get("languages", ()), "the newsletter")


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
        _given_once("secret", file, info)
        return file

    @field_validator("secret", "secret_file")
    @classmethod
    def _is_long(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None:
            _not_guessable(secret)
        return secret


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
        _given_once("password", file, info)
        has_password = file is not None or info.data.get("password") is not None
        is_known = {"username", "password"} <= set(info.data)
        if is_known and has_password != (info.data["username"] is not None):
            what = (
                "a password without a username" if has_password else "a username without a password"
            )
            raise problems.RefusedError(what, allowed="both, or neither")
        return file


def _given_once(name: str, file: SecretStr | None, info: ValidationInfo) -> None:
    if file is not None and info.data.get(name) is not None:
        raise problems.RefusedError(f"{name} is given as well", allowed=f"{name} or {name}_file")


class RedirectsTable(Table):
    """Where your feeds lay before, so that their readers follow. Keep it for years."""

    wordpress: v.Flag = setting(
        "Lead the feeds of WordPress (/feed/, /ru/feed/, /category/x/feed/, /?feed=atom; Polylang "
        "and WPML too) to the feeds of the same language and section.",
        False,
    )
    paths: dict[v.OldPath, v.Target] = setting(
        "Any other old path = its new address, absolute or below public_url. {language}, {section} "
        'and names of your own stand for one part: "/rss/{section}.xml" = '
        '"feeds/en/{section}/rss.xml".',
        {},
    )

    @field_validator("paths")
    @classmethod
    def _fills_every_place(cls, paths: dict[str, str]) -> dict[str, str]:
        for pattern, target in paths.items():
            if unknown := old_addresses.places(target) - old_addresses.places(pattern):
                raise problems.RefusedError(
                    f"{problems.quoted(target)} names {problems.listed(sorted(unknown))}",
                    allowed=f"placeholders that stand in {problems.quoted(pattern)} too",
                )
        return paths


def _not_guessable(secret: SecretStr) -> None:
    if len(secret.get_secret_value()) < secrets.SHORTEST_KEY:
        raise problems.RefusedError(
            "is too short to keep anyone from guessing it",
            allowed=f"{secrets.SHORTEST_KEY} characters or more, made by chance "
            "(openssl rand -hex 32)",
        )


class WebTable(Table):
    """Where the built-in server listens. Put a web server with TLS before it."""

    host: v.Host = setting("The address that it listens on.", "127.0.0.1")
    port: v.Port = setting("The port that it listens on.", 8025)
    full_fetches_per_hour: v.CountOrNone = setting(
        "How often an hour one visitor may fetch one feed without saying what they have "
        "(If-None-Match); more is answered 429. 3 at least; 0 means without a limit.",
        0,
    )
    retired: tuple[v.FeedKey, ...] = setting(
        'Feeds that are gone for good, by their folder ("en/culture"): they are answered 410, and '
        "readers forget them.",
        (),
    )
    access_log: v.PathHere | None = setting(
        "The log of the web server that hands out the files of feeds (nginx, Apache; combined "
        "format), to know who polls them. Leave it out where the built-in server does so.",
        None,
    )
    redirects: RedirectsTable = setting("Where your feeds lay before.", {})

    @field_validator("full_fetches_per_hour")
    @classmethod
    def _lets_readers_begin(cls, count: int) -> int:
        if 0 < count < 3:
            raise problems.RefusedError(
                "would refuse readers that fetch a new feed twice", allowed="0, or 3 and more"
            )
        return count


class StorageTable(Table):
    """The database, and the key that signs the links in messages."""

    url: v.DatabaseUrl | None = setting(
        "sqlite:/// and a path, or postgresql://user:password@host/name. "
        "sqlite:///var/dispatch.db if nothing is given.",
        None,
    )
    url_file: v.DatabaseUrlFile | None = setting("A file that holds the URL.", None)
    secret: v.Secret | None = setting(
        "The key that signs the links in messages. If none is given, one is made in "
        "var/secret.key. Keep it: without it every unsubscribe link that was ever sent is dead.",
        None,
    )
    secret_file: v.SecretFile | None = setting("A file that holds the key.", None)

    @field_validator("url_file")
    @classmethod
    def _has_one_url(cls, file: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        _given_once("url", file, info)
        return file

    @field_validator("secret_file")
    @classmethod
    def _has_one_secret(cls, file: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        _given_once("secret", file, info)
        return file

    @field_validator("secret", "secret_file")
    @classmethod
    def _is_long(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None:
            _not_guessable(secret)
        return secret


class ScheduleTable(Table):
    """How often the standing jobs are woken. Newsletters have their own cadence."""

    collect: v.Duration = setting("How often sources are looked after.", "5m")
    deliver: v.Duration = setting("How often deliveries that are owed are looked for.", "1m")
    reads: v.Duration = setting("How often new reads are imported.", "15m")
    websub: v.Duration = setting("How often listeners to feeds are attended to.", "1m")


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


class FoldersTable(Table):
    """Where things lie that are neither configuration nor data."""

    feeds: v.PathHere = setting("Where feeds are published.", "feeds")
    templates: v.PathHere = setting(
        "Where the templates of messages are read; those that come with Dispatch stand in for a "
        "folder that is not there.",
        TEMPLATES,
    )

    @field_validator("templates")
    @classmethod
    def _is_there(cls, path: Path, info: ValidationInfo) -> Path:
        if not v.is_folder(path) and path != context.of(info).root / TEMPLATES:
            raise problems.RefusedError(f"there is no folder {path}")
        return path


class Tables(Table):
    """The whole file. Relative paths are relative to its folder."""

    publication: PublicationTable = setting("The newsroom as readers know it.")
    sources: tuple[SourceTable, ...] = setting("Where articles come from.", ())
    collect: CollectTable = setting("How politely sources are asked.", {})
    alarms: AlarmsTable = setting("Whom to tell when a source is in trouble.", {})
    reads: tuple[ReadsTable, ...] = setting("Where page reads come from.", ())
    feeds: FeedsTable = setting("All feeds.", {})
    newsletters: tuple[NewsletterTable, ...] = setting("What one subscribes to.", ())
    appeals: tuple[AppealTable, ...] = setting("Donation requests.", ())
    donations: DonationsTable = setting("How your donation page tells of a donation.", {})
    transport: TransportTable = setting("How messages leave.", {})
    web: WebTable = setting("Where the built-in server listens.", {})
    storage: StorageTable = setting("The database and the key.", {})
    schedule: ScheduleTable = setting("How often the standing jobs are woken.", {})
    delivery: DeliveryTable = setting("How an issue is worked off.", {})
    gate: GateTable = setting("What may not leave.", {})
    folders: FoldersTable = setting("Where things lie.", {})
