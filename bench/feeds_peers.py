"""How Pelican and Hugo are set up for bench/feeds.py: feeds only, full text, nothing else.

In: the articles. Out: a folder for each of them to build from.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from feeds_newsroom import Source
from feeds_site import ENTRIES, SECTIONS, SITE


def write_pelican(sources: Iterable[Source], folder: Path) -> None:
    """Pelican's and our input. A section per language is a category of its own.

    Pelican has no feed per category and language; and it leaves translations out of the feeds of
    categories, so every article has a slug of its own.
    """
    folder.mkdir(parents=True)
    for source in sources:
        head = (
            f"Title: {source.title}\nDate: {source.published_at:%Y-%m-%d %H:%M}\n"
            f"Category: {source.section}-{source.language}\nLang: {source.language}\n"
            f"Slug: {source.language}-{source.number}\nAuthor: Ann Lee\n"
            f"Summary: {source.standfirst}\n"
        )
        path = folder / f"{source.language}-{source.number}.md"
        path.write_text(f"{head}\n{source.body}\n", encoding="utf-8")


def write_hugo(sources: Iterable[Source], folder: Path) -> None:
    """Hugo's input: a folder per language and section."""
    for source in sources:
        target = folder / source.language / source.section / f"{source.number}.md"
        target.parent.mkdir(parents=True, exist_ok=True)
        head = {
            "title": source.title,
            "date": source.published_at.isoformat(),
            "summary": source.standfirst,
            "authors": ["Ann Lee"],
        }
        target.write_text(f"{json.dumps(head, ensure_ascii=False)}\n\n{source.body}\n", "utf-8")


PELICAN_SETTINGS = f"""
SITENAME = "The Meridian"
SITEURL = FEED_DOMAIN = {SITE.rstrip("/")!r}
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
PLUGINS = []
FEED_MAX_ITEMS = {ENTRIES}
RSS_FEED_SUMMARY_ONLY = False
TRANSLATION_FEED_ATOM = "feeds/{{lang}}/atom.xml"
TRANSLATION_FEED_RSS = "feeds/{{lang}}/rss.xml"
CATEGORY_FEED_ATOM = "feeds/{{slug}}/atom.xml"
CATEGORY_FEED_RSS = "feeds/{{slug}}/rss.xml"
FEED_ALL_ATOM = "feeds/all/atom.xml"
FEED_ALL_RSS = "feeds/all/rss.xml"
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = TAG_FEED_ATOM = TAG_FEED_RSS = None
# Feeds only: no page is written, nothing else is copied.
ARTICLE_SAVE_AS = ARTICLE_LANG_SAVE_AS = CATEGORY_SAVE_AS = AUTHOR_SAVE_AS = TAG_SAVE_AS = ""
DRAFT_SAVE_AS = PAGE_SAVE_AS = ""
DIRECT_TEMPLATES = []
THEME_STATIC_PATHS = STATIC_PATHS = []
"""

HUGO_SETTINGS = f"""
baseURL = "{SITE}"
title = "The Meridian"
defaultContentLanguage = "en"
defaultContentLanguageInSubdir = true
disableKinds = ["taxonomy", "term", "404", "sitemap", "robotstxt"]
[languages.en]
  weight = 1
  contentDir = "content/en"
[languages.ru]
  weight = 2
  contentDir = "content/ru"
[outputs]
  home = ["RSS", "Atom", "JSON"]
  section = ["RSS", "Atom", "JSON"]
[outputFormats.Atom]
  mediaType = "application/atom+xml"
  baseName = "atom"
[mediaTypes."application/atom+xml"]
  suffixes = ["xml"]
# Feeds only: articles are read and converted, but no page of their own is written.
[[cascade]]
  [cascade.build]
    render = "never"
    list = "always"
  [cascade.target]
    kind = "page"
"""

HUGO_RSS = """{{- printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\"?>" | safeHTML }}
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>{{ .Title }}</title><link>{{ .Permalink }}</link><description>{{ .Title }}</description>
<language>{{ site.Language.Lang }}</language>
{{- $in := cond .IsHome SECTIONS (slice .Section) }}
{{- range first ENTRIES (where site.RegularPages "Section" "in" $in) }}
<item><title>{{ .Title }}</title><link>{{ .Permalink }}</link><guid>{{ .Permalink }}</guid>
<pubDate>{{ .Date.Format "Mon, 02 Jan 2006 15:04:05 -0700" }}</pubDate>
<description>{{ .Summary | transform.XMLEscape | safeHTML }}</description>
<content:encoded>{{ .Content | transform.XMLEscape | safeHTML }}</content:encoded></item>
{{- end }}
</channel></rss>
"""

HUGO_ATOM = """{{- printf "<?xml version=\\"1.0\\" encoding=\\"utf-8\\"?>" | safeHTML }}
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{{ site.Language.Lang }}">
<id>{{ .Permalink }}</id><title>{{ .Title }}</title><link href="{{ .Permalink }}"/>
{{- $in := cond .IsHome SECTIONS (slice .Section) }}
{{- range first ENTRIES (where site.RegularPages "Section" "in" $in) }}
<entry><id>{{ .Permalink }}</id><title>{{ .Title }}</title><link href="{{ .Permalink }}"/>
<updated>{{ .Lastmod.Format "2006-01-02T15:04:05Z07:00" }}</updated>
<author>{{ range .Params.authors }}<name>{{ . }}</name>{{ end }}</author>
<summary>{{ .Summary | transform.XMLEscape | safeHTML }}</summary>
<content type="html">{{ .Content | transform.XMLEscape | safeHTML }}</content></entry>
{{- end }}
</feed>
"""

HUGO_JSON = """{{- $items := slice }}
{{- $in := cond .IsHome SECTIONS (slice .Section) }}
{{- range first ENTRIES (where site.RegularPages "Section" "in" $in) }}
{{- $items = $items | append (dict "id" .Permalink "url" .Permalink "title" .Title
  "summary" .Summary "content_html" .Content "date_published" .Date) }}
{{- end }}
{{- dict "version" "https://jsonfeed.org/version/1.1" "title" .Title "items" $items | jsonify }}
"""


def set_up_hugo(folder: Path) -> None:
    """Hugo has RSS with summaries built in; full text, Atom and JSON need templates, given here."""
    layouts = folder / "layouts" / "_default"
    layouts.mkdir(parents=True)
    (folder / "hugo.toml").write_text(HUGO_SETTINGS)
    sections = "(slice " + " ".join(f'"{name}"' for name in SECTIONS) + ")"
    for name, text in (
        ("list.rss.xml", HUGO_RSS),
        ("list.atom.xml", HUGO_ATOM),
        ("list.json.json", HUGO_JSON),
    ):
        filled = text.replace("ENTRIES", str(ENTRIES)).replace("SECTIONS", sections)
        (layouts / name).write_text(filled)
