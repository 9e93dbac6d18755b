"""The few phrases and the calendar that the sample site prints around its articles."""

from __future__ import annotations

from datetime import datetime

WORDS = {
    "en": {
        "skip": "Skip to the text",
        "search": "Search",
        "search_label": "Search the site",
        "found": "Found",
        "nothing": "Nothing was found. Try a shorter word.",
        "translation": "Читать по-русски",
        "other_language": "По-русски",
        "top": "Most read",
        "also": "Read also",
        "appeal_title": "All our texts stay free.",
        "appeal": "Please help.",
        "appeal_button": "Donate",
        "and": " and ",
        "by": "By",
        "editors": "The editors",
        "missing": "There is no such page",
        "missing_hint": "It may have moved. The search above knows every text we have.",
        "sections": "Sections",
        "feeds": "Feeds",
        "imprint": "A fictional newsroom. People, institutes and figures are invented.",
    },
    "ru": {
        "skip": "К тексту",
        "search": "Поиск",
        "search_label": "Поиск по сайту",
        "found": "Найдено",
        "nothing": "Ничего не нашлось. Попробуйте слово покороче.",
        "translation": "Read in English",
        "other_language": "In English",
        "top": "Самое читаемое",
        "also": "Читайте также",
        "appeal_title": "Все наши тексты остаются бесплатными.",
        "appeal": "Пожалуйста, помогите.",
        "appeal_button": "Поддержать",
        "and": " и ",
        "by": "Автор:",
        "editors": "Редакция",
        "missing": "Такой страницы нет",
        "missing_hint": "Возможно, ее перенесли. Поиск наверху знает все наши тексты.",
        "sections": "Разделы",
        "feeds": "Ленты",
        "imprint": "Вымышленная редакция. Люди, институты и цифры придуманы.",
    },
}
MONTHS = {
    "en": "January February March April May June July August September October November December",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
}


def long_date(moment: datetime, language: str) -> str:
    """A date as people write it: 20 November 2026, 20 ноября 2026."""
    return f"{moment.day} {MONTHS[language].split()[moment.month - 1]} {moment.year}"
