from __future__ import annotations

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dispatch import config, errors
from dispatch.config import secrets

SMTP = '[transport]\nkind = "smtp"\nhost = "mail.example"\nusername = "news"\n'


@pytest.fixture
def without_key(right: str) -> str:
    """The right configuration, but for its signing key."""
    return right.replace('secret = "0123456789abcdef0123456789abcdef"\n', "")


@pytest.mark.parametrize(
    "written",
    ['password = "hunter2"', 'password_file = "smtp.txt"', 'password = { env = "SMTP_PASSWORD" }'],
    ids=["plain", "file", "variable"],
)
def test_a_secret_is_written_in_three_ways(
    load: Callable[..., config.Config], right: str, folder: Path, written: str
) -> None:
    (folder / "smtp.txt").write_text("hunter2\n")

    transport = load(f"{right}{SMTP}{written}\n", {"SMTP_PASSWORD": "hunter2"}).transport

    assert transport.password == "hunter2"
    assert "hunter2" not in repr(transport)


def test_a_file_named_by_a_variable_wins_over_the_password_in_the_file(
    load: Callable[..., config.Config], right: str, folder: Path
) -> None:
    (folder / "smtp.txt").write_text("from-file")
    environ = {"DISPATCH_TRANSPORT__PASSWORD_FILE": str(folder / "smtp.txt")}

    loaded = load(f'{right}{SMTP}password = "old"\n', environ)

    assert loaded.transport.password == "from-file"


def test_the_url_of_the_database_may_stand_in_a_file(
    load: Callable[..., config.Config], right: str, folder: Path
) -> None:
    (folder / "url.txt").write_text("postgresql://u:hunter2@db/news\n")

    loaded = load(f'{right}url_file = "url.txt"\n')

    assert loaded.storage.url == "postgresql+psycopg://u:hunter2@db/news"
    assert "hunter2" not in repr(loaded)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ('password = { env = "SMTP_PASWORD" }', "the environment has no SMTP_PASWORD"),
        ('password = { file = "x" }', "is not a secret"),
        ("password = 7", "is not a secret"),
        ('password_file = "none.txt"', "cannot read FOLDER/none.txt: No such file"),
        ('password_file = "empty.txt"', "FOLDER/empty.txt is empty"),
        ('password = "a"\npassword_file = "smtp.txt"', "password is given as well"),
        ("", "a username without a password"),
    ],
)
def test_a_secret_that_cannot_be_had_is_a_problem(
    report_on: Callable[..., str], right: str, folder: Path, written: str, sentence: str
) -> None:
    (folder / "smtp.txt").write_text("hunter2")
    (folder / "empty.txt").write_text("\n")

    report = report_on(f"{right}{SMTP}{written}\n", {"SMTP_PASSWORD": "hunter2"})

    assert sentence in report.replace(str(folder), "FOLDER")
    assert "1 problem" in report
    assert "hunter2" not in report


def test_the_nearest_variable_is_named(report_on: Callable[..., str], right: str) -> None:
    text = f'{right}{SMTP}password = {{ env = "SMTP_PASWORD" }}\n'

    assert 'did you mean "SMTP_PASSWORD"?' in report_on(text, {"SMTP_PASSWORD": "x"})


def test_a_signing_key_is_made_once_and_kept(folder: Path, without_key: str) -> None:
    (folder / "config.toml").write_text(without_key, encoding="utf-8")

    first = config.load_config(Path("config.toml"), {}).storage.secret
    second = config.load_config(Path("config.toml"), {}).storage.secret

    assert first == second
    assert len(bytes.fromhex(first)) == 32
    key = folder / "var" / "secret.key"
    assert key.read_text() == f"{first}\n"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [file.name for file in key.parent.iterdir()] == ["secret.key"]


def test_a_dry_run_makes_no_key_and_signs_with_none_that_lasts(
    load: Callable[..., config.Config], folder: Path, without_key: str
) -> None:
    first, second = load(without_key), load(without_key)

    assert not (folder / "var").exists()
    assert len(first.storage.secret) == 64
    assert first.storage.secret != second.storage.secret


def test_no_key_is_made_while_the_file_has_problems(folder: Path, without_key: str) -> None:
    (folder / "config.toml").write_text(without_key + "port = 1\n", encoding="utf-8")

    with pytest.raises(errors.ConfigError, match=r"storage\.port: unknown key"):
        config.load_config(Path("config.toml"), {})

    assert not (folder / "var").exists()


def test_of_many_that_start_at_once_all_have_the_same_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: secrets.signing_key(tmp_path, create=True), range(16)))

    assert len(keys) == 1
    assert [file.name for file in (tmp_path / "var").iterdir()] == ["secret.key"]


@pytest.mark.parametrize("content", ["", "short\n"])
def test_a_key_file_that_was_damaged_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret.key").write_text(content)

    with pytest.raises(errors.ConfigError, match=r"secret\.key: .*(empty|shorter)"):
        secrets.signing_key(tmp_path, create=True)


def test_a_key_that_cannot_be_made_is_refused_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where a folder belongs")

    with pytest.raises(errors.ConfigError, match=r"secret\.key: storage\.secret: cannot be made"):
        secrets.signing_key(tmp_path, create=True)


def test_a_key_that_others_may_read_is_a_warning(
    load: Callable[..., config.Config], folder: Path, without_key: str
) -> None:
    key = folder / "var" / "secret.key"
    key.parent.mkdir()
    key.write_text("ab" * 32)
    key.chmod(0o644)

    (warning,) = load(without_key).warnings

    assert warning.endswith(f"storage.secret: {key} may be read by others: chmod 600 it")
    key.chmod(0o600)
    assert load(without_key).warnings == ()
