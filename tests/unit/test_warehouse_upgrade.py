"""A warehouse that an older version deployed becomes today's, and keeps its rows."""

import asyncio
from pathlib import Path

import duckdb
import pytest
from support.manual_clock import ManualClock
from support.staging import DuckDBRows, body_of, item, poll

from greenpulse.errors import SettingsError
from greenpulse.warehouse.duckdb import DuckDBWarehouse
from greenpulse.warehouse.upgrade import EXISTING_COLUMNS, upgrades

OLDER = Path(__file__).parents[1] / "support" / "schema_of_november_24.sql"
MORNING = "2026-02-05T20:10:00Z"
SAID = body_of(item("2026-02-05T19:30Z", "2026-02-05T20:00Z", 137, 137))


def deploy(path: Path) -> None:
    async def deployed() -> None:
        warehouse = DuckDBWarehouse(path)
        await warehouse.deploy()
        await warehouse.close()

    asyncio.run(deployed())


def run(path: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(path) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture
def older(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    run(path, OLDER.read_text())
    run(path, "insert into silver.poll (poll_id, outcome) values ('old', 'no_answer')")
    return path


def test_an_older_file_has_todays_columns_and_comments_and_its_rows(
    older: Path, tmp_path: Path, clock: ManualClock
) -> None:
    deploy(older)
    deploy(tmp_path / "new.duckdb")

    described = """
        select schema_name, table_name, column_name, data_type, comment from duckdb_columns()
        where not internal order by all
    """
    assert run(older, described) == run(tmp_path / "new.duckdb", described)
    rows = DuckDBRows(older, clock)
    rows.load_polls(poll("new", MORNING, SAID))
    assert rows.select("select poll_id from silver.poll order by 1") == [("new",), ("old",)]
    assert rows.select("select count(*) from gold.half_hourly_intensity") == [(1,)]
    rows.close()


def test_of_the_runs_of_an_older_file_the_newest_is_in_force(
    older: Path, clock: ManualClock
) -> None:
    run(
        older,
        """
        insert into silver.national_intensity (
            period_start_at, period_end_at, observed_at, last_observed_at,
            forecast_gco2_per_kwh, revision_number, load_id
        )
        select
            '2026-02-05 19:30:00', '2026-02-05 20:00:00', '2026-02-05 19:00:00',
            '2026-02-05 19:00:00', 136 + revision, revision, 'old'
        from range(1, 4) as revisions(revision)
        """,
    )

    deploy(older)

    rows = DuckDBRows(older, clock)
    forecasts = "select forecast_gco2_per_kwh from gold.half_hourly_intensity"
    assert rows.select(forecasts) == [(139,)]
    rows.load_polls(poll("new", MORNING, SAID))
    assert rows.select(forecasts) == [(137,)]
    rows.close()


def test_a_column_that_is_absent_is_added_empty(older: Path, clock: ManualClock) -> None:
    run(older, "drop view gold.intensity_now")
    run(older, "alter table silver.poll drop column imported")
    run(older, "alter table ops.load_manifest drop column stage_file")

    deploy(older)
    deploy(older)

    rows = DuckDBRows(older, clock)
    assert rows.select("select poll_id, imported from silver.poll") == [("old", None)]
    rows.load_polls(poll("new", MORNING, SAID))
    assert rows.select("select count(stage_file) from ops.load_manifest") == [(1,)]
    assert rows.select("select count(*) from gold.intensity_now") == [(1,)]
    rows.close()


def test_a_column_of_a_newer_version_stays(older: Path) -> None:
    run(older, "alter table silver.poll add column weather varchar default 'rain'")

    deploy(older)

    assert run(older, "select poll_id, weather from silver.poll") == [("old", "rain")]


def test_a_column_that_holds_something_else_is_refused_and_nothing_is_changed(
    older: Path,
) -> None:
    run(older, "alter table silver.poll drop column imported")
    run(older, "alter table silver.poll alter column status type varchar")

    with pytest.raises(
        SettingsError, match=r"deploying silver\.poll: its column 'status' is VARCH"
    ):
        deploy(older)

    assert ("silver.poll", "imported", "BOOLEAN") not in run(older, EXISTING_COLUMNS)


def test_snowflakes_own_names_of_types_are_understood() -> None:
    lease = [("load_id", "TEXT"), ("taken_at", "TIMESTAMP_NTZ")]
    schedule = [("series", "TEXT"), ("period_seconds", "FLOAT"), ("offset_seconds", "NUMBER")]
    there = [("ops.load_lease", *column) for column in lease]
    there += [("ops.schedule", *column) for column in schedule]
    there += [("bronze.raw_intensity", "v", "VARIANT")]

    (addition,) = upgrades(there)

    assert addition.startswith(
        "alter table ops.schedule add column if not exists valid_from TIMESTAMPNTZ COMMENT 'From"
    )


def test_what_is_absent_altogether_is_left_to_the_deployment() -> None:
    assert upgrades([]) == []


def said(family: str, minute: int, forecast: object = 50) -> dict[str, object]:
    mix = {"generationmix": [{"fuel": "wind", "perc": minute}]}
    region = {"regionid": 13, "intensity": {"forecast": forecast, "index": "low"}} | mix
    half_hour = {"from": "2026-02-05T20:30Z", "to": "2026-02-05T21:00Z", "regions": [region]}
    at = f"2026-02-05T20:{minute:02}:00Z"
    return poll(f"{family} {minute}", at, body_of(half_hour | mix), family=family)


UNREAD = "select count(log_offset) from silver.unread_answer"
TABLES = ("regional_intensity", "regional_generation_mix", "generation_mix")


def as_an_older_version_left_it(path: Path) -> None:
    for table in (*TABLES, "unread_answer"):
        run(path, f"drop table silver.{table}")


def test_what_a_version_without_its_tables_left_unread_comes_with_the_next_loads(
    tmp_path: Path, clock: ManualClock
) -> None:
    path = tmp_path / "warehouse.duckdb"
    rows = DuckDBRows(path, clock)
    polls = [said(family, n, n) for n in range(30) for family in ("regional", "generation")]
    rows.load_polls(*polls)
    runs = "select observed_at, last_observed_at, poll_id from silver.regional_intensity order by 1"
    before = rows.select(runs)
    as_an_older_version_left_it(path)

    deploy(path)
    rows.load_polls(said("regional", 30, 30), said("generation", 30))
    left = rows.select(UNREAD)
    rows.load_polls(poll("of another family", MORNING, SAID))

    assert rows.select(UNREAD) == [(0,)] < left < [(60,)]
    assert rows.select(runs)[:30] == before
    shares = [rows.select(f"select share_percent from silver.{name}") for name in TABLES[1:]]  # noqa: S608 - of this file
    assert shares == [[(30,)], [(30,)]]
    rows.close()


def test_what_says_nothing_of_any_region_is_read_once_and_not_with_each_load(
    tmp_path: Path, clock: ManualClock
) -> None:
    path = tmp_path / "warehouse.duckdb"
    rows = DuckDBRows(path, clock)
    nothing = body_of({"from": "2026-02-05T20:30Z", "to": "2026-02-05T21:00Z"})
    rows.load_polls(poll("of no region", MORNING, nothing, family="regional"))
    as_an_older_version_left_it(path)

    deploy(path)
    found = rows.select(UNREAD)
    rows.load_polls(poll("new", MORNING, SAID))
    deploy(path)

    assert found == [(1,)]
    assert rows.select(UNREAD) == [(0,)]
    rows.close()
