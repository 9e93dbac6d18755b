"""Editors: everything that the App does on an editor's word with an issue or a link that stands.

In: the office, the issues; who says so and why. Out: what stands then, and its history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from dispatch import edit, errors, fetch
from dispatch.app.issues import Issues
from dispatch.app.office import Office
from dispatch.compose import correction
from dispatch.deliver import proof
from dispatch.deliver.letters import Letters
from dispatch.deliver.proof import ProofReport
from dispatch.edit import Word
from dispatch.model.article import Article
from dispatch.model.newsletter import Issue, IssueAction, IssueChange, IssueState, Variant
from dispatch.rules import audience, canonical, mailbox
from dispatch.store import articles, links, subscribers
from dispatch.store import issues as issue_store


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionReport:
    """Which variants changed, and how many messages have yet to leave with the new words."""

    variants: tuple[str, ...]
    waiting: int
    is_dry_run: bool = False


class Editors:
    """The editors' side of a site."""

    def __init__(self, office: Office, issues: Issues) -> None:
        self._office = office
        self._issues = issues

    def move(self, newsletter: str, period: str, word: Word, *, dry_run: bool = False) -> Issue:
        """Hold, release, approve or stop an issue; what was handed over cannot be called back."""
        self._office.newsletter(newsletter)
        now = self._office.clock.now()
        return edit.move(self._office.db, newsletter, period, word, now=now, dry_run=dry_run)

    def correct(
        self,
        newsletter: str,
        period: str,
        *,
        by: str = "",
        note: str = "",
        dry_run: bool = False,
    ) -> CorrectionReport:
        """Make an issue anew from the articles as they are today, for all who have not got it yet.

        The same articles stand in the same places. The web copy is corrected with it; messages
        that were begun keep their words.
        """
        settings = self._office.newsletter(newsletter)
        now = self._office.clock.now()
        with self._office.db.read() as tx:
            issue = edit.get_issue(tx, newsletter, period)
        with fetch.Fetcher(contact=self._office.publication.contact) as fetcher:
            desk = replace(self._issues.open_desk(), fetcher=fetcher)
            found = correction.correct(self._office.db, desk, settings, issue, now=now)
        waiting = 0
        if found:
            word = Word(action=IssueAction.CORRECTED, by=by, note=note)
            pairs = [(one.variant.id, one.draft) for one in found]
            waiting = edit.correct(self._office.db, issue, pairs, word, now=now, dry_run=dry_run)
        keys = tuple(one.variant.key for one in found)
        return CorrectionReport(variants=keys, waiting=waiting, is_dry_run=dry_run)

    def list_history(self, newsletter: str, period: str) -> Sequence[IssueChange]:
        """Who held, released, approved, stopped or corrected an issue."""
        return edit.list_history(self._office.db, newsletter, period)

    def send_proofs(
        self,
        newsletter: str,
        to: Sequence[str],
        *,
        period: str | None = None,
        keys: Sequence[str] = (),
        by: str = "",
    ) -> list[ProofReport]:
        """Send an issue, or without a period the next as it would be now, to the newsroom.

        Every language in all sections goes, or the variants called `keys`. Raises InputError for an
        address that is none, or that is suppressed: the standing order holds for everybody.
        """
        wanted = self._proof_variants(newsletter, period, keys)
        accepted = self._proof_addresses(to)
        room = self._issues.open_mailroom()
        with self._office.db.read() as tx:
            newsletter_id = issue_store.newsletter_ids(tx)[newsletter]
        settings = self._office.newsletter(newsletter)
        issue, variants = wanted
        letters = Letters(room, settings, newsletter_id, issue)
        with room.transport.open_session() as session:
            sent = proof.send_proofs(session, letters, variants, accepted)
        if period is not None:
            word = Word(action=IssueAction.TESTED, by=by, note=f"{len(sent)} messages")
            with self._office.db.write() as tx:
                edit.record(tx, issue.id, word, self._office.clock.now())
        return sent

    def _proof_addresses(self, to: Sequence[str]) -> list[str]:
        accepted = []
        for number, text in enumerate(to, 1):
            address = mailbox.read_address(text)
            if address is None:
                message = f"address {number} of {len(to)} is not an e-mail address"
                raise errors.InputError(message)
            hashed = mailbox.address_hash(address, self._office.config.storage.secret)
            with self._office.db.read() as tx:
                if subscribers.find_suppression(tx, hashed):
                    message = f"address {number} of {len(to)} is suppressed"
                    raise errors.InputError(message)
            accepted.append(address)
        return accepted

    def _proof_variants(
        self, newsletter: str, period: str | None, keys: Sequence[str]
    ) -> tuple[Issue, list[Variant]]:
        issue, variants = (
            self._kept_variants(newsletter, period) if period else self._next_variants(newsletter)
        )
        languages = self._office.newsletter(newsletter).languages
        wanted = keys or [audience.choice_key((language,), ()) for language in languages]
        by_key = {variant.key: variant for variant in variants}
        missing = [key for key in wanted if key not in by_key]
        if missing and (keys or len(missing) == len(wanted)):
            message = f"there is no variant {missing[0]!r}; there are {', '.join(by_key) or 'none'}"
            raise errors.NotFoundError(message)
        return issue, [by_key[key] for key in wanted if key in by_key]

    def _kept_variants(self, newsletter: str, period: str) -> tuple[Issue, list[Variant]]:
        with self._office.db.read() as tx:
            issue = edit.get_issue(tx, newsletter, period)
            return issue, issue_store.list_variants(tx, issue.id)

    def _next_variants(self, newsletter: str) -> tuple[Issue, list[Variant]]:
        """The next issue as it would be now; it has no number yet, and neither have they."""
        report = self._issues.compose(
            newsletter, period=self._issues.upcoming(newsletter), dry_run=True
        )
        now = self._office.clock.now()
        issue = Issue(
            id=0,
            newsletter=newsletter,
            period=report.period,
            state=IssueState.HELD,
            window_start=now,
            window_end=now,
            composed_at=now,
        )
        variants = [
            Variant(
                id=number,
                issue_id=0,
                key=draft.key,
                choice=draft.choice,
                cohort=draft.cohort,
                language=draft.language,
                sections=draft.sections,
                subject=draft.subject,
                preheader=draft.preheader,
                html=draft.html,
                text=draft.text,
            )
            for number, draft in enumerate(report.variants, 1)
        ]
        return issue, variants

    def find_link(self, article_id: int) -> str | None:
        """Where a mail's link to an article leads today; None for one that never was."""
        with self._office.db.read() as tx:
            return links.find_target(tx, article_id)

    def lead_link(
        self,
        article: str,
        url: str | None,
        *,
        by: str = "",
        note: str = "",
        dry_run: bool = False,
    ) -> Article:
        """Lead the links of an article to `url` in every mail that went out; None takes it back.

        Raises NotFoundError for an article that nobody knows, InputError for an address that is
        none.
        """
        target = canonical.absolute_url(url) if url else None
        if url and target is None:
            message = f"{url!r} is no web address"
            raise errors.InputError(message)
        with self._office.db.write(dry_run=dry_run) as tx:
            found = articles.find_article(tx, article)
            if found is None:
                message = f"there is no article {article!r} (give its number, uid or address)"
                raise errors.NotFoundError(message)
            if target is None:
                links.remove_target(tx, found.id)
            else:
                now = self._office.clock.now()
                links.put_target(tx, found.id, target, now=now, by=by, note=note)
        return found
