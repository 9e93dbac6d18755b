"""What a source of each kind must have, and what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest
from newsroom import CONFIG, FILE_TRANSPORT

from dispatch import errors
from dispatch.config import Config, load_config
from dispatch.model.publication import Source

LONG = "0123456789abcdef0123456789abcdef"
FEED = 'kind = "feed"\nurl = "https://n.example/"'


def load(folder: Path, table: str) -> Config:
    (folder / "articles").mkdir(exist_ok=True)
    (folder / "key").write_text(f"{LONG}\n", encoding="utf-8")
    text = CONFIG.format(transport=FILE_TRANSPORT, database_url="sqlite:///var/dispatch.db")
    path = folder / "config.toml"
    path.write_text(f'{text}\n[[sources]]\nname = "one"\n{table}\n', encoding="utf-8")
    return load_config(path, {"KEY": LONG})


def source(folder: Path, table: str) -> Source:
    return load(folder, table).sources[-1]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('kind = "ghost"\nurl = "https://n.example/"', "key_file: is missing"),
        ('kind = "push"', "key_file: is missing"),
        ('kind = "push"\nkey = "short"', "too short to keep anyone from guessing it"),
        (f'kind = "feed"\nurl = "https://n.example/"\nkey = "{LONG}"', "kind feed has no key"),
        (f'kind = "push"\nkey = "{LONG}"\nkey_file = "key"', "key is given as well"),
        ('kind = "pages"', "url: is missing"),
        ('kind = "wordpress"\npath = "articles"', "kind wordpress has no path"),
        ('kind = "pages"\nurl = "https://n.example/"\nbody = "p["', "is not a CSS selector"),
        ('kind = "pages"\nurl = "https://n.example/"\nremove = ["::x"]', "is not a CSS selector"),
        (
            f'{FEED}\n[sources.section_map_by_language.de]\n"x" = "economy"',
            '"de" is not a language',
        ),
        (f'{FEED}\ntime_zone = "Europe/Atlantis"', "Europe/Atlantis"),
        (f'{FEED}\n[sources.translation_texts]\nde = ["x"]', '"de" is not a language'),
        (f'{FEED}\n[sources.translation_texts]\nru = [""]', "translation_texts"),
    ],
)
def test_a_source_has_what_its_kind_needs_and_nothing_else(
    tmp_path: Path, table: str, said: str
) -> None:
    with pytest.raises(errors.ConfigError) as caught:
        load(tmp_path, table)
    assert said in str(caught.value)
    assert LONG not in str(caught.value)


@pytest.mark.parametrize("key", [f'key = "{LONG}"', 'key_file = "key"', 'key = { env = "KEY" }'])
def test_a_key_may_stand_in_the_file_in_another_or_in_the_environment(
    tmp_path: Path, key: str
) -> None:
    found = source(tmp_path, f'kind = "push"\n{key}')
    assert found.key == LONG
    assert found.url == "http://127.0.0.1:8400/", "what is relative is relative to the site"
    assert LONG not in repr(found)


def test_maps_of_labels_are_folded_in_every_language(tmp_path: Path) -> None:
    table = 'kind = "feed"\nurl = "https://n.example/"\n[sources.section_map_by_language.ru]\n'
    found = source(tmp_path, f'{table}"Экономика И Жизнь" = "economy"')
    assert found.section_map_by_language == {"ru": {"экономика и жизнь": "economy"}}


def test_texts_of_links_to_translations_are_folded_as_they_are_compared(tmp_path: Path) -> None:
    texts = '{ ru = ["Текст  Оригинала", "По-русски"] }'
    found = source(
        tmp_path, f'kind = "pages"\nurl = "https://n.example/"\ntranslation_texts = {texts}'
    )
    assert found.translation_texts == {"ru": ("текст оригинала", "по-русски")}
