"""The tables of `config.toml`, key by key: what each means, what it may be, what it is by default.

In: the raw tables and a Context. Out: pydantic models that mirror the file, or every problem at
once. Never: the model that the program works with (`translate` makes that), or a default that is
not shown in the reference (it is written here as one would write it in the file).
"""

from __future__ import annotations

from dispatch.config.tables.appeals import AppealTable, DonationsTable
from dispatch.config.tables.feeds import FeedsTable
from dispatch.config.tables.newsletters import NewsletterTable
from dispatch.config.tables.publication import PublicationTable
from dispatch.config.tables.sending import DeliveryTable, GateTable, TransportTable
from dispatch.config.tables.site import FoldersTable, ScheduleTable, StorageTable, WebTable
from dispatch.config.tables.sources import AlarmsTable, CollectTable, ReadsTable, SourceTable
from dispatch.config.tables.table import Table, setting


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
