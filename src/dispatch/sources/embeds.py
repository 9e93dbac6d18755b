"""Puts a link where a page embeds a player or a frame: no feed reader and no mail program runs one.

In: HTML as a source has it. Out: HTML in which frames, videos and sounds are links, with their
still picture where there is one. Never: clean; what it gives is cleaned after it. The words of a
link are the embed's own title or the name of its host, so they need no language.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape, unescape
from typing import Final
from urllib.parse import urlsplit

#: An article with more of them is a page of something else, and is left as it is.
MAX_EMBEDS: Final = 100
#: What stands between the tags: other sources, subtitles, words for old browsers.
_MOST_WITHIN: Final = 8_000
_LONGEST_TITLE: Final = 200

_OPENING: Final = re.compile(r"<(?:iframe|video|audio)[\s>]", re.IGNORECASE)
_EMBED: Final = re.compile(
    r"<(?P<tag>iframe|video|audio)(?P<said>(?:\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)?)>"
    rf"(?P<within>[\s\S]{{0,{_MOST_WITHIN}}}?)</(?P=tag)\s*>",
    re.IGNORECASE,
)
_SOURCE: Final = re.compile(r"<source(\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+)>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    r"([a-z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE
)
#: Where lazy loaders keep the real address, best first.
_PLACES: Final = ("data-src", "data-lazy-src", "data-original", "src")
_HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
#: Frames that nobody looks at: counters, buttons, advertisements.
_IDLE_HOSTS: Final = re.compile(
    r"(?:^|\.)(?:googletagmanager\.com|doubleclick\.net|googlesyndication\.com|addthis\.com"
    r"|amazon-adsystem\.com|recaptcha\.net|adfox\.ru|yandexadexchange\.net)$"
)
_IDLE_PATHS: Final = re.compile(r"^/plugins/(?:like|share_button|page)\.php|^/recaptcha/")

#: A player's address -> the page that people open, and its still picture.
_PLAYERS: Final = (
    (
        re.compile(r"//(?:www\.)?youtube(?:-nocookie)?\.com/embed/([A-Za-z0-9_-]{11})(?![\w-])"),
        "https://www.youtube.com/watch?v={}",
        "https://i.ytimg.com/vi/{}/hqdefault.jpg",
    ),
    (re.compile(r"//player\.vimeo\.com/video/([0-9]{1,12})"), "https://vimeo.com/{}", ""),
    (
        re.compile(r"//(?:www\.)?dailymotion\.com/embed/video/([A-Za-z0-9]{1,20})"),
        "https://www.dailymotion.com/video/{}",
        "",
    ),
    (
        re.compile(r"//rutube\.ru/play/embed/([A-Za-z0-9]{1,40})"),
        "https://rutube.ru/video/{}/",
        "",
    ),
)


def as_links(html: str, resolve: Callable[[str], str | None]) -> str:
    """`html` with a link for each embed; `resolve` makes an address absolute, or refuses it."""
    if not _OPENING.search(html) or len(_OPENING.findall(html)) > MAX_EMBEDS:
        return html
    return _EMBED.sub(lambda embed: _link(embed, resolve), html)


def _link(embed: re.Match[str], resolve: Callable[[str], str | None]) -> str:
    said = _attributes(embed["said"])
    within = _SOURCE.search(embed["within"])
    places = [said.get(name, "") for name in _PLACES]
    places += [_attributes(within[1]).get("src", "")] if within else []
    url = next((found for one in places if one and (found := resolve(one))), None)
    if url is None or _is_idle(url, said):
        return ""
    page, picture = _page_of(url)
    picture = picture or resolve(said.get("poster", "")) or ""
    title = " ".join(said.get("title", "").split())[:_LONGEST_TITLE]
    words = title or (urlsplit(page).hostname or "").removeprefix("www.")
    still = f'<img src="{escape(picture)}" alt=""></a><br>' if picture else ""
    opening = f'<a href="{escape(page)}">'
    shown = f"{opening}{still}" if still else ""
    return f"<p>{shown}{opening}▶ {escape(words)}</a></p>"


def _attributes(text: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), unescape("".join(values)).strip())
    return found


def _is_idle(url: str, said: Mapping[str, str]) -> bool:
    sizes = {said.get(name, "").removesuffix("px") for name in ("width", "height")}
    parts = urlsplit(url)
    return bool(
        sizes & {"0", "1"}
        or "hidden" in said
        or _HIDDEN.search(said.get("style", ""))
        or _IDLE_HOSTS.search(parts.hostname or "")
        or _IDLE_PATHS.search(parts.path)
    )


def _page_of(url: str) -> tuple[str, str]:
    """(the page for people, its still picture or "")."""
    for pattern, page, picture in _PLAYERS:
        if found := pattern.search(url):
            return page.format(found[1]), picture.format(found[1])
    return url, ""
