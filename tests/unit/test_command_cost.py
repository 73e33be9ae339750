"""``cost``: what a day takes, and whether that was measured or stated."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from support.archiving import archive_in_files
from support.manual_clock import ManualClock
from support.memory_store import MemoryStore
from support.record_log import RecordLog
from support.services.fakesnow import FakesnowServer
from support.small_way import SmallWay
from support.snowflakes import stand_in_warehouse
from support.staging import batch

from greenpulse.broker.log import LogRecord
from greenpulse.clock import SystemClock
from greenpulse.commands.cost import cost_command
from greenpulse.commands.cost_prediction import CostPrediction
from greenpulse.commands.lake_day import LakeDay, measure_lake
from greenpulse.commands.load_day import measure_loads
from greenpulse.commands.load_time import LoadTime
from greenpulse.settings import Settings

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def cost(*arguments: str, exit_code: int = 0) -> str:
    result = CliRunner().invoke(cost_command, list(arguments))
    assert result.exit_code == exit_code, result.output
    return result.stdout


@pytest.mark.usefixtures("working_directory")
def test_before_anything_began_it_predicts_from_what_is_stated_and_makes_nothing() -> None:
    said = cost()

    rows = {line.split()[0]: line.split() for line in said.splitlines() if line[:1].isdigit()}
    assert list(rows) == ["0", "60", "300", "1800"]
    assert [row[-2] for row in rows.values()] == ["24", "24", "7.57", "1.44"]
    assert rows["0"][1:3] == ["(in", "force)"]
    assert "as was recorded of the API: the lake does not hold an hour yet." in said
    assert "A load takes 16 s, stated by GREENPULSE_SNOWFLAKE_SECONDS_A_LOAD (28 state" in said
    assert "duckdb://data/warehouse.duckdb, which costs no credits" in said
    assert list(Path().iterdir()) == []


def test_programs_get_files_bytes_and_credits_of_each_period(
    working_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREENPULSE_LOAD_SECONDS", "600")
    way = SmallWay(working_directory / "data")
    way.append_polls(3)
    way.archive()
    way.load()

    report = json.loads(cost("--json"))

    predictions = report["predictions"]
    assert [p["load_seconds"] for p in predictions] == [60, 300, 600, 1800]
    assert [p["is_in_force"] for p in predictions] == [False, False, True, False]
    assert all(p["files"] > 2000 and p["size_bytes"] > 10**6 for p in predictions)
    credits_of = [p["snowflake_credits"] for p in predictions]
    assert credits_of == sorted(credits_of, reverse=True)
    assert report["snowflake_credits"] == 0
    assert report["measured_lake"] == {"reason": "the lake does not hold an hour yet"}
    assert "does not hold an hour" in report["measured_loads"]["reason"]


def set_snowflake(monkeypatch: pytest.MonkeyPatch, **settings: object) -> None:
    for name, value in {
        "WAREHOUSE": "snowflake://ACCOUNT/ENERGY_PROJECT",
        "SNOWFLAKE_USER": "U",
        "SNOWFLAKE_HOST": "127.0.0.1",
        "SNOWFLAKE_PROTOCOL": "http",
        "SNOWFLAKE_PASSWORD": "p",
        **settings,
    }.items():
        monkeypatch.setenv(f"GREENPULSE_{name}", str(value))


@pytest.mark.usefixtures("working_directory")
def test_a_cost_above_the_budget_is_said_and_is_exit_code_1(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_snowflake(monkeypatch, SNOWFLAKE_PORT=1, SNOWFLAKE_CREDITS_A_DAY=2)

    said = cost(exit_code=1)

    assert "make 7 to 16 s): asking 'snowflake://ACCOUNT/ENERGY_PROJECT'" in said
    assert "GREENPULSE_SNOWFLAKE_CREDITS_A_DAY=2: loads every 300 s take about 7.57" in said


def lake_of(
    seconds_a_record: float, hours: float, *, imported: int = 0, imported_at: float = 0
) -> MemoryStore:
    """A lake of ten records a file, among them so many that came at once, in that hour."""
    moments = [seconds_a_record * number for number in range(int(hours * 3600 / seconds_a_record))]
    moments = sorted(moments + [imported_at * 3600.0] * imported)
    value = json.dumps({"body": "x" * 300}).encode()
    records = [
        LogRecord(offset, NOON + timedelta(seconds=seconds), b"national", value)
        for offset, seconds in enumerate(moments)
    ]
    store = MemoryStore()
    asyncio.run(archive_in_files(store, RecordLog(records), [10] * (len(records) // 10)))
    return store


@pytest.fixture(scope="module")
def two_days() -> MemoryStore:
    return lake_of(60, 48)


def measured(store: MemoryStore) -> LakeDay:
    day = asyncio.run(measure_lake(store))
    assert day is not None
    return day


def test_of_a_lake_the_newest_day_is_measured(two_days: MemoryStore) -> None:
    day = measured(two_days)

    assert timedelta(hours=23) < day.span <= timedelta(days=1)
    assert day.files == pytest.approx(144, abs=1)
    assert day.records == pytest.approx(1440, abs=10)
    bodies = [len(o.body) for key, o in two_days.objects.items() if key.startswith("topic=")]
    assert day.bytes_a_poll[0] == pytest.approx(sum(bodies) / 2880, rel=0.1)
    assert day.size_bytes == pytest.approx(sum(bodies) / 2, rel=0.1)


def test_half_a_day_in_the_lake_is_told_as_a_whole_one() -> None:
    day = measured(lake_of(60, 12))

    assert day.a_day(day.records) == pytest.approx(1440, rel=0.02)


def test_an_import_of_more_than_days_of_polls_is_counted_wholly() -> None:
    day = measured(lake_of(60, 48, imported=21_000, imported_at=47.9))

    assert timedelta(hours=23) < day.span <= timedelta(days=1)
    assert day.records == pytest.approx(22_440, abs=20)
    assert day.files == pytest.approx(2244, abs=2)


def test_polls_are_not_taken_to_be_as_large_as_those_of_an_import() -> None:
    settings = Settings.read({}, {})
    live, imported = (
        LakeDay(timedelta(days=1), files=2500, records=records, bytes_a_poll={0: 9000.0})
        for records in (9_000, 1_000_000)
    )

    by_live, by_import, by_none = (
        CostPrediction(settings, lake, "none").as_json()["predictions"][0]["size_bytes"]
        for lake in (live, imported, "none")
    )

    assert by_live > 5 * by_none
    assert by_import == by_none
    said = " ".join(CostPrediction(settings, imported, "none").sentences())
    assert "had 2,500 files, 1,000,000 records" in said
    assert "more than a day of polls has (an import" in said


def test_half_an_hour_is_too_short_to_tell_of_a_day() -> None:
    assert asyncio.run(measure_lake(lake_of(10, 0.5))) is None


def test_an_empty_lake_tells_nothing() -> None:
    assert asyncio.run(measure_lake(MemoryStore())) is None


async def test_the_manifest_tells_what_the_loads_of_the_last_day_cost(
    fakesnow: FakesnowServer,
) -> None:
    clock = ManualClock(NOON)
    warehouse = stand_in_warehouse(fakesnow, clock)
    await warehouse.deploy()
    assert await measure_loads(warehouse, clock.now(), LoadTime(16.0)) is None
    for partition, wait_seconds in enumerate([30 * 3600, 3, 1800, 1800]):
        await warehouse.load(batch(0, partition=partition))
        await clock.advance(wait_seconds)

    day = await measure_loads(warehouse, clock.now(), LoadTime(16.0))

    # The first one is more than a day old.
    assert day is not None
    assert (day.loads, day.wakes, day.awake_seconds) == (3, 2, 3 * 3 + 2 * 60)
    await warehouse.close()


async def load_by_turns(server: FakesnowServer, load_seconds: float) -> None:
    """One worker with three partitions, for two hours that end now."""
    clock = ManualClock(SystemClock().now() - timedelta(hours=2))
    warehouse = stand_in_warehouse(server, clock)
    await warehouse.deploy()
    for turn in range(2):
        for partition in range(3):
            await warehouse.load(batch(5 * turn, partition=partition))
            await clock.advance(load_seconds)
        await clock.advance(1800 - 3 * load_seconds)
    await warehouse.close()


@pytest.mark.usefixtures("working_directory")
def test_what_the_loads_in_snowflake_take_stands_in_place_of_what_is_stated(
    fakesnow: FakesnowServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(load_by_turns(fakesnow, 4))
    set_snowflake(
        monkeypatch,
        WAREHOUSE="snowflake://greenpulse/ENERGY_PROJECT",
        SNOWFLAKE_PORT=fakesnow.port,
    )

    said = cost()

    assert "A load takes 4 s, measured: median of 4 loads; the last day had " in said
    rows = {line.split()[0]: line.split() for line in said.splitlines() if line[:1].isdigit()}
    assert rows["300"][-2] == "5.49"

    monkeypatch.setenv("GREENPULSE_SNOWFLAKE_CREDITS_A_DAY", "6")
    refusal = cost(exit_code=1).splitlines()[-1]
    assert refusal.endswith("set GREENPULSE_SNOWFLAKE_SECONDS_A_LOAD=4")
    monkeypatch.setenv("GREENPULSE_SNOWFLAKE_SECONDS_A_LOAD", "4")
    cost()
