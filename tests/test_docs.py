"""The documentation says what the program does: headings, words, links, and the quickstart."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import inspect
import os
import pkgutil
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum, StrEnum
from pathlib import Path
from typing import NamedTuple

import jinja2
import pytest

from dispatch import app, check, errors, model, reads, site, sources, transports
from dispatch.cli import options, root
from dispatch.compose import blocks as compose_blocks
from dispatch.config import shapes
from dispatch.model import contents, settings
from dispatch.model.alarm import AlarmKind
from dispatch.model.delivery import DeliveryState, OutcomeStatus
from dispatch.model.fault import FaultLevel
from dispatch.model.feed import FeedFormat, FeedKind, PartnerKind
from dispatch.model.gate import Asking, Effect
from dispatch.model.listener import ListenerWish
from dispatch.model.newsletter import (
    ArticleChoice,
    IssueAction,
    IssueState,
    LatePolicy,
    OncePolicy,
    ThinPolicy,
    UntranslatedPolicy,
)
from dispatch.model.publication import AppealPlace
from dispatch.model.ranking import Cap, RulingKind, Standing
from dispatch.model.reads import DiscardReason
from dispatch.model.run import RunState
from dispatch.model.source import HoldReason
from dispatch.model.subscriber import SubscriptionState, SuppressionReason
from dispatch.render import blocks, email
from dispatch.rules import gate as gate_rules
from dispatch.rules.consent import Refusal
from dispatch.rules.identity import Decision, Step

#: Modules that are tried here beside, or instead of, the one of this name.
ALSO_TESTS = ("transports/__init__",)

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(
    [
        *DOCS.rglob("*.md"),
        *ROOT.glob("*.md"),
        ROOT / "feeds" / "README.md",
        ROOT / "examples" / "newsroom" / "README.md",
    ]
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)

EXCEPTIONS = [
    name
    for name, one in inspect.getmembers(errors, inspect.isclass)
    if issubclass(one, errors.DispatchError) and one is not errors.DispatchError
]

STATES: list[type[Enum]] = [
    DeliveryState,
    Refusal,
    OutcomeStatus,
    IssueState,
    IssueAction,
    ListenerWish,
    RunState,
    SubscriptionState,
    SuppressionReason,
    Decision,
    Step,
    HoldReason,
    AlarmKind,
    DiscardReason,
    ArticleChoice,
    Effect,
    Asking,
    LatePolicy,
    Standing,
    Cap,
    RulingKind,
    OncePolicy,
    ThinPolicy,
    UntranslatedPolicy,
    settings.UncertainPolicy,
    settings.Security,
    FaultLevel,
    FeedKind,
    PartnerKind,
    AppealPlace,
]

_FENCED = re.compile(r"^( *)```([^\n]*)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_MEANING = re.compile(r"^\| `([^`]+)` \| (.+?) \|", re.MULTILINE)


class Block(NamedTuple):
    """A fenced part of a page: what stands behind the fence, and what stands in it."""

    page: Path
    kind: str
    text: str


def blocks_of(page: Path) -> Iterator[Block]:
    for indent, kind, text in _FENCED.findall(page.read_text(encoding="utf-8")):
        yield Block(page, kind, re.sub(f"^{indent}", "", text, flags=re.MULTILINE))


def without_blocks(page: Path) -> str:
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def headings_of(page: Path) -> list[str]:
    found = re.findall(r"^#+ (.+)$", without_blocks(page), re.MULTILINE)
    return [heading.replace("`", "").strip() for heading in found]


def anchor_of(heading: str) -> str:
    """What a heading is called in links: GitHub's rule."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def part_of(page: Path, heading: str) -> str:
    """The text under `heading`, up to the next one of any level."""
    text = page.read_text(encoding="utf-8")
    found = re.search(
        rf"^#+ `?{re.escape(heading)}`?\n(.*?)(?=^#|\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found, f"{page.name} has no heading {heading}"
    return found[1]


def meanings_of(states: type[Enum]) -> dict[str, str]:
    """The gloss beside each state in the code."""
    source = inspect.getsource(states)
    found = {}
    for state in states:
        gloss = re.search(rf"^    {state.name} = .*#: (.+)$", source, re.MULTILINE)
        assert gloss, f"{state} has no gloss"
        found[str(state.value)] = gloss[1]
    return found


# ------------------------------------------------------------------------------------ reference


@pytest.mark.parametrize("name", EXCEPTIONS)
def test_every_error_is_explained_and_says_what_to_do(name: str) -> None:
    explained = part_of(DOCS / "reference" / "errors.md", name).strip()

    said, _, to_do = explained.partition("\n\n")
    assert said == (getattr(errors, name).__doc__ or "").partition("\n")[0]
    assert to_do


@pytest.mark.parametrize("states", STATES, ids=lambda states: states.__name__)
def test_every_state_means_in_the_docs_what_it_means_in_the_code(states: type[Enum]) -> None:
    part = part_of(DOCS / "reference" / "errors.md", states.__name__)

    assert dict(_MEANING.findall(part)) == meanings_of(states)


def test_no_state_of_the_nouns_is_left_out() -> None:
    nouns = pkgutil.iter_modules(model.__path__, "dispatch.model.")
    states = {
        one
        for found in nouns
        for _, one in inspect.getmembers(importlib.import_module(found.name), inspect.isclass)
        if issubclass(one, StrEnum) and one is not StrEnum
    }

    assert states - {FeedFormat} <= set(STATES)


@pytest.mark.parametrize(
    ("page", "registered"),
    [
        ("sources.md", set(sources.KINDS)),
        ("reads.md", set(reads.KINDS)),
        ("transports.md", set(transports.KINDS)),
        ("blocks.md", set(blocks.BLOCKS)),
        ("gate.md", set(gate_rules.RULES)),
    ],
)
def test_every_registered_kind_has_its_heading(page: str, registered: set[str]) -> None:
    _, *headings = headings_of(DOCS / "reference" / page)

    assert set(headings) == registered


def test_the_registries_of_one_thing_agree() -> None:
    assert set(transports.KINDS) == set(settings.TRANSPORT_KINDS)
    assert set(blocks.BLOCKS) == set(compose_blocks.BLOCKS)


@pytest.fixture
def starter(tmp_path: Path) -> app.App:
    """A new site."""
    site.make_site(tmp_path, NOW)
    return app.App.open(tmp_path / "config.toml", {})


def test_every_job_has_its_heading(starter: app.App) -> None:
    jobs = starter.job_table()

    _, *headings = headings_of(DOCS / "reference" / "jobs.md")

    assert headings == [re.sub(":.+", ":NEWSLETTER", job.name) for job in jobs]


BLOCKS = [
    one
    for _, one in inspect.getmembers(contents, inspect.isclass)
    if one.__name__.endswith("Block") and dataclasses.is_dataclass(one)
]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.__name__)
def test_every_field_of_a_block_is_listed(block: type) -> None:
    name = block.__dict__["name"]
    listed = dict(_MEANING.findall(part_of(DOCS / "reference" / "blocks.md", name)))

    assert dataclasses.is_dataclass(block)
    assert set(listed) == {field.name for field in dataclasses.fields(block)}


def listed_variables(heading: str) -> set[str]:
    page = DOCS / "reference" / "template-variables.md"
    return {
        re.split(r"[(]", name)[0].rpartition(".")[2]
        for name, _ in _MEANING.findall(part_of(page, heading))
    }


def test_every_variable_of_the_templates_is_listed(starter: app.App) -> None:
    """By the very names that a template is given."""
    (newsletter,) = starter.config.newsletters
    given = email._context(check._sample(starter.config.publication, newsletter, "en", NOW))

    assert listed_variables("Everywhere") == set(given)
    assert listed_variables("urls") == set(given["urls"])
    assert listed_variables("Article") == {
        field.name for field in dataclasses.fields(contents.ListedArticle)
    }


def test_every_function_and_filter_of_the_templates_is_listed() -> None:
    environment = email._environment(site.default_templates(), "en")
    plain = jinja2.Environment(autoescape=True)

    assert listed_variables("Functions") == set(environment.globals) - set(plain.globals)
    assert listed_variables("Filters") == set(environment.filters) - set(plain.filters)


# ---------------------------------------------------------------------------------------- pages


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_between_pages_leads_somewhere(page: Path) -> None:
    dead = []
    for link in _LINK.findall(without_blocks(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in map(anchor_of, headings_of(target))):
            dead.append(link)

    assert not dead


def test_every_page_is_found_from_the_index() -> None:
    index = DOCS / "README.md"
    linked = {
        (DOCS / link.partition("#")[0]).resolve() for link in _LINK.findall(without_blocks(index))
    }

    assert set(DOCS.rglob("*.md")) - linked == {index}


@pytest.mark.parametrize("page", sorted((DOCS / "adr").glob("*.md")), ids=lambda page: page.stem)
def test_every_decision_says_why_what_for_how_much_and_until_when(page: Path) -> None:
    title, *headings = headings_of(page)

    assert title.startswith(page.stem[:4])
    assert headings == ["Context", "Choice", "Price", "When to revisit"]
    assert len(page.read_text(encoding="utf-8").splitlines()) <= 40, "half a page"


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(page.stem[:4]) for page in sorted((DOCS / "adr").glob("*.md"))]

    assert numbers == list(range(1, len(numbers) + 1))


SNIPPETS = [block for page in PAGES for block in blocks_of(page) if block.kind == "toml"]


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda block: block.page.stem)
def test_every_snippet_of_configuration_has_keys_that_there_are(snippet: Block) -> None:
    for name, value in tomllib.loads(snippet.text).items():
        table = inner_table(name)
        for entry in value if isinstance(value, list) else [value]:
            assert set(entry) <= set(table), f"[{name}] has no {set(entry) - set(table)}"


def inner_table(name: str) -> set[str]:
    """The keys of the table called `name`."""
    return set(shapes.keys_at((name,)) or shapes.keys_at((name, 0)))


def test_the_snippets_are_found() -> None:
    assert len(SNIPPETS) > 5


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_has_a_name_and_options_that_there_are(page: Path) -> None:
    wrong = []
    for line in commands_of(page):
        _, name, *rest = shlex.split(line, comments=True)
        command = root.commands.commands.get(name)
        if isinstance(command, options.Group):
            is_bare = not rest or rest[0].startswith("-")
            command = command.commands.get(command.default if is_bare else rest[0])
        known = {option for one in command.params for option in one.opts} if command else set()
        asked = {word.partition("=")[0] for word in rest if word.startswith("-")}
        if command is None or asked - known - {"-h", "--help"}:
            wrong.append(line)

    assert not wrong


def commands_of(page: Path) -> Iterator[str]:
    """What a reader is told to type, in blocks and in the middle of sentences."""
    for block in blocks_of(page):
        if block.kind.startswith(("sh", "console")):
            yield from re.findall(
                r"(?:^|&& )(?:\$ )?(dispatch [a-z][^&\n]*)", block.text, re.MULTILINE
            )
    yield from re.findall(r"`(dispatch [a-z][^`]*)`", without_blocks(page).replace("\n", " "))


# ----------------------------------------------------------------------------------- quickstart

QUICKSTART = [
    block for block in blocks_of(DOCS / "quickstart.md") if block.kind.startswith("sh run")
]


def test_the_commands_of_the_quickstart_work_in_an_empty_folder(tmp_path: Path) -> None:
    person = Person(tmp_path)

    for block in QUICKSTART:
        if block.kind == "sh run":
            person.types(block.text)
        else:
            person.leaves_running(block.text)

    (message,) = (person.here / "var" / "outbox").glob("*.eml")
    assert "The long queue for a short certificate" in message.read_text(encoding="utf-8")
    assert {path.stem.rpartition("-")[2] for path in (person.here / "preview").iterdir()} == {"en"}


def test_the_quickstart_shows_how_to_begin_and_how_to_go_on() -> None:
    commands = [line for block in QUICKSTART for line in block.text.splitlines()]
    verbs = [line.split()[1] for line in commands if line.startswith("dispatch ")]

    assert verbs[:2] == ["init", "check"]
    assert verbs[-1] == "run"


class Person:
    """Types the commands of a page one block after the other, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.here = folder / "home"
        self.here.mkdir()
        self.place = folder / "place"
        self.port = free_port()
        programs = folder / "bin"
        programs.mkdir()
        dispatch = programs / "dispatch"
        dispatch.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m dispatch "$@"\n')
        dispatch.chmod(0o755)
        self.environ = {
            "HOME": str(self.here),
            "LANG": "C.UTF-8",
            "PATH": f"{programs}:{os.environ['PATH']}",
            "DISPATCH_WEB__PORT": str(self.port),  # the page's own may be taken on this machine
        }

    def types(self, commands: str) -> None:
        """Every command succeeds; the next block begins where this one ended."""
        script = f"set -eu\n{commands}\npwd > {shlex.quote(str(self.place))}\n"
        done = subprocess.run(
            ["sh", "-c", script],
            cwd=self.here,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
        self.here = Path(self.place.read_text().strip())
        self.reads_on()

    def reads_on(self) -> None:
        """Time passes for a person between two blocks: files are no longer fresh."""
        an_hour_ago = time.time() - 3600
        for path in (self.here / "articles").glob("*.md"):
            os.utime(path, (an_hour_ago, an_hour_ago))

    def leaves_running(self, command: str) -> None:
        """It answers readers until it is told to stop, and then ends well."""
        arguments = ["sh", "-c", f"exec {command}"]
        with subprocess.Popen(
            arguments, cwd=self.here, env=self.environ, stderr=subprocess.PIPE, text=True
        ) as process:
            try:
                assert self.opens("feeds/en/rss.xml", process), process.communicate()[1]
            finally:
                process.send_signal(signal.SIGTERM)
            _, said = process.communicate(timeout=30)
        assert process.returncode == 0, said

    def opens(self, path: str, process: subprocess.Popen[str]) -> bool:
        """Whether the page at `path` is shown, before the process ends."""
        while process.poll() is None:
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                address = f"http://127.0.0.1:{self.port}/{path}"
                with urllib.request.urlopen(address, timeout=10) as answer:
                    return bool(answer.status == 200)
            time.sleep(0.05)
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
