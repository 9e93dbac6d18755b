"""What `dispatch docs nginx` prints; that it is right, a true nginx says (tests/acceptance)."""

from __future__ import annotations

from newsroom import Newsroom

from dispatch.web import nginx

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("web/nginx",)


def test_the_headers_are_those_of_the_built_in_server(room: Newsroom) -> None:
    text, maps = nginx.feeds_part(room.app), nginx.http_part(room.app)
    assert "add_header Cache-Control $dispatch_cache;" in text.replace('"', "")
    assert 'default "public, max-age=900, stale-if-error=86400";' in maps
    assert '"~/archive/" "public, max-age=86400, stale-if-error=86400";' in maps
    assert "sandbox allow-popups" in text
    assert f'root "{room.app.config.folders.feeds}";' in text
    assert "proxy_pass" not in text


def test_brotli_is_switched_on_only_where_the_module_is_there(room: Newsroom) -> None:
    assert "    brotli_static on;" not in nginx.server_part(room.app)
    assert "    brotli_static on;" in nginx.server_part(room.app, with_brotli=True)


def test_a_site_below_a_folder_has_its_rules_there(room: Newsroom) -> None:
    path = room.root / "config.toml"
    text = path.read_text("utf-8").replace(":8025/", ":8025/news/")
    path.write_text(text, "utf-8")
    room.with_config('[web]\nretired = ["en/culture"]\n[web.redirects]\nwordpress = true')
    assert "location ~ ^/news/feeds/" in nginx.server_part(room.app)
    assert "location ^~ /news/feeds/en/culture/" in nginx.server_part(room.app)
    assert "^/news/(?<language>en|ru)/feed/atom/?" in nginx.http_part(room.app)
