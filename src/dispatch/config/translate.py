"""Translates checked tables into the model that the program works with.

In: `tables.Tables`, which holds no mistake any more. Out: `Config`. Never: refuses anything, and
nothing of pydantic leaves this package.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from pydantic import SecretStr

from dispatch.config.tables import Tables
from dispatch.config.tables.appeals import AppealArmTable, AppealTable, DonationsTable
from dispatch.config.tables.feeds import FeedsTable
from dispatch.config.tables.newsletters import BoxTable, NewsletterTable, TopReadsTable
from dispatch.config.tables.publication import PublicationTable
from dispatch.config.tables.sending import DeliveryTable, GateTable, TransportTable
from dispatch.config.tables.site import ScheduleTable, StorageTable, WebTable
from dispatch.config.tables.sources import (
    FOLDER_KINDS,
    TOLD_KINDS,
    AlarmsTable,
    CollectTable,
    ReadsTable,
    SourceTable,
)
from dispatch.model.article import Image
from dispatch.model.feed import FeedSettings, PartnerKind, PartnerProfile
from dispatch.model.gate import Asking, Effect, GateSettings
from dispatch.model.newsletter import (
    ArticleChoice,
    Box,
    LatePolicy,
    Newsletter,
    OncePolicy,
    ThinPolicy,
    TopReadsSettings,
    UntranslatedPolicy,
)
from dispatch.model.publication import (
    Appeal,
    AppealPlace,
    Marks,
    Publication,
    ReadsImport,
    Section,
    Source,
)
from dispatch.model.settings import (
    SECURITY_PORTS,
    AlarmSettings,
    CollectSettings,
    DeliverySettings,
    DonationSettings,
    FolderSettings,
    ScheduleSettings,
    Security,
    StorageSettings,
    TransportSettings,
    UncertainPolicy,
    WebSettings,
)

#: Where the books are kept if the file does not say, below its folder.
DATABASE_FILE = Path("var") / "dispatch.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that the operator decided. `root` is the folder of the file; paths are absolute.

    `warnings` are sentences about what works but was probably not meant.
    """

    path: Path
    root: Path
    publication: Publication
    sources: tuple[Source, ...]
    collect: CollectSettings
    alarms: AlarmSettings
    reads: tuple[ReadsImport, ...]
    feeds: FeedSettings
    newsletters: tuple[Newsletter, ...]
    appeals: tuple[Appeal, ...]
    donations: DonationSettings
    transport: TransportSettings
    web: WebSettings
    storage: StorageSettings
    schedule: ScheduleSettings
    delivery: DeliverySettings
    gate: GateSettings
    folders: FolderSettings
    warnings: tuple[str, ...] = ()


def publication(table: PublicationTable) -> Publication:
    """[publication], with texts in the order of its languages."""
    return Publication(
        names=_in_order(table.names, table.languages),
        site=table.site,
        public_url=table.public_url,
        languages=MappingProxyType(dict(table.languages)),
        sections=tuple(
            Section(
                key=section.key,
                names=_in_order(section.names, table.languages),
                pages=MappingProxyType(dict(section.pages)),
            )
            for section in table.sections
        ),
        time_zone=table.time_zone,
        contact=table.contact,
        postal_address=table.postal_address or "",
        tag_authority=table.tag_authority,
        pages=MappingProxyType(dict(table.pages)),
        marks=Marks(**table.marks.model_dump()),
        rights=MappingProxyType(dict(table.rights)),
        descriptions=MappingProxyType(dict(table.descriptions)),
        shows_contact=table.shows_contact,
    )


def source(table: SourceTable, site: str) -> Source:
    """One of [[sources]]; labels of `section_map` are case-folded.

    The slugs of a folder, and of what is pushed, lie below `site` where it has no address of its
    own.
    """
    by_language = table.section_map_by_language
    return Source(
        name=table.name,
        kind=table.kind,
        url=table.url or (site if table.kind in FOLDER_KINDS + TOLD_KINDS else None),
        path=table.path,
        language=table.language,
        sections=table.sections,
        section_map=_folded(table.section_map),
        section_map_by_language=MappingProxyType(
            {language: _folded(labels) for language, labels in by_language.items()}
        ),
        body=table.body,
        remove=table.remove,
        time_zone=table.time_zone,
        find_translations=table.find_translations,
        translation_texts=_folded_texts(table.translation_texts),
        key=_revealed(table.key or table.key_file),
        allow_hosts=table.allow_hosts,
        poll_seconds=table.poll,
        enabled=table.enabled,
    )


def _folded_texts(texts: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType(
        {
            language: tuple(" ".join(one.casefold().split()) for one in some)
            for language, some in texts.items()
        }
    )


def _folded(labels: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({label.casefold(): section for label, section in labels.items()})


def collect(table: CollectTable) -> CollectSettings:
    """[collect]."""
    return CollectSettings(host_delay_seconds=table.host_delay)


def alarms(table: AlarmsTable, contact: str) -> AlarmSettings:
    """[alarms]; the contact of the publication is told unless somebody else is named."""
    mail = (table.mail or contact) if table.by_mail else None
    return AlarmSettings(mail=mail, webhook=table.webhook)


def reads_import(table: ReadsTable) -> ReadsImport:
    """One of [[reads]]."""
    return ReadsImport(
        name=table.name,
        kind=table.kind,
        path=table.path,
        url=table.url,
        site_id=table.site_id or "",
        token=_revealed(table.token or table.token_file) or "",
        days=table.days,
        allow_hosts=table.allow_hosts,
        site=table.site,
        staff_addresses=table.staff_addresses,
    )


def feeds(table: FeedsTable) -> FeedSettings:
    """[feeds]."""
    return FeedSettings(
        entries=table.entries,
        full_text=table.full_text,
        appeal=table.appeal,
        read_also=table.read_also,
        summaries=table.summaries,
        author_articles=table.author_articles,
        newsletters=table.newsletters,
        top_reads=table.top_reads,
        profiles=tuple(
            PartnerProfile(
                name=one.name,
                kind=PartnerKind(one.kind),
                languages=one.languages,
                sections=one.sections,
            )
            for one in table.partners
        ),
        max_age_seconds=table.max_age,
        hub=table.hub,
        ping=table.ping,
        hub_allow_hosts=table.hub_allow_hosts,
        archives=table.archives,
        retraction_days=table.retraction_days,
    )


def newsletter(table: NewsletterTable) -> Newsletter:
    """One of [[newsletters]]."""
    return Newsletter(
        name=table.name,
        titles=_in_order(table.titles, table.languages),
        languages=table.languages,
        cadence=table.cadence,
        blocks=table.blocks,
        from_name=_in_order(table.from_name, table.languages),
        from_address=table.from_address,
        reply_to=table.reply_to,
        list_id=table.list_id,
        sections=table.sections,
        top_reads=top_reads(table.top_reads),
        latest_count=table.latest_count,
        read_also_count=table.read_also_count,
        minimum_articles=table.minimum_articles,
        article=ArticleChoice(table.article),
        boxes=tuple(map(box, table.boxes)),
        thin=ThinPolicy(table.thin),
        untranslated=UntranslatedPolicy(table.untranslated),
        once=OncePolicy(table.once),
        repeat_updated=table.repeat_updated,
        first_issue_days=table.first_issue_days,
        quiet=table.quiet,
        late=LatePolicy(table.late),
        late_hours=table.late_hours,
        draft_seconds=table.draft or 0,
        approval=table.approval,
        counts_links=table.links == "counted",
    )


def box(table: BoxTable) -> Box:
    """One of [[newsletters.boxes]]."""
    return Box(
        block=table.block,
        url=table.url,
        language=table.language,
        count=table.count,
        allow_hosts=table.allow_hosts,
    )


def top_reads(table: TopReadsTable) -> TopReadsSettings:
    """[newsletters.top_reads]."""
    return TopReadsSettings(
        count=table.count,
        window_days=table.window_days,
        max_age_days=table.max_age_days,
        half_life_days=table.half_life_days,
        min_reads=table.min_reads,
        author_limit=table.author_limit,
        section_limit=table.section_limit,
        mail_share=table.mail_share,
        share_translations=table.translations == "shared",
        repeat_growth=table.repeat_growth,
    )


def appeals(table: AppealTable) -> tuple[Appeal, ...]:
    """One of [[appeals]]: as many appeals as it has languages and arms."""
    own = AppealArmTable.model_construct(name="a", share=table.share, texts={})
    image = Image(url=table.image, alt=table.image_alt or "") if table.image else None
    return tuple(
        Appeal(
            key=table.key,
            language=language,
            title=words.title,
            text=words.text,
            button=words.button,
            url=table.url,
            starts_on=table.starts_on,
            ends_on=table.ends_on,
            weight=table.weight,
            arm=arm.name,
            share=arm.share,
            holdout_percent=table.holdout_percent,
            skip_first=table.skip_first,
            every=table.every,
            donor_days=table.donor_days,
            place=AppealPlace(table.place),
            image=image,
            goal=table.goal,
            currency=table.currency,
        )
        for arm in (own, *table.arms)
        for language, words in {**table.texts, **arm.texts}.items()
    )


def transport(table: TransportTable) -> TransportSettings:
    """[transport]; the port follows from the security unless it is given."""
    security = Security(table.security)
    return TransportSettings(
        kind=table.kind,
        folder=table.folder,
        host=table.host or "",
        port=table.port or SECURITY_PORTS[security],
        security=security,
        username=table.username,
        password=_revealed(table.password or table.password_file),
        connections=table.connections,
        messages_per_connection=table.messages_per_connection,
        connect_timeout_seconds=table.connect_timeout,
        reply_timeout_seconds=table.reply_timeout,
        final_reply_timeout_seconds=table.final_reply_timeout,
    )


def web(table: WebTable) -> WebSettings:
    """[web]."""
    return WebSettings(
        host=table.host,
        port=table.port,
        full_fetches_per_hour=table.full_fetches_per_hour,
        retired=table.retired,
        wordpress=table.redirects.wordpress,
        redirects=MappingProxyType(dict(table.redirects.paths)),
        access_log=table.access_log,
    )


def donations(table: DonationsTable) -> DonationSettings:
    """[donations]."""
    return DonationSettings(
        secret=_revealed(table.secret or table.secret_file), tolerance_seconds=table.tolerance
    )


def storage_url(table: StorageTable, root: Path) -> str:
    """The URL of the database."""
    return _revealed(table.url or table.url_file) or f"sqlite:///{root / DATABASE_FILE}"


def own_secret(table: StorageTable) -> str | None:
    """The signing key that the operator gave, or None."""
    return _revealed(table.secret or table.secret_file)


def schedule(table: ScheduleTable) -> ScheduleSettings:
    """[schedule]."""
    return ScheduleSettings(
        collect_seconds=table.collect,
        deliver_seconds=table.deliver,
        reads_seconds=table.reads,
        websub_seconds=table.websub,
    )


def delivery(table: DeliveryTable) -> DeliverySettings:
    """[delivery]."""
    return DeliverySettings(
        uncertain=UncertainPolicy(table.uncertain),
        max_attempts=table.max_attempts,
        give_up_hours=table.give_up_hours,
        batch=table.batch,
        lease_seconds=table.lease,
        envelope_sender=table.envelope_sender,
    )


def gate(table: GateTable, sources: Iterable[SourceTable]) -> GateSettings:
    """[gate]; hosts that sources may reach, links may as well."""
    effects = {
        name: Effect(value) for name, value in table if name not in ("asking", "allow_hosts")
    }
    hosts = [*table.allow_hosts, *(host for one in sources for host in one.allow_hosts)]
    return GateSettings(
        effects=MappingProxyType(effects),
        asking=Asking(table.asking),
        allow_hosts=tuple(dict.fromkeys(hosts)),
    )


def config(
    tables: Tables, path: Path, storage: StorageSettings, warnings: tuple[str, ...]
) -> Config:
    """The whole of it."""
    return Config(
        path=path,
        root=path.parent,
        publication=publication(tables.publication),
        sources=tuple(source(one, tables.publication.site) for one in tables.sources),
        collect=collect(tables.collect),
        alarms=alarms(tables.alarms, tables.publication.contact),
        reads=tuple(map(reads_import, tables.reads)),
        feeds=feeds(tables.feeds),
        newsletters=tuple(map(newsletter, tables.newsletters)),
        appeals=tuple(appeal for table in tables.appeals for appeal in appeals(table)),
        donations=donations(tables.donations),
        transport=transport(tables.transport),
        web=web(tables.web),
        storage=storage,
        schedule=schedule(tables.schedule),
        delivery=delivery(tables.delivery),
        gate=gate(tables.gate, tables.sources),
        folders=FolderSettings(feeds=tables.folders.feeds, templates=tables.folders.templates),
        warnings=warnings,
    )


def _in_order(
    texts: Mapping[str, str], languages: Mapping[str, str] | tuple[str, ...]
) -> Mapping[str, str]:
    """Texts in the order of preference; `Publication.name` falls back on the first one."""
    first = {language: texts[language] for language in languages if language in texts}
    return MappingProxyType(first | dict(texts))


def _revealed(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None
