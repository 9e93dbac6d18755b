"""Renders one variant of an issue: subject, preheader, html with inlined CSS, and text.

In: an issue's contents and the site's folder of e-mail templates. Out: strings that hold slot
markers where the reader's own values will stand. It knows no reader, and it never returns a mail
that clients would clip: it leaves out the least important articles first.
"""

from __future__ import annotations

import itertools
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup

from dispatch import errors
from dispatch.model.contents import (
    ArticleBlock,
    BlockContents,
    IssueContents,
    LatestBlock,
    ListedArticle,
    ReadAlsoBlock,
    TopReadsBlock,
)
from dispatch.render import (
    blocks,
    catalogue,
    headers,
    inline,
    message,
    pictures,
    plain,
    prose,
    slots,
    trimming,
)
from dispatch.rules import addresses

#: Gmail clips a message near 102 kB and counts the encoded source.
HTML_OCTETS: Final = 90_000
HTML_OCTETS_WARNING: Final = 75_000

SUBJECT_CHARACTERS: Final = 120
PREHEADER_CHARACTERS: Final = 160

_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CSS_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
#: In kept.css, the comment that opens a style element of its own.
_CSS_PART: Final = re.compile(r"/\*!.*?\*/", re.DOTALL)

_log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedVariant:
    """What `model.newsletter.Variant` keeps: `html` and `text` hold slot markers."""

    subject: str
    preheader: str
    html: str
    text: str


def render_issue(contents: IssueContents, templates: Path) -> RenderedVariant:
    """`contents` as a mail, by the templates in the folder `templates`.

    Raises TemplateError, which names file and line, for a template that cannot be rendered, and
    for a mail above 90 kB with nothing left to leave out.
    """
    subject = make_subject(contents)
    contents = replace(contents, subject=subject, preheader=make_preheader(contents))
    contents, html = _render_within_budget(contents, templates)
    text = _tidy(_render(contents, templates, "issue.txt.j2"))
    way_out = addresses.unsubscribe_url(contents.publication, slots.TOKEN)
    if way_out not in html or way_out not in text:
        raise errors.TemplateError(f"{templates}: a part of the mail has no link to unsubscribe")
    return RenderedVariant(subject=subject, preheader=contents.preheader, html=html, text=text)


def make_subject(contents: IssueContents) -> str:
    """The given subject, or the first headline and how many articles follow."""
    articles = list(_articles(contents.blocks))
    text = headers.clean_text(contents.subject)
    if text or not articles:
        return text or headers.clean_text(contents.newsletter.title(contents.language))
    headline = _shortened(headers.clean_text(articles[0].title), SUBJECT_CHARACTERS)
    if len(articles) == 1:
        return headline
    return catalogue.plural(
        contents.language,
        "{headline} – and {count} more article",
        "{headline} – and {count} more articles",
        len(articles) - 1,
        headline=headline,
    )


def make_preheader(contents: IssueContents) -> str:
    """The given preheader, or the headlines after the first, or what there is instead."""
    articles = list(_articles(contents.blocks))
    titles = " · ".join(article.title for article in articles[1:3])
    standfirst = articles[0].standfirst if articles else ""
    found = contents.preheader or titles or standfirst
    text = found or contents.newsletter.title(contents.language)
    return _shortened(headers.clean_text(text), PREHEADER_CHARACTERS)


def _articles(contents_blocks: tuple[BlockContents, ...]) -> Iterator[ListedArticle]:
    """The articles of an issue in the order of reading."""
    for block in contents_blocks:
        match block:
            case TopReadsBlock():
                yield from (read.article for read in block.reads)
            case LatestBlock():
                yield from itertools.chain.from_iterable(group.articles for group in block.groups)
            case ReadAlsoBlock():
                yield from block.articles
            case ArticleBlock():
                yield block.article
            case _:
                continue


def _render_within_budget(contents: IssueContents, templates: Path) -> tuple[IssueContents, str]:
    while True:
        html = inline.inline_css(_tidy(_render(contents, templates, "issue.html.j2")))
        octets = message.encoded_octets(html)
        if octets <= HTML_OCTETS:
            break
        contents = trimming.trim(contents, (octets - HTML_OCTETS) / octets)
    if octets > HTML_OCTETS_WARNING:
        _log.warning(
            "mail_is_long newsletter=%s period=%s language=%s octets=%d limit=%d",
            contents.newsletter.name,
            contents.period,
            contents.language,
            octets,
            HTML_OCTETS,
        )
    return contents, html


def _render(contents: IssueContents, templates: Path, name: str) -> str:
    environment = _environment(templates, contents.language)
    try:
        return environment.get_template(name).render(_context(contents))
    except jinja2.TemplateNotFound as error:
        raise errors.TemplateError(
            f"{templates / (error.name or name)}: no such template"
        ) from error
    except jinja2.TemplateSyntaxError as error:
        place = f"{error.filename or templates / (error.name or name)}:{error.lineno}"
        raise errors.TemplateError(f"{place}: {error.message}") from error
    except (
        jinja2.TemplateError,
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        place = _place(error, templates) or str(templates / name)
        raise errors.TemplateError(f"{place}: {error}") from error


def _place(error: BaseException, templates: Path) -> str:
    """The innermost template line that `error` came through, as file:line."""
    place, trace = "", error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file.startswith(f"{templates}/"):
            place = f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _context(contents: IssueContents) -> Mapping[str, Any]:
    language, publication = contents.language, contents.publication
    unsubscribe = addresses.unsubscribe_url(publication, slots.TOKEN)
    return {
        "language": language,
        "direction": contents.direction,
        "subject": contents.subject,
        "preheader": contents.preheader,
        "publication": publication,
        "publication_name": publication.name(language),
        "site_host": urlsplit(publication.site).hostname or publication.site,
        "newsletter": contents.newsletter,
        "newsletter_title": contents.newsletter.title(language),
        "date_text": catalogue.format_date(contents.issued_on, language),
        "period": contents.period,
        "urls": {**asdict(contents.urls), "unsubscribe": unsubscribe},
        "blocks": [(blocks.BLOCKS[block.name], block) for block in contents.blocks],
    }


@cache
def _environment(templates: Path, language: str) -> jinja2.Environment:
    """The templates of one folder in one language; a changed file is read anew by itself."""
    text, plural = catalogue.translator(language)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(templates),
        autoescape=jinja2.select_autoescape(("html.j2",)),
        undefined=jinja2.StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(wrapped=plain.wrapped, underlined=plain.underlined)
    environment.globals.update(
        _=text,
        ngettext=plural,
        picture=pictures.picture,
        markdown=prose.from_markdown,
        markdown_text=prose.text_from_markdown,
        prose=prose.from_html,
        prose_text=prose.text_from_html,
        css=lambda name: Markup(_css(templates / name)),  # noqa: S704 - the operator's own CSS
        kept_css=lambda name: [Markup(part) for part in _kept_css(templates / name)],  # noqa: S704
        number=lambda value: catalogue.format_number(value, language),
    )
    return environment


def _finalize(value: Any) -> Any:
    """What is printed of `value`: no control characters, and no braces that look like Jinja.

    Gmail clips a mail for one stray control; a headline about "{{" must not be taken for a
    template that was not rendered.
    """
    if not isinstance(value, str):
        return value
    text = _CONTROL.sub("", value)
    if "{{" in text or "{%" in text:
        is_url = text.startswith(("https://", "http://"))
        text = text.replace("{", "%7B") if is_url else re.sub(r"{(?=[{%])", "{\u2060", text)
    return Markup(text) if isinstance(value, Markup) else text  # noqa: S704 - it was safe before


def _css(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise errors.TemplateError(f"{path}: {error.strerror}") from error
    if "</" in text:
        raise errors.TemplateError(f"{path}: CSS cannot hold '</'")
    return text


def _kept_css(path: Path) -> list[str]:
    """The parts of kept.css, each for a style element of its own, without what only we read.

    Gmail drops a whole element for one rule that it does not understand.
    """
    parts = (_CSS_COMMENT.sub("", part) for part in _CSS_PART.split(_css(path)))
    return [tight for part in parts if (tight := re.sub(r"\s+", " ", part).strip())]


def _shortened(text: str, characters: int) -> str:
    """`text` cut at a space, with an ellipsis, where it is longer than `characters`."""
    if len(text) <= characters:
        return text
    cut = text[:characters]
    return (cut.rpartition(" ")[0] or cut).rstrip(" ,.;:–—-") + "…"


def _tidy(text: str) -> str:
    """No blanks at line ends, no two empty lines in a row, one line end at the end."""
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"
