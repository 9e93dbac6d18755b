"""What every test may ask for: a fresh database of each kind, golden files, a certificate."""

from __future__ import annotations

import contextlib
import os
import shutil
import ssl
import subprocess
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from newsroom import Newsroom

from dispatch.store import database

#: Where a PostgreSQL for tests may be; a database of its own is made there for each test.
POSTGRESQL = os.environ.get(
    "DISPATCH_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
)

#: What must not be skipped ("postgresql,newsboat,..."); CI names everything here.
REQUIRED = frozenset(filter(None, os.environ.get("DISPATCH_TEST_REQUIRE", "").split(",")))

_GOLDEN = Path(__file__).with_name("golden")

Golden = Callable[[str, bytes], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew")


def missing(name: str, reason: str) -> None:
    """Skip visibly where `name` is not installed, fail where CI says that it must be."""
    if name in REQUIRED:
        pytest.fail(f"{name} is required here, but {reason}")
    pytest.skip(f"needs {name}: {reason}")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """`golden(name, data)` compares with tests/golden/`name`; `--update-golden` writes it."""

    def check(name: str, data: bytes) -> None:
        path = _GOLDEN / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        assert path.exists(), f"no golden file {name}: run pytest --update-golden and look at it"
        assert data == path.read_bytes(), f"differs from tests/golden/{name}"

    return check


@pytest.fixture(scope="session")
def postgresql_server() -> str:
    """The URL of a PostgreSQL server on which databases may be made."""
    pytest.importorskip("psycopg", reason="needs the extra 'postgresql'")
    engine = sa.create_engine(POSTGRESQL, connect_args={"connect_timeout": 3})
    try:
        with engine.connect():
            pass
    except sa.exc.OperationalError as error:
        missing("postgresql", f"nobody answers at {POSTGRESQL} ({str(error).splitlines()[0]})")
    finally:
        engine.dispose()
    return POSTGRESQL


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A fresh, empty database on the PostgreSQL server."""
    with _fresh_database(postgresql_server) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A SQLite database in a file of its own."""
    return f"sqlite:///{tmp_path}/test.db"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables: copied, for migrating anew for each test is slow."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def migrated_sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A SQLite database with all tables."""
    path = tmp_path / "migrated.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[str]:
    """A PostgreSQL database with all tables, to make others from."""
    with _fresh_database(postgresql_server) as url:
        _migrate(url)
        yield str(sa.make_url(url).database)


@pytest.fixture
def migrated_postgresql_url(postgresql_server: str, postgresql_template: str) -> Iterator[str]:
    """A PostgreSQL database with all tables."""
    with _fresh_database(postgresql_server, f"TEMPLATE {postgresql_template}") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Each kind of database in turn, with all tables: the same test on both."""
    url: str = request.getfixturevalue(f"migrated_{request.param}_url")
    return url


def _migrate(url: str) -> None:
    opened = database.open_database(url)
    opened.upgrade()
    opened.close()


@contextlib.contextmanager
def _fresh_database(server: str, options: str = "") -> Iterator[str]:
    name = f"dispatch_test_{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} {options}"))
    yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    engine.dispose()


@pytest.fixture
def db(database_url: str) -> Iterator[database.Database]:
    """An open database with all tables, on each kind in turn."""
    opened = database.open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def newsroom(tmp_path: Path, database_url: str) -> Iterator[Newsroom]:
    """A newsroom in a folder, on each kind of database in turn."""
    room = Newsroom(tmp_path / "site", database_url)
    yield room
    room.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-made certificate for localhost with its key, in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        missing("openssl", "it makes the certificate of the test")
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(path)]
    name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        [str(openssl), "req", "-x509", "-days", "2", *key, *name, "-out", f"{path}.crt"],
        check=True,
        capture_output=True,
    )
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


@pytest.fixture
def server_tls(certificate: Path) -> ssl.SSLContext:
    """A server's side of TLS with the self-made certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
