"""A broken, foreign, locked or full log: one sentence with the way out, nothing lost."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from greenpulse.broker.embedded_log import EmbeddedLog
from greenpulse.broker.log import Message, TopicSpec
from greenpulse.broker.sqlite_errors import as_greenpulse_error
from greenpulse.errors import BrokerUnavailable, SettingsError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite"


@pytest.fixture
async def log(path: Path) -> AsyncIterator[EmbeddedLog]:
    opened = EmbeddedLog(path)
    yield opened
    await opened.close()


@pytest.fixture
async def filled(path: Path) -> Path:
    """A log of 2,000 records that nobody has open."""
    log = EmbeddedLog(path)
    await log.ensure_topics([TopicSpec("polls", 1)])
    await log.append("polls", [Message(None, b"%0400d" % n, 0) for n in range(2_000)])
    await log.close()
    return path


def write(path: Path, content: bytes) -> bytes:
    path.write_bytes(content)
    return content


def delete(path: Path) -> None:
    path.unlink()


def exists(path: Path) -> bool:
    return path.exists()


def read(path: Path) -> bytes:
    return path.read_bytes()


async def test_a_file_that_is_no_database_is_left_alone(log: EmbeddedLog, path: Path) -> None:
    before = write(path, b"these are my notes, and I want to keep them. " * 100)

    with pytest.raises(SettingsError, match="file is damaged") as refusal:
        await log.append("polls", [Message(None, b"a", 0)])

    assert repr(str(path)) in str(refusal.value)
    assert "move it away" in str(refusal.value)
    assert read(path) == before


async def test_a_database_of_another_program_is_left_alone(log: EmbeddedLog, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table recipes (name text)")
        connection.commit()
    before = read(path)

    with pytest.raises(SettingsError, match="no log of GreenPulse"):
        await log.ensure_topics([TopicSpec("polls", 1)])

    assert read(path) == before


async def test_a_log_of_a_later_version_is_left_alone(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as connection:
        connection.execute("pragma user_version = 2")
    log = EmbeddedLog(filled)

    with pytest.raises(SettingsError, match="install the GreenPulse that wrote it"):
        await log.read("polls", 0, 0)
    await log.close()


async def test_a_damaged_log_is_named_and_works_again_once_it_is_restored(
    filled: Path,
) -> None:
    whole = read(filled)
    write(filled, whole[: 4096 * 2] + b"\xff" * (4096 * 38) + whole[4096 * 40 :])
    log = EmbeddedLog(filled)

    with pytest.raises(SettingsError, match="file is damaged"):
        await log.read("polls", 0, 0)
    write(filled, whole)
    records = await log.read("polls", 0, 0)
    await log.close()

    assert len(records) == 2_000


async def test_a_log_that_is_deleted_while_in_use_acknowledges_nothing_more(
    filled: Path,
) -> None:
    log = EmbeddedLog(filled)
    await log.append("polls", [Message(None, b"a", 0)])

    delete(filled)
    for _ in range(2):
        with pytest.raises(SettingsError, match="moved or deleted while this program used it"):
            await log.append("polls", [Message(None, b"b", 0)])
    await log.close()

    assert not exists(filled)


async def test_a_folder_that_cannot_be_made_is_named_with_the_settings(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    log = EmbeddedLog(tmp_path / "data" / "log.sqlite")

    with pytest.raises(SettingsError, match="GREENPULSE_DATA or GREENPULSE_BROKER"):
        await log.ensure_topics([TopicSpec("polls", 1)])
    await log.close()


async def test_an_empty_file_is_an_empty_log(log: EmbeddedLog, path: Path) -> None:
    write(path, b"")

    before = await log.bounds("polls")
    await log.ensure_topics([TopicSpec("polls", 1)])

    assert before == {}
    assert list(await log.bounds("polls")) == [0]


def test_a_full_disk_may_pass_and_says_what_to_do(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("create table filler (bytes blob)")
        connection.execute("pragma max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as full:
            connection.execute("insert into filler values (zeroblob(1000000))")

    error = as_greenpulse_error(full.value, "appending to 'polls'", path)

    assert isinstance(error, BrokerUnavailable)
    assert "the disk is full: free some space" in str(error)


def test_a_busy_file_may_pass(path: Path) -> None:
    with (
        closing(sqlite3.connect(path, isolation_level=None)) as holder,
        closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as other,
    ):
        holder.execute("begin exclusive")
        with pytest.raises(sqlite3.OperationalError) as busy:
            other.execute("begin exclusive")

    error = as_greenpulse_error(busy.value, "appending to 'polls'", path)

    assert isinstance(error, BrokerUnavailable)
    assert "another program holds the file" in str(error)
