"""AskedFeeds: feeds that are made when somebody asks for them: what was searched, a reader's own.

In: the office; words, signed tokens. Out: articles, feeds as bytes. Never: a file; there are as
many of these as there are questions and readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from dispatch.app.office import Office
from dispatch.model.article import Article, RelatedArticle
from dispatch.model.feed import Feed, FeedContext, FeedFormat, FeedKind
from dispatch.model.subscriber import Subscription, SubscriptionState
from dispatch.render import catalogue
from dispatch.render import feeds as feed_documents
from dispatch.render.feed_pieces import Pieces
from dispatch.rules import addresses, tokens, words
from dispatch.rules import feeds as feed_rules
from dispatch.store import articles, own_feeds, related, search, subscribers
from dispatch.store.database import Transaction

#: Longer questions are not read to the end, and these many words of one are looked for.
MOST_CHARACTERS = 100
MOST_WORDS = 8
#: How many articles an answer shows.
MOST_RESULTS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnFeed:
    """A reader's own feed: whose it is, in which languages and sections (none means all)."""

    token: str
    subscriber_id: int
    languages: tuple[str, ...]
    sections: tuple[str, ...]


class AskedFeeds:
    """What is made on request."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def search(self, language: str, question: str) -> list[Article]:
        """The newest articles in `language` with all words of `question`."""
        stems = words.stems(question[:MOST_CHARACTERS])[:MOST_WORDS]
        with self._office.db.read() as tx:
            wanted = search.find(tx, stems, language, MOST_RESULTS)
            found = articles.get_articles(tx, wanted)
        return [found[number] for number in wanted]

    def search_feed(self, language: str, question: str, feed_format: FeedFormat) -> bytes:
        """The same as a feed, which any reader may follow."""
        asked = question[:MOST_CHARACTERS]
        publication = self._office.publication
        feed = Feed(
            key=f"{language}/search/{quote(asked, safe='')}",
            uid=f"{addresses.feed_uid(publication, language)}:search:{quote(asked, safe='')}",
            title=f"{publication.name(language)} – “{asked}”",
            subtitle=publication.languages[language],
            home_url=f"{addresses.search_url(publication, language)}?q={quote(asked, safe='')}",
            language=language,
            section=None,
            kind=FeedKind.ASKED,
            address=f"{language}/search.{{format}}?q={quote(asked, safe='')}",
        )
        return self._render(feed, feed_format, self.search(language, asked))

    def own_token(self, unsubscribe_token: str) -> str | None:
        """The token of the feed of the reader whom another of our tokens names."""
        subscriber_id = self._subscriber_of(unsubscribe_token)
        if subscriber_id is None:
            return None
        with self._office.db.read() as tx:
            return self._sign(subscriber_id, own_feeds.get_number(tx, subscriber_id))

    def renew(self, unsubscribe_token: str) -> str | None:
        """Make the addresses of a reader's feed worthless; the token of the new one."""
        subscriber_id = self._subscriber_of(unsubscribe_token)
        if subscriber_id is None:
            return None
        with self._office.db.write() as tx:
            return self._sign(subscriber_id, own_feeds.raise_number(tx, subscriber_id))

    def own_url(self, token: str, feed_format: FeedFormat) -> str:
        """Where a reader's own feed is."""
        return f"{self._office.publication.public_url}{_own_address(token, feed_format.value)}"

    def is_own(self, token: str) -> bool:
        """Whether a token was ever one of ours for a feed, be it good still or not."""
        return self._office.signer.read(token, tokens.Purpose.OWN_FEED) is not None

    def own_feed(self, token: str, feed_format: FeedFormat) -> bytes | None:
        """The feed of the reader's own sections and languages; None for a token that is no good."""
        read = self._office.signer.read(token, tokens.Purpose.OWN_FEED)
        if read is None:
            return None
        with self._office.db.read() as tx:
            if own_feeds.get_number(tx, read.subscriber_id) != read.scope:
                return None
            own = _own_feed(tx, token, read.subscriber_id)
            if own is None:
                return None
            shown = _newest(tx, own, self._office.config.feeds.entries)
        publication = self._office.publication
        language = own.languages[0]
        feed = Feed(
            key=f"mine/{token}",
            uid=addresses.feed_uid(publication, f"mine:{token}"),
            title=f"{publication.name(language)} – {catalogue.text(language, 'Your own feed')}",
            subtitle=_names(self._office, own),
            home_url=publication.page(language),
            language=language if len(own.languages) == 1 else None,
            section=None,
            kind=FeedKind.ASKED,
            address=_own_address(token, "{format}"),
        )
        return self._render(feed, feed_format, shown)

    def _render(self, feed: Feed, feed_format: FeedFormat, shown: Sequence[Article]) -> bytes:
        publication = self._office.publication
        language = feed.language or next(iter(publication.languages))
        context = FeedContext(
            publication=publication,
            settings=self._office.config.feeds,
            born_at=feed_rules.born_at(publication),
            read_also=self._beside(shown),
            feeds_page_url=addresses.feeds_page_url(publication, language),
        )
        pieces = Pieces()
        kept = feed_documents.fitting(shown, context, pieces)
        return feed_documents.render_feed(feed, feed_format, kept, context, (), pieces)

    def _beside(self, shown: Sequence[Article]) -> Mapping[int, Sequence[RelatedArticle]]:
        with self._office.db.read() as tx:
            ids = [one.id for one in shown]
            return related.list_earlier(tx, ids, self._office.config.feeds.read_also)

    def _subscriber_of(self, unsubscribe_token: str) -> int | None:
        read = self._office.signer.read(unsubscribe_token, tokens.Purpose.UNSUBSCRIBE)
        if read is None:
            return None
        with self._office.db.read() as tx:
            found = subscribers.find_subscriber_by_id(tx, read.subscriber_id)
        return found.id if found else None

    def _sign(self, subscriber_id: int, number: int) -> str:
        token = tokens.Token(tokens.Purpose.OWN_FEED, subscriber_id, number)
        return self._office.signer.make(token)


def _own_address(token: str, feed_format: str) -> str:
    return f"mine/{token}.{feed_format}"


def _own_feed(tx: Transaction, token: str, subscriber_id: int) -> OwnFeed | None:
    subscriber = subscribers.find_subscriber_by_id(tx, subscriber_id)
    if subscriber is None:
        return None
    every = subscribers.list_subscriptions(tx, subscriber_id)
    standing = [one for one in every if one.state is SubscriptionState.CONFIRMED] or every
    return OwnFeed(
        token=token,
        subscriber_id=subscriber_id,
        languages=subscriber.languages,
        sections=_sections(standing),
    )


def _sections(standing: Iterable[Subscription]) -> tuple[str, ...]:
    """The sections of all subscriptions together; one that has all has all."""
    chosen = [one.sections for one in standing]
    if not all(chosen):
        return ()
    return tuple(dict.fromkeys(section for sections in chosen for section in sections))


def _newest(tx: Transaction, own: OwnFeed, limit: int) -> list[Article]:
    found = {
        article.id: article
        for language in own.languages
        for section in own.sections or (None,)
        for article in articles.list_newest(tx, language=language, section=section, limit=limit)
    }
    newest = sorted(found.values(), key=lambda one: (one.published_at, one.id), reverse=True)
    return newest[:limit]


def _names(office: Office, own: OwnFeed) -> str:
    known = {section.key: section for section in office.publication.sections}
    names = [known[key].name(own.languages[0]) for key in own.sections if key in known]
    languages = [office.publication.languages.get(one, one) for one in own.languages]
    return " · ".join((*languages, *names))
