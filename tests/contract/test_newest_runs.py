"""The newest run of each half hour stands apart, on every warehouse, whoever loaded it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import snowflake.connector
from support.snowflakes import stand_in_account, stand_in_warehouse
from support.staging import body_of, item, poll, staged, value_of_poll

from greenpulse.warehouse.dialect import to_duckdb
from greenpulse.warehouse.duckdb import DuckDBWarehouse
from greenpulse.warehouse.warehouse import Warehouse

Run = Callable[[str], None]

NEWEST = """
    select minute(period_start_at), minute(last_observed_at), forecast_gco2_per_kwh
    from {} order by period_start_at
"""
KEPT = NEWEST.format("silver.newest_national_run")
IN_FORCE = NEWEST.format("silver.national_intensity where is_newest")
SHOWN = "select forecast_gco2_per_kwh from gold.half_hourly_intensity order by period_start_at"


@pytest.fixture(params=["duckdb", "snowflake"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Warehouse, Run]:
    """A warehouse, and how to change it behind GreenPulse's back, in Snowflake's dialect."""
    if request.param == "duckdb":
        path = tmp_path / "warehouse.duckdb"

        def in_file(sql: str) -> None:
            with duckdb.connect(path) as connection:
                connection.execute(*to_duckdb(sql))

        return DuckDBWarehouse(path), in_file
    server = request.getfixturevalue("fakesnow")

    def at_stand_in(sql: str) -> None:
        arguments = stand_in_account(server.port).arguments()
        with snowflake.connector.connect(**arguments) as connection:
            connection.cursor().execute(sql)

    return stand_in_warehouse(server), at_stand_in


def said(minute: int, *forecasts: int) -> bytes:
    """What is foretold at 19:``minute`` of the half hours from 20:00 on."""
    spans = [("20:00", "20:30"), ("20:30", "21:00")]
    items = [
        item(f"2026-02-05T{start}Z", f"2026-02-05T{end}Z", forecast, None)
        for (start, end), forecast in zip(spans, forecasts, strict=False)
    ]
    at = f"2026-02-05T19:{minute:02}:00Z"
    return value_of_poll(poll(f"at {minute}", at, body_of(*items)))


async def rows(warehouse: Warehouse, sql: str) -> list[tuple[Any, ...]]:
    return list((await warehouse.query(sql)).rows)


async def test_news_a_repeat_and_what_comes_late_leave_one_newest_run_of_each_half_hour(
    place: tuple[Warehouse, Run],
) -> None:
    warehouse, _ = place
    await warehouse.deploy()

    await warehouse.load(staged([said(10, 100, 200), said(30, 130, 230)], 0))
    assert await rows(warehouse, KEPT) == [(0, 30, 130), (30, 30, 230)]

    await warehouse.load(staged([said(40, 130)], 2))
    assert await rows(warehouse, KEPT) == [(0, 40, 130), (30, 30, 230)]

    await warehouse.load(staged([said(20, 120, 220), said(50, 150)], 3))
    assert await rows(warehouse, KEPT) == [(0, 50, 150), (30, 30, 230)]
    assert await rows(warehouse, IN_FORCE) == await rows(warehouse, KEPT)
    await warehouse.close()


async def test_what_an_older_version_loaded_is_in_force_once_a_worker_of_this_one_starts(
    place: tuple[Warehouse, Run],
) -> None:
    warehouse, run = place
    await warehouse.deploy()
    await warehouse.load(staged([said(10, 100, 200)], 0))
    # As it leaves the runs, without a look at those that stand apart.
    run("update silver.national_intensity set load_id = 'older', forecast_gco2_per_kwh = 150")
    run("delete from silver.newest_national_run where minute(period_start_at) = 30")
    assert await rows(warehouse, SHOWN) == [(100,)]

    await warehouse.prepare()

    assert await rows(warehouse, SHOWN) == [(150,), (150,)]
    await warehouse.load(staged([said(20, 120)], 1))
    assert await rows(warehouse, SHOWN) == [(120,), (150,)]
    await warehouse.close()


async def test_an_older_warehouse_has_them_as_soon_as_it_is_deployed(
    place: tuple[Warehouse, Run],
) -> None:
    warehouse, run = place
    await warehouse.deploy()
    await warehouse.load(staged([said(10, 100, 200), said(20, 120)], 0))
    run("drop view gold.half_hourly_intensity")
    run("drop view silver.newest_national_intensity")
    run("drop table silver.newest_national_run")

    await warehouse.deploy()

    assert await rows(warehouse, SHOWN) == [(120,), (200,)]
    await warehouse.close()
