"""The shape of the code, as CONTRIBUTING promises it, read from the sources themselves."""

from __future__ import annotations

import ast
import dataclasses
import graphlib
import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path

import grimp
import pytest

from dispatch import model

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src" / "dispatch"
TESTS = ROOT / "tests"

#: Where each outside library lives. One that is not here has to choose a home first.
HOMES: dict[str, set[str]] = {
    "alembic": {"store"},
    "apscheduler": {"scheduler"},
    "babel": {"render"},
    "brotli": {"render"},
    "click": {"cli"},
    "crawleruseragents": {"reads"},
    "feedgen": {"render"},
    "h11": {"fetch"},
    "httpcore2": {"fetch"},
    "httpx2": {"fetch"},
    "idna": {"render", "rules"},  # a pure table: host names in other scripts
    "jinja2": {"render"},
    # feedgen's extension and premailer's tree; feeds that are judged; feeds of strangers
    "lxml": {"render", "rules", "sources"},
    "markdown_it": {"render", "sources"},
    "markupsafe": {"render"},
    "nh3": {"sources"},
    "premailer": {"render"},
    "protego": {"fetch"},
    "pydantic": {"config", "sources"},  # what strangers send as JSON
    "pydantic_core": {"config", "sources"},
    "rich": {"cli"},
    "sqlalchemy": {"store"},
    "starlette": {"web"},
    "trafilatura": {"sources"},
    "uvicorn": {"web"},
    "yaml": {"sources"},
}

#: Who imports within a function, and what: the parts of the App, and libraries that take long.
LATE: dict[str, str] = {
    "app/__init__": "its parts",
    "reads/bots": "crawleruseragents",
    "render/inline": "premailer",
    "sources/page_text": "trafilatura",
    "store/revisions": "alembic",
    "store/upsert": "a dialect",
}

#: Parts of the standard library that are a door to the world, and who may open it.
DOORS: dict[str, set[str]] = {
    "gettext": {"render"},
    "http.client": set(),
    "random": {"deliver"},
    "smtplib": {"transports"},
    "socket": {"deliver", "fetch", "jobs", "transports", "web"},
    "sqlite3": set(),
    "ssl": {"fetch", "transports"},
    "tomllib": {"config"},
    "urllib.request": set(),
}

#: What pure code has no use for: files, network, clocks, dice, threads, logs.
IMPURE = {
    *("asyncio", "glob", "io", "logging", "os", "random", "secrets", "shutil", "socket", "sqlite3"),
    *("ssl", "subprocess", "tempfile", "threading", "time", "urllib.request", "uuid"),
}

#: Lower-case names that are imported from our own modules all the same.
BORROWED = {
    ("dispatch.cli.door", "pass_door"),  # a decorator, which click calls by its bare name
    ("dispatch", "__version__"),
    ("dispatch.config.tables.table", "setting"),  # on every line of a table
    ("dispatch.config", "load_config"),  # the one call that makes a Config, beside the class
    ("dispatch.sources.feed_nodes", "attributes"),  # `Node` and its reader, on every other line
}

#: Attributes that ask the machine: `datetime.now`, `date.today`, `os.environ`.
IMPURE_ATTRIBUTES = {"now", "today", "utcnow", "environ"}

BANNED_NAMES = {"utils", "util", "helpers", "helper", "manager", "base", "common", "handler"}

#: Longest body of a function, in lines, without its docstring.
LONGEST = 45

MODULES = {
    path.relative_to(SOURCES).with_suffix("").as_posix(): ast.parse(path.read_text("utf-8"))
    for path in sorted(SOURCES.rglob("*.py"))
}


def list_claims() -> Iterator[tuple[str, str]]:
    """(module, test file) of each module that a test file claims by its `ALSO_TESTS`."""
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ALSO_TESTS":
                file = path.relative_to(TESTS).as_posix()
                yield from ((module, file) for module in ast.literal_eval(node.value))


CLAIMED = tuple(list_claims())
#: Modules whose tests do not carry their name, and the test files that hold them to account.
TESTED_BY = dict(CLAIMED)


def at_home(module: str, homes: set[str]) -> bool:
    return module.split("/", maxsplit=1)[0] in homes


def imports_of(tree: ast.AST) -> Iterator[tuple[str, str | None, int]]:
    """(module, name or None, line) of every import in `tree`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: imports are absolute"
            yield from ((node.module or "", alias.name, node.lineno) for alias in node.names)


def functions_of(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def is_own_module(module: str) -> bool:
    path = SOURCES.joinpath(*module.split(".")[1:])
    return path.with_suffix(".py").is_file() or path.is_dir()


def leads_to(door: str, module: str, name: str | None) -> bool:
    whole = f"{module}.{name}" if name else module
    return whole == door or whole.startswith(f"{door}.")


def test_imports_go_down_only() -> None:
    lint = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run(
        [lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = grimp.build_graph("dispatch", cache_dir=None)
    order = graphlib.TopologicalSorter(
        {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    )

    order.prepare()  # raises CycleError, which names the circle


def test_every_outside_library_is_used_at_home_only() -> None:
    known = {"dispatch", "__future__", *sys.stdlib_module_names}
    outside = {
        (library, module)
        for module, tree in MODULES.items()
        for found, _, _ in imports_of(tree)
        if (library := found.split(".")[0]) not in known
    }

    homeless = {library for library, _ in outside} - set(HOMES)
    assert not homeless, "choose a home for it in HOMES"
    abroad = {
        (library, module) for library, module in outside if not at_home(module, HOMES[library])
    }
    assert not abroad
    assert {library for library, _ in outside} == set(HOMES), "a home without its library"


def test_doors_to_the_world_are_opened_by_their_keepers_only() -> None:
    opened = {
        (door, module)
        for module, tree in MODULES.items()
        for found, name, _ in imports_of(tree)
        for door in DOORS
        if leads_to(door, found, name)
    }

    assert not {(door, module) for door, module in opened if not at_home(module, DOORS[door])}
    idle = {door for door, keepers in DOORS.items() if keepers} - {door for door, _ in opened}
    assert not idle, "a keeper without a door"


def test_rules_and_nouns_touch_nothing() -> None:
    pure = {name: tree for name, tree in MODULES.items() if at_home(name, {"rules", "model"})}
    touched = {
        (module, door)
        for module, tree in pure.items()
        for found, name, _ in imports_of(tree)
        for door in IMPURE
        if leads_to(door, found, name)
    }
    asked = {
        (module, node.attr)
        for module, tree in pure.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in IMPURE_ATTRIBUTES
    }
    opened = {
        (module, node.lineno)
        for module, tree in pure.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and node.id == "open"
    }

    assert not touched | asked | opened


def test_of_our_own_code_modules_are_imported_and_no_functions() -> None:
    """Classes, constants and types may come by name: theirs begin with a capital.

    A function is called through its module, which says where it lives: `consent.may_deliver(...)`.
    The `__init__` of a package may show functions of its own modules.
    """
    functions = {
        (found, name)
        for module, tree in MODULES.items()
        for found, name, _ in imports_of(tree)
        if found.split(".")[0] == "dispatch" and name and not name.lstrip("_")[:1].isupper()
        if not is_own_module(f"{found}.{name}")
        if module != "/".join([*found.split(".")[1:2], "__init__"])
    }

    assert functions == BORROWED


def test_every_import_stands_at_the_top() -> None:
    """But for those that make a start quick: what a command has no use for must not delay it."""
    late = {
        (module, line)
        for module, tree in MODULES.items()
        for function in functions_of(tree)
        for _, _, line in imports_of(function)
        if module not in LATE and not at_home(module, {"cli"})
    }

    assert not late


def test_who_may_import_late_does_so() -> None:
    late = {m for m in LATE for f in functions_of(MODULES[m]) if any(imports_of(f))}
    assert late == set(LATE)


@pytest.mark.parametrize(
    ("asked", "unwanted"),
    [
        ("dispatch.cli.root", {"dispatch.app", "pydantic", "sqlalchemy", "lxml", "rich"}),
        ("dispatch.app", {"dispatch.render.email", "dispatch.sources.feed", "httpx2", "alembic"}),
        ("dispatch.app.feeds", {"dispatch.compose", "premailer", "alembic", "requests"}),
    ],
)
def test_a_start_loads_nothing_that_it_has_no_use_for(asked: str, unwanted: set[str]) -> None:
    script = f"import sys, {asked}; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert asked in done.stdout.split()
    assert not unwanted & set(done.stdout.split())


def test_every_module_says_what_it_is_for() -> None:
    assert not [module for module, tree in MODULES.items() if not ast.get_docstring(tree)]


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not [
        module
        for module in MODULES
        if {part.strip("_") for part in module.split("/")} & BANNED_NAMES
    ]


def test_no_function_is_long() -> None:
    long = {
        (module, function.name): lines
        for module, tree in MODULES.items()
        if "migrations/versions" not in module  # one long list, on purpose
        for function in functions_of(tree)
        if (lines := body_lines(function)) > LONGEST
    }

    assert not long


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the one with `def` to the last, without those of the docstring."""
    first = function.body[0]
    has_docstring = ast.get_docstring(function, clean=False) is not None
    docstring = (first.end_lineno or 0) - first.lineno + 1 if has_docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - docstring


def test_only_the_command_line_prints() -> None:
    """And a module that is run by itself (`if __name__ == "__main__"`)."""
    prints = {
        (module, node.lineno)
        for module, tree in MODULES.items()
        for top in tree.body
        if not isinstance(top, ast.If) and not at_home(module, {"cli"})
        for node in ast.walk(top)
        if isinstance(node, ast.Name) and node.id == "print"
    }

    assert not prints


def test_every_module_has_its_tests() -> None:
    """`render/email.py` has a `test_email.py` somewhere below `tests/render/`, and so on."""
    untested = {module for module in MODULES if module not in TESTED_BY and needs_tests(module)}

    assert not {module for module in untested if not list(mirrors_of(module))}


def needs_tests(module: str) -> bool:
    """Whether there is anything to go wrong: the nouns are data, most `__init__`s are a line."""
    if module.startswith("store/migrations/versions/"):  # one test makes and unmakes them all
        return False
    return not at_home(module, {"model"}) and any(functions_of(MODULES[module]))


def mirrors_of(module: str) -> Iterator[Path]:
    folder, _, name = module.rpartition("/")
    if name == "__init__":
        yield from TESTS.glob(f"test_{folder}.py")
    else:
        yield from (TESTS / folder).glob(f"**/test_{name}.py" if folder else f"test_{name}.py")


def test_what_is_tested_under_another_name_is_so_in_fact() -> None:
    assert not [one for one in TESTED_BY if one not in MODULES or not needs_tests(one)]
    assert not [module for module in TESTED_BY if list(mirrors_of(module))], "it has its own now"
    assert len(CLAIMED) == len(TESTED_BY), "two files claim one module"


def nouns() -> Iterator[type]:
    for found in pkgutil.iter_modules(model.__path__, "dispatch.model."):
        module = importlib.import_module(found.name)
        for _, one in inspect.getmembers(module, inspect.isclass):
            if one.__module__ == found.name:
                yield one


DATACLASSES = [one for one in nouns() if dataclasses.is_dataclass(one)]
ENUMS = [one for one in nouns() if issubclass(one, Enum)]

#: Moments whose name is not one that ends in `_at`: the two ends of a window, and "since".
OTHER_MOMENTS = {"since", "window_start", "window_end"}


def test_every_noun_is_data_or_a_list_of_states() -> None:
    assert set(nouns()) == {*DATACLASSES, *ENUMS}


@pytest.mark.parametrize("noun", DATACLASSES, ids=lambda noun: noun.__name__)
def test_every_noun_is_frozen_and_is_made_with_names(noun: type) -> None:
    decorators = ast.parse(inspect.getsource(noun)).body[0]
    assert isinstance(decorators, ast.ClassDef)
    (decorator,) = decorators.decorator_list

    assert ast.unparse(decorator) == "dataclass(frozen=True, slots=True, kw_only=True)"


@pytest.mark.parametrize("noun", DATACLASSES, ids=lambda noun: noun.__name__)
def test_every_moment_says_so_in_its_name(noun: type) -> None:
    moments = {
        field.name
        for field in dataclasses.fields(noun)
        if str(field.type).split(" | ")[0] == "datetime"
    }

    assert not {name for name in moments if not name.endswith("_at")} - OTHER_MOMENTS


@pytest.mark.parametrize("states", ENUMS, ids=lambda states: states.__name__)
def test_every_state_has_a_gloss(states: type[Enum]) -> None:
    lines = inspect.getsource(states).splitlines()
    bare = [
        state.name
        for state in states
        if not any(
            line.strip().startswith(f"{state.name} = ") and "  #: " in line for line in lines
        )
    ]

    assert not bare
