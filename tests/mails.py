"""Issues to render: a full one in each of three languages, as a newsroom would send it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, time
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from dispatch.model.article import Image
from dispatch.model.contents import (
    Announcement,
    AppealBlock,
    ArticleBlock,
    BlockContents,
    EventsBlock,
    IssueContents,
    IssueUrls,
    JobsBlock,
    LatestBlock,
    ListedArticle,
    ListedRead,
    ListedTranslation,
    NoteBlock,
    ReadAlsoBlock,
    SectionGroup,
    TopReadsBlock,
)
from dispatch.model.newsletter import Cadence, Newsletter
from dispatch.model.publication import Appeal, Publication, Section
from dispatch.render import slots

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What is written in one language, in the order of appearance."""

    direction: Literal["ltr", "rtl"]
    titles: tuple[str, ...]
    standfirst: str
    authors: str
    sections: tuple[str, str]
    day: str
    other: tuple[str, str, Literal["ltr", "rtl"]]
    appeal: tuple[str, str, str]
    note: tuple[str, str]


COPY = {
    "en": Copy(
        direction="ltr",
        titles=(
            "The port that nobody closed: how grain leaves a blockaded coast",
            "“We were told to wait”: inside the ministry’s lost fortnight",
            "What a single satellite image says about the winter offensive",
            "The judge who keeps her diary in pencil",
            "Prices & promises: five charts on a budget that adds up only once",
            "A small town votes on whether to move itself uphill",
            "Why the night train is back, and who pays for it",
            "The archive that was saved by a caretaker’s nephew",
        ),
        standfirst="Three captains, two insurers and one customs officer explain a route that "
        "officially does not exist.",
        authors="Anna Petrova and Tom Reid",
        sections=("Foreign policy", "Society"),
        day="24 November",
        other=("ru", "Читать по-русски", "ltr"),
        appeal=(
            "This digest has no advertisers",
            "It is paid for by 1,204 readers. If that is worth a coffee to you, be the next.",
            "Support our newsroom",
        ),
        note=(
            "From the editors",
            (
                "We moved **house** this week.\n\nThe [new letterbox](https://meridian.test/box) "
                "is\n\n- red\n- full\n\n> Write to us: we read everything."
            ),
        ),
    ),
    "ru": Copy(
        direction="ltr",
        titles=(
            "Порт, который никто не закрывал: как зерно уходит с блокированного побережья",
            "«Нам велели ждать»: две потерянные недели министерства изнутри",
            "Что один спутниковый снимок говорит о зимнем наступлении",
            "Судья, которая ведёт дневник карандашом",
            "Цены & обещания: пять графиков о бюджете, который сходится только один раз",
            "Маленький город голосует, переезжать ли ему выше по склону",
            "Почему вернулся ночной поезд и кто за него платит",
            "Высококвалифицированные человеконенавистники: архив спас племянник сторожа",
        ),
        standfirst="Три капитана, два страховщика и один таможенник объясняют маршрут, которого "
        "официально не существует.",
        authors="Анна Петрова и Том Рид",
        sections=("Внешняя политика", "Общество"),
        day="24 ноября",
        other=("en", "Read in English", "ltr"),
        appeal=(
            "В этой рассылке нет рекламы",
            "Её оплачивают 1204 читателя. Если она стоит чашки кофе, станьте следующим.",
            "Поддержать редакцию",
        ),
        note=("От редакции", "На этой неделе мы переехали.\n\nНовый почтовый ящик работает."),
    ),
    "he": Copy(
        direction="rtl",
        titles=(
            "הנמל שאיש לא סגר: כך יוצאת התבואה מחוף נצור",
            "„אמרו לנו לחכות”: השבועיים האבודים של המשרד",
            "מה מספר תצלום לוויין אחד על מתקפת החורף ב־2026",
            "השופטת שכותבת את יומנה בעיפרון",
            "מחירים & הבטחות: חמישה תרשימים על תקציב שמסתדר רק פעם אחת",
            "עיירה קטנה מצביעה אם לעבור במעלה ההר",
            "מדוע חזרה רכבת הלילה, ומי משלם עליה",
            "הארכיון שניצל בידי אחיינו של השרת",
        ),
        standfirst="שלושה רבי חובלים, שני מבטחים ופקיד מכס אחד מסבירים נתיב שרשמית אינו קיים.",
        authors="אנה פטרובה וטום ריד",
        sections=("מדיניות חוץ", "חברה"),
        day="24 בנובמבר",
        other=("en", "Read in English", "ltr"),
        appeal=(
            "בעלון הזה אין מפרסמים",
            "1,204 קוראים מממנים אותו. אם הוא שווה לכם כוס קפה בחודש, היו הבאים בתור.",
            "תמכו במערכת",
        ),
        note=("מהמערכת", "עברנו דירה השבוע.\n\nתיבת הדואר החדשה פועלת."),
    ),
}


def publication() -> Publication:
    return Publication(
        names={"en": "The Meridian", "ru": "Меридиан", "he": "המרידיאן"},
        site="https://meridian.test/",
        public_url="https://news.meridian.test/",
        languages={"en": "English", "ru": "Русский", "he": "עברית"},
        sections=(Section(key="world", names={"en": "Foreign policy"}),),
        time_zone=LONDON,
        contact="editors@meridian.test",
        postal_address="12 Fleet Lane, London EC4",
    )


def newsletter() -> Newsletter:
    return Newsletter(
        name="weekly",
        titles={"en": "The Week in Review", "ru": "Неделя", "he": "השבוע"},
        languages=("en", "ru", "he"),
        cadence=Cadence(weekday=4, at=time(9), time_zone=LONDON),
        blocks=("note", "top_reads", "appeal", "latest", "read_also"),
        from_name={"en": "The Meridian", "ru": "Меридиан", "he": "המרידיאן"},
        from_address="digest@meridian.test",
        reply_to="editors@meridian.test",
        list_id="weekly.meridian.test",
    )


def listed(copy: Copy, number: int, **changes: Any) -> ListedArticle:
    title = copy.titles[number % len(copy.titles)]
    facts: dict[str, Any] = {
        "title": title,
        "url": f"https://meridian.test/{number}/article?from=a&to=b",
        "standfirst": copy.standfirst,
        "authors_line": copy.authors if number % 3 else "",
        "section": copy.sections[number % 2],
        "date_text": copy.day,
        "image": Image(
            url=f"https://meridian.test/images/{number}.jpg",
            alt=title,
            width=1200,
            height=750,
        ),
    }
    return ListedArticle(**(facts | changes))


def translation(copy: Copy, number: int) -> ListedTranslation:
    language, label, direction = copy.other
    url = f"https://meridian.test/{language}/{number}"
    return ListedTranslation(language=language, url=url, label=label, direction=direction)


def usual_blocks(copy: Copy, language: str) -> tuple[BlockContents, ...]:
    reads = tuple(
        ListedRead(
            position=number + 1,
            article=listed(copy, number, translation=translation(copy, number)),
            reads=1234 - 217 * number if number < 3 else None,
        )
        for number in range(5)
    )
    groups = tuple(
        SectionGroup(
            name=name,
            articles=tuple(
                listed(copy, number, image=None if number == 6 else listed(copy, number).image)
                for number in numbers
            ),
        )
        for name, numbers in zip(copy.sections, ((5, 6), (7,)), strict=True)
    )
    title, text, button = copy.appeal
    return (
        NoteBlock(title=copy.note[0], text=copy.note[1]),
        TopReadsBlock(reads=reads),
        AppealBlock(
            appeal=Appeal(
                key="autumn",
                language=language,
                title=title,
                text=text,
                button=button,
                url="https://meridian.test/donate",
            )
        ),
        LatestBlock(groups=groups, omitted=3, more_url="https://meridian.test/latest"),
        ReadAlsoBlock(articles=(listed(copy, 3), listed(copy, 6))),
    )


def issue(language: str = "en", **changes: Any) -> IssueContents:
    """A full issue, with fields of IssueContents replaced."""
    copy = COPY[language]
    facts: dict[str, Any] = {
        "publication": publication(),
        "newsletter": newsletter(),
        "period": "2026-W48",
        "issued_on": date(2026, 11, 27),
        "language": language,
        "direction": copy.direction,
        "blocks": usual_blocks(copy, language),
        "urls": IssueUrls(
            web_view=f"https://news.meridian.test/issues/weekly/2026-W48/{language}",
            preferences=f"https://news.meridian.test/p/{slots.TOKEN}",
            feeds="https://news.meridian.test/feeds/",
            archive="https://news.meridian.test/issues/weekly/",
        ),
    }
    return IssueContents(**(facts | changes))


#: The templates that the repository ships.
TEMPLATES = Path(__file__).parents[1] / "templates" / "email"


def long_words() -> IssueContents:
    """Russian as it can be: words longer than a telephone is wide."""
    copy = COPY["ru"]
    titles = (
        "Частнопредпринимательское человеконенавистничество рентгеноэлектрокардиографического",
        "Сельскохозяйственно-машиностроительное водогрязеторфопарафинолечение и его сторонники",
        "Превысокомногорассмотрительствующее достопримечательствование",
    )
    return issue("ru", blocks=usual_blocks(replace(copy, titles=titles), "ru"))


def bare(language: str = "ru") -> IssueContents:
    """What there is when sources say little: no image, no author, no standfirst, no section."""
    copy = COPY[language]
    articles = tuple(
        listed(copy, n, image=None, authors_line="", standfirst="", section="") for n in range(6)
    )
    reads = tuple(
        ListedRead(position=n, article=article) for n, article in enumerate(articles[:3], 1)
    )
    latest = LatestBlock(groups=(SectionGroup(name="", articles=articles[3:]),))
    return issue(language, blocks=(TopReadsBlock(reads=reads), latest))


def one_article() -> IssueContents:
    """The thinnest issue."""
    articles = (listed(COPY["en"], 0),)
    return issue("en", blocks=(LatestBlock(groups=(SectionGroup(name="", articles=articles),)),))


def thirty_articles() -> IssueContents:
    """The thickest issue that is usual, over two sections."""
    copy = COPY["en"]
    groups = tuple(
        SectionGroup(name=name, articles=tuple(listed(copy, n) for n in range(start, start + 15)))
        for name, start in zip(copy.sections, (0, 15), strict=True)
    )
    return issue("en", blocks=(LatestBlock(groups=groups),))


def long_headline() -> IssueContents:
    """A headline of 300 characters, in the lead and below."""
    title = ("A headline that an editor meant to shorten and then went home instead, " * 5)[
        :299
    ] + "."
    copy = replace(COPY["en"], titles=(title, *COPY["en"].titles[1:5], title))
    return issue("en", blocks=usual_blocks(copy, "en"))


def every_block(language: str = "en") -> IssueContents:
    """An issue with a whole article, events and jobs as well."""
    copy = COPY[language]
    html = (
        f"<p>{copy.standfirst} <a href='https://meridian.test/map'>{copy.titles[6]}</a></p>"
        f"<h2>{copy.titles[3]}</h2><p>{copy.standfirst * 3}</p>"
        "<figure><img src='https://meridian.test/images/5.jpg' alt='' width='1200' height='750'>"
        f"<figcaption>{copy.titles[5]}</figcaption></figure>"
        f"<blockquote><p>{copy.standfirst}</p></blockquote><hr>"
        f"<ul><li>{copy.titles[3]}</li><li>{copy.titles[6]}</li></ul><p>{copy.standfirst * 2}</p>"
    )
    announcements = tuple(
        Announcement(
            title=copy.titles[number],
            url=f"https://meridian.test/events/{number}",
            text=copy.standfirst if number == 3 else "",
            place=copy.sections[0] if number != 6 else "",
            date_text=copy.day,
        )
        for number in (3, 5, 6)
    )
    return issue(
        language,
        blocks=(
            *usual_blocks(copy, language),
            ArticleBlock(article=listed(copy, 4), html=html),
            EventsBlock(announcements=announcements),
            JobsBlock(announcements=announcements[1:]),
        ),
    )


#: Every kind of issue that the design has to hold, by the name of its picture.
ALL: dict[str, Callable[[], IssueContents]] = {
    "en": lambda: issue("en"),
    "ru": lambda: issue("ru"),
    "he": lambda: issue("he"),
    "ru-long-words": long_words,
    "ru-bare": bare,
    "he-bare": lambda: bare("he"),
    "en-one": one_article,
    "en-every-block": every_block,
    "he-every-block": lambda: every_block("he"),
    "en-thirty": thirty_articles,
    "en-long-headline": long_headline,
}
