"""``import`` into a real log: order, partitions, all or nothing, what people read."""

import asyncio
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from support.small_way import SmallWay, poll

from greenpulse.broker.embedded_log import EmbeddedLog
from greenpulse.commands.audit import audit_command
from greenpulse.commands.import_ import import_command
from greenpulse.lake.claims import Claims, Source
from greenpulse.lake.folder import FolderStore
from greenpulse.records import POLLS_TOPIC
from greenpulse.topics import topic_specs


def recorded(number: int, **changes: Any) -> bytes:  # noqa: ANN401 - JSON of any kind
    fields = {
        "family": "national",
        "url": f"https://api.example/{number}",
        "answered_at": "2026-01-31T12:00:05.000000Z",
        "status": 200,
        "body": "{}",
    }
    return json.dumps(fields | changes).encode() + b"\n"


def run_import(*files: str, **options: Any) -> Result:  # noqa: ANN401 - CliRunner's own
    result = CliRunner().invoke(import_command, list(files), **options)
    assert "Traceback" not in result.output
    return result


def urls_in_log(folder: Path, partition: int) -> list[str]:
    async def read() -> list[str]:
        log = EmbeddedLog(folder / "data" / "log.sqlite")
        try:
            records = await log.read(POLLS_TOPIC, partition, 0)
        finally:
            await log.close()
        return [json.loads(r.value)["url"].rpartition("/")[2] for r in records if r.value]

    return asyncio.run(read())


def test_lines_go_in_the_order_of_files_and_lines_each_family_into_its_partition(
    working_directory: Path,
) -> None:
    Path("a.ndjson").write_bytes(recorded(1) + recorded(2, family="regional") + b"\n" + recorded(3))
    Path("b.ndjson.gz").write_bytes(gzip.compress(recorded(4) + recorded(5, family="generation")))

    result = run_import("b.ndjson.gz", "a.ndjson")

    assert result.exit_code == 0
    assert result.stdout == "imported 5 polls from 2 files\n"
    assert urls_in_log(working_directory, 0) == ["4", "1", "3"]
    assert urls_in_log(working_directory, 1) == ["5"]
    assert urls_in_log(working_directory, 2) == ["2"]


def test_a_family_without_a_partition_of_its_own_stays_together(working_directory: Path) -> None:
    Path("a.ndjson").write_bytes(b"".join(recorded(n, family="tides") for n in range(7)))

    run_import("a.ndjson")

    partitions = [urls_in_log(working_directory, partition) for partition in range(3)]
    assert sorted(partitions) == [[], [], ["0", "1", "2", "3", "4", "5", "6"]]


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_dash_reads_stdin_packed_or_not(working_directory: Path, pack: Any) -> None:  # noqa: ANN401 - two functions of unlike types
    result = run_import("-", input=io.BytesIO(pack(recorded(1) + recorded(2))))

    assert result.exit_code == 0
    assert urls_in_log(working_directory, 0) == ["1", "2"]


def test_it_creates_all_topics_as_the_worker_wants_them(working_directory: Path) -> None:
    Path("a.ndjson").write_bytes(recorded(1))

    run_import("a.ndjson")

    async def topics() -> dict[str, int]:
        log = EmbeddedLog(working_directory / "data" / "log.sqlite")
        try:
            return {topic.name: topic.partitions for topic in await log.topics()}
        finally:
            await log.close()

    assert asyncio.run(topics()) == {spec.name: spec.partitions for spec in topic_specs(3, 1)}


def test_one_bad_line_and_nothing_is_appended(working_directory: Path) -> None:
    Path("a.ndjson").write_bytes(recorded(1) * 3)
    Path("b.ndjson").write_bytes(recorded(2) + b"\n" + recorded(3, status="200") + recorded(4))

    result = run_import("a.ndjson", "b.ndjson")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == (
        "reading 'b.ndjson', line 3: 'status' is \"200\": want a number such as 200, or null\n"
    )
    assert not (working_directory / "data").exists()


def test_a_bad_line_of_stdin_is_named_as_such(working_directory: Path) -> None:
    result = run_import("-", input=recorded(1) + b"{\n")

    assert result.exit_code == 2
    assert result.stderr.startswith("reading 'stdin', line 2: it is no JSON")
    assert not (working_directory / "data").exists()


@pytest.mark.parametrize("excess", [0, 1])
def test_a_message_may_have_16_mib_and_no_byte_more(working_directory: Path, excess: int) -> None:
    base = recorded(1, body="", poll_id="x", series="y", imported=True).rstrip()
    room = 16 * 1024 * 1024 - len(base) - len("national")
    Path("a.ndjson").write_bytes(
        recorded(1, body="b" * (room + excess), poll_id="x", series="y", imported=True)
    )

    result = run_import("a.ndjson")

    assert result.exit_code == (2 if excess else 0)
    assert ("line 1: it is over the 16 MiB of a message" in result.stderr) is bool(excess)
    assert (working_directory / "data").exists() is not bool(excess)


def test_an_endless_line_is_refused_before_it_fills_the_memory(working_directory: Path) -> None:
    Path("a.ndjson").write_bytes(recorded(1) + b" " * (40 << 20))

    result = run_import("a.ndjson")

    assert result.exit_code == 2
    assert result.stderr == "reading 'a.ndjson', line 2: it is over 32 MiB\n"
    assert not (working_directory / "data").exists()


@pytest.mark.usefixtures("working_directory")
def test_files_that_cannot_be_read_are_one_sentence() -> None:
    Path("folder").mkdir()
    Path("cut.gz").write_bytes(gzip.compress(recorded(1) * 100)[:-20])
    Path("torn.gz").write_bytes(b"\x1f\x8b" + b"?" * 100)

    assert run_import("absent").stderr == "reading 'absent': No such file or directory\n"
    assert run_import("folder").stderr == "reading 'folder': Is a directory\n"
    assert "it is no sound gzip" in run_import("cut.gz").stderr
    assert run_import("torn.gz").stderr.startswith("reading 'torn.gz': it is no sound gzip")
    assert run_import("torn.gz").exit_code == 2


def test_old_bronze_files_come_back_through_another_log(
    working_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = SmallWay(working_directory / "old")
    old.append([poll(1), b"no poll", None, b'{"some":"thing"}', poll(2)])
    old.archive()
    bronze = str(old.file(0, 0))
    monkeypatch.setenv("GREENPULSE_DATA", "new")

    result = run_import(bronze)

    assert result.exit_code == 0
    assert result.stdout == "imported 2 polls from 1 file; skipped 3 bronze lines without a poll\n"
    new = SmallWay(working_directory / "new")
    new.archive()
    new.load()
    assert CliRunner().invoke(audit_command, ["--complete"]).exit_code == 0


def test_simulated_answers_do_not_reach_a_real_lake(working_directory: Path) -> None:
    claims = Claims(FolderStore(working_directory / "data" / "lake"))
    asyncio.run(claims.claim_source(Source.REAL))
    simulated = recorded(2, headers={"x-greenpulse-simulated": "seed 1"})
    Path("a.ndjson").write_bytes(recorded(1) + simulated)

    result = run_import("a.ndjson")

    assert result.exit_code == 2
    assert result.stderr.startswith("reading 'a.ndjson', line 2: it is a simulated answer")
    assert not (working_directory / "data" / "log.sqlite").exists()


def test_real_and_simulated_answers_are_not_mixed_in_one_call(working_directory: Path) -> None:
    simulated = recorded(2, headers={"x-greenpulse-simulated": "seed 1"})
    Path("a.ndjson").write_bytes(simulated + recorded(1))

    result = run_import("a.ndjson")

    assert result.exit_code == 2
    assert "line 2: it is a real answer" in result.stderr
    assert "set GREENPULSE_DATA (or GREENPULSE_LAKE, _BROKER and _WAREHOUSE)" in result.stderr
    assert not (working_directory / "data").exists()


def test_another_partition_count_than_the_logs_is_refused(
    working_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("a.ndjson").write_bytes(recorded(1))
    run_import("a.ndjson")
    monkeypatch.setenv("GREENPULSE_PARTITIONS", "5")

    result = run_import("a.ndjson")

    assert result.exit_code == 2
    assert "the partition count is 3" in result.stderr
    assert urls_in_log(working_directory, 0) == ["1"]


@pytest.mark.usefixtures("working_directory")
def test_an_empty_file_is_no_fault() -> None:
    Path("a.ndjson").write_bytes(b"")

    assert run_import("a.ndjson").stdout == "imported 0 polls from 1 file\n"


def test_files_larger_than_a_batch_arrive_whole_and_in_order(working_directory: Path) -> None:
    Path("a.ndjson").write_bytes(b"".join(recorded(number) for number in range(2_500)))

    run_import("a.ndjson")

    assert urls_in_log(working_directory, 0) == [str(number) for number in range(2_500)]
