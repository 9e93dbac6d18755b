"""Feeds over HTTP: validators, encodings, media types, and what feed readers must never see."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from newsroom import Newsroom
from visitors import Visitors

from dispatch.render import encodings, output
from dispatch.web import asked, feed_files, shelf

RSS = "/feeds/en/rss.xml"
EVERY = ("/feeds/en/rss.xml", "/feeds/en/economy/atom.xml", "/feeds/all/feed.json")


@pytest.mark.parametrize("path", EVERY)
def test_a_feed_is_the_published_file_with_the_version_in_the_store(
    client: Visitors, path: str
) -> None:
    app = client.room.app
    name = path.removeprefix("/feeds/")
    version = app.feeds.get_versions()[name]
    response = client.get(path)
    assert response.status_code == 200
    assert response.content == (app.config.folders.feeds / name).read_bytes()
    assert response.headers["etag"] == f'"{version.digest}"'
    assert response.headers["last-modified"] == format_datetime(version.modified_at, usegmt=True)
    assert response.headers["content-length"] == str(len(response.content))


def test_a_feed_says_everything_that_caches_and_browsers_need(client: Visitors) -> None:
    headers = client.get(RSS).headers
    assert headers["cache-control"] == "public, max-age=900, stale-if-error=86400"
    assert headers["vary"] == "Accept-Encoding, Sec-Fetch-Dest"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["access-control-allow-origin"] == "*"
    assert headers["link"] == (
        '<http://127.0.0.1:8025/hub>; rel="hub", '
        '<http://127.0.0.1:8025/feeds/en/rss.xml>; rel="self"'
    )
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups allow-top-navigation-by-user-activation" in policy
    assert "set-cookie" not in headers


@pytest.mark.parametrize(
    ("path", "plain", "for_people"),
    [
        ("/feeds/en/rss.xml", "application/rss+xml", "application/xml"),
        ("/feeds/en/atom.xml", "application/atom+xml", "application/xml"),
        ("/feeds/en/feed.json", "application/feed+json", "application/feed+json"),
        ("/feeds/feed.css", "text/css", "text/css"),
    ],
)
def test_only_the_label_differs_for_a_person_who_opens_a_feed(
    client: Visitors, path: str, plain: str, for_people: str
) -> None:
    reader = client.get(path)
    script = client.get(path, headers={"Sec-Fetch-Dest": "empty"})
    person = client.get(path, headers={"Sec-Fetch-Dest": "document"})
    assert reader.headers["content-type"] == f"{plain}; charset=utf-8"
    assert script.headers["content-type"] == f"{plain}; charset=utf-8"
    assert person.headers["content-type"] == f"{for_people}; charset=utf-8"
    assert reader.content == person.content
    assert reader.headers["etag"] == person.headers["etag"]


def test_head_says_what_get_says(client: Visitors) -> None:
    got, asked = client.get(RSS), client.head(RSS)
    assert asked.status_code == 200
    assert dict(asked.headers) == dict(got.headers)


def test_the_compressed_feed_has_its_own_tag_and_the_same_content(client: Visitors) -> None:
    plain = client.get(RSS)
    zipped = client.get(RSS, headers={"Accept-Encoding": "gzip, deflate"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.headers["etag"] == f'{plain.headers["etag"][:-1]}-gzip"'
    assert int(zipped.headers["content-length"]) < len(plain.content)
    assert zipped.content == plain.content  # the client has unpacked it


def test_the_compressed_feed_is_byte_for_byte_the_twin_on_disk(client: Visitors) -> None:
    for coding, suffix in encodings.SUFFIXES.items():
        twin = client.room.app.config.folders.feeds / "en" / f"rss.xml{suffix}"
        with client.stream("GET", RSS, headers={"Accept-Encoding": coding}) as zipped:
            assert zipped.headers["content-encoding"] == coding
            assert b"".join(zipped.iter_raw()) == twin.read_bytes()


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
def test_a_reader_who_is_up_to_date_gets_a_complete_304(client: Visitors, encoding: str) -> None:
    first = client.get(RSS, headers={"Accept-Encoding": encoding})
    for condition in (
        {"If-None-Match": first.headers["etag"]},
        {"If-Modified-Since": first.headers["last-modified"]},
    ):
        again = client.get(RSS, headers={"Accept-Encoding": encoding, **condition})
        assert (again.status_code, again.content) == (304, b"")
        for name in ("etag", "last-modified", "cache-control", "vary", "link"):
            assert again.headers[name] == first.headers[name]


def test_news_reach_a_reader_who_has_the_old_feed(client: Visitors) -> None:
    room = client.room
    first = client.get(RSS)
    room.later(minutes=5)
    room.article("Fog in the port")
    room.collect()
    rebuilt = Visitors(room)  # another process: it has looked at nothing yet
    again = rebuilt.get(
        RSS,
        headers={
            "If-None-Match": first.headers["etag"],
            "If-Modified-Since": first.headers["last-modified"],
        },
    )
    assert again.status_code == 200
    assert b"Fog in the port" in again.content
    assert again.headers["last-modified"] != first.headers["last-modified"]


def test_a_file_is_looked_at_again_after_a_second(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Visitors(room)
    first = client.get(RSS)
    room.later(minutes=5)
    room.article("Fog in the port")
    room.collect()
    monkeypatch.setattr(shelf, "CHECK_SECONDS", 0.0)
    assert client.get(RSS).headers["etag"] != first.headers["etag"]


def test_the_query_string_is_no_part_of_a_feed(client: Visitors) -> None:
    plain, busted = client.get(RSS), client.get(f"{RSS}?cache=4711&format=html")
    assert (busted.content, busted.headers["etag"]) == (plain.content, plain.headers["etag"])


@pytest.mark.parametrize(
    "path",
    [
        "/feeds/en",
        "/feeds/de/rss.xml",
        "/feeds/README.md",
        "/feeds/en/rss.xml.gz",
        "/feeds/en/rss.xml/",
        "/feeds/..%2fconfig.toml",
        "/feeds/%2e%2e/config.toml",
        "/feeds/en/..%2f..%2f..%2fconfig.toml",
        "/feeds/%2fetc%2fpasswd",
        "/feeds/en%00/rss.xml",
        "/feeds/EN/rss.xml",
    ],
)
def test_an_unknown_feed_is_a_plain_404(client: Visitors, path: str) -> None:
    (client.room.app.config.folders.feeds / "README.md").write_text("secret")
    response = client.get(path)
    assert response.status_code == 404
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert "secret" not in response.text
    assert "http://127.0.0.1:8025/en/" in response.text


def test_a_feed_that_is_not_built_yet_is_promised_and_not_empty(room: Newsroom) -> None:
    for file in (room.app.config.folders.feeds / "ru").glob("*"):
        if file.is_file():
            file.unlink()
    response = Visitors(room).get("/feeds/ru/rss.xml")
    assert response.status_code == 503
    assert response.headers["retry-after"] == str(feed_files.RETRY_SECONDS)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_are_refused_in_plain_text(client: Visitors, method: str) -> None:
    response = client.request(method, RSS)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"
    assert response.headers["content-type"].startswith("text/plain")


def test_a_feed_is_served_while_the_database_is_away(room: Newsroom) -> None:
    client = Visitors(room)
    with room.app.db.write() as tx:
        tx.exec_driver_sql("ALTER TABLE feed_version RENAME TO gone")
    assert client.get(RSS).status_code == 200


def test_the_digest_is_the_one_of_the_store(client: Visitors) -> None:
    response = client.get("/feeds/all/feed.json")
    assert response.headers["etag"].strip('"') == output.digest(response.content)
    assert json.loads(response.content)["version"] == "https://jsonfeed.org/version/1.1"


def test_a_feed_that_is_gone_for_good_is_410_with_all_that_lay_below_it(room: Newsroom) -> None:
    client = Visitors(room.with_config('[web]\nretired = ["en/culture"]'))
    for path in ("/feeds/en/culture/rss.xml", "/feeds/en/culture/archive/1/atom.xml"):
        gone = client.get(path)
        assert (gone.status_code, gone.headers["content-type"]) == (
            410,
            "text/plain; charset=utf-8",
        )
    assert client.get("/feeds/en/cult/rss.xml").status_code == 404


def test_full_fetches_over_and_over_are_slowed_down_and_validators_are_free(
    room: Newsroom,
) -> None:
    client = Visitors(room.with_config("[web]\nfull_fetches_per_hour = 3"))
    first = [client.get(RSS) for _ in range(3)]
    assert [one.status_code for one in first] == [200, 200, 200]
    refused = client.get(RSS)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert client.get("/feeds/en/atom.xml").status_code == 200, "another feed is another count"
    assert client.get(RSS, headers={"User-Agent": "other"}).status_code == 200
    assert client.get(RSS, headers={"If-None-Match": first[0].headers["etag"]}).status_code == 304
    assert client.get(RSS, headers={"If-None-Match": '"old"'}).status_code == 200
    room.later(hours=1)
    assert client.get(RSS).status_code == 200


def test_a_forwarded_address_counts_only_from_a_proxy_on_this_machine() -> None:
    lines = [(b"x-forwarded-for", b"192.0.2.9, 198.51.100.7")]
    scope = {"headers": lines, "client": ("127.0.0.1", 5)}
    assert asked.read(scope).address == "198.51.100.7"
    assert asked.read({**scope, "client": ("203.0.113.5", 5)}).address == "203.0.113.5"


def test_two_builds_in_one_second_are_two_versions_for_every_reader(room: Newsroom) -> None:
    client, seen = Visitors(room), []
    for title in ("First fog", "Second fog"):
        room.article(title)
        room.collect()
        seen.append(Visitors(room).get(RSS))
    assert seen[0].headers["last-modified"] != seen[1].headers["last-modified"]
    late = client.get(RSS, headers={"If-Modified-Since": seen[0].headers["last-modified"]})
    assert late.status_code == 200
    assert b"Second fog" in late.content


def test_documents_of_the_past_are_served_for_longer_and_others_are_not_invented(
    client: Visitors,
) -> None:
    room = client.room
    room.article("An old story", published_at=room.clock.now() - timedelta(days=50))
    room.collect()
    path = "/feeds/en/archive/2026-10/atom.xml"
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert response.headers["cache-control"].startswith("public, max-age=86400")
    etag = response.headers["etag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304
    person = client.get(path, headers={"Sec-Fetch-Dest": "document"})
    assert person.headers["content-type"] == "application/xml; charset=utf-8"
    for other in ("en/archive/2026-09/atom.xml", "xx/archive/2026-10/atom.xml"):
        assert client.get(f"/feeds/{other}").status_code == 404


def test_feeds_are_served_by_a_process_that_starts_while_the_database_is_away(
    room: Newsroom,
) -> None:
    room.close()
    room.app = room.open_app()
    database = room.app.config.storage.url.removeprefix("sqlite:///")
    Path(database).write_bytes(b"this is no database" * 100)
    assert Visitors(room).get(RSS).status_code == 200
