"""Every gold view answers alike on every warehouse, down to the types of its values."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import snowflake.connector
from support.manual_clock import ManualClock
from support.services.fakesnow import FakesnowServer
from support.snowflakes import stand_in_account, stand_in_warehouse
from support.staging import body_of, item, poll, staged, value_of_poll

from greenpulse.warehouse.dialect import to_duckdb
from greenpulse.warehouse.duckdb import DuckDBWarehouse
from greenpulse.warehouse.scripts import deployment_scripts
from greenpulse.warehouse.warehouse import SeriesPeriod, Staged, Warehouse

NOON = datetime(2026, 10, 24, 12, tzinfo=UTC)  # the clocks go back in the night
HALF_HOUR = timedelta(minutes=30)
CLOCK = f"""
    create or replace view ops.now (now_at) as
    select '{NOON:%Y-%m-%d %H}:17:00'::timestamp_ntz as now_at
"""
GOLD = [name for name in deployment_scripts() if name.startswith("gold.")]

Rows = list[list[tuple[type, Any]]]


def rfc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%MZ}"


def said_at(hours: float, family: str, data: list[dict[str, Any]]) -> bytes:
    """A poll of ``family``, so many hours after noon."""
    at = f"{NOON + timedelta(hours=hours):%Y-%m-%dT%H:%M:%S}Z"
    body = json.dumps({"data": data})
    return value_of_poll(poll(f"{family} {at}", at, body, family=family, series=family))


def national(hours: float, shift: int) -> bytes:
    """Two days around then: actuals of what is over, forecasts that differ by ``shift``."""
    items = []
    for number in (*range(-48, -20), *range(-18, 60)):
        start = NOON + number * HALF_HOUR
        is_over = number < 2 * hours
        forecast = None if number % 17 == 0 else 150 + (number * 37 + shift) % 90
        actual = 140 + (number * 31) % 90 if is_over and number % 13 else None
        items.append(item(rfc(start), rfc(start + HALF_HOUR), forecast, actual, "moderate"))
    return said_at(hours, "national", json.loads(body_of(*items))["data"])


def regional(hours: float, shift: int) -> bytes:
    half_hours = []
    for number in range(60):
        start = NOON + number * HALF_HOUR
        regions = [
            {
                "regionid": region_id,
                "dnoregion": "x",
                "shortname": name,
                "intensity": {
                    "forecast": (number * 41 + region_id * shift) % 120 - 9,
                    "index": "low",
                },
                "generationmix": [{"fuel": "wind", "perc": 40.5}, {"fuel": "gas", "perc": 59.5}],
            }
            for region_id, name in ((13, "London"), (17, "Wales"), (18, "GB"))
        ]
        half_hours.append({"from": rfc(start), "to": rfc(start + HALF_HOUR), "regions": regions})
    return said_at(hours, "regional", half_hours)


def generation(hours: float) -> bytes:
    mix = [{"fuel": fuel, "perc": 12.5} for fuel in ("gas", "wind", "solar")]
    start = NOON + timedelta(hours=hours)
    return said_at(
        hours,
        "generation",
        [{"from": rfc(start - HALF_HOUR), "to": rfc(start), "generationmix": mix}],
    )


def loads() -> Iterator[Staged]:
    """In the order of the log: what was said at -14 h comes late."""
    yield staged([national(-30, 1), national(-20, 5), national(-3, 7)], 0)
    yield staged([generation(-1)], 0, 1)
    yield staged([regional(-1, 7), regional(0.1, 9)], 0, 2)
    yield staged([national(-14, 3), national(0.1, 11)], 3)


def change(sql: str, place: Path | FakesnowServer) -> None:
    """Run a statement of Snowflake's dialect behind GreenPulse's back."""
    if isinstance(place, Path):
        with duckdb.connect(place) as connection:
            connection.execute(*to_duckdb(sql))
    else:
        arguments = stand_in_account(place.port).arguments()
        with snowflake.connector.connect(**arguments) as connection:
            connection.cursor().execute(sql)


async def answers(warehouse: Warehouse, place: Path | FakesnowServer) -> dict[str, Rows]:
    """Rows of each gold view, after the loads, each value with its type."""
    await warehouse.deploy()
    await warehouse.set_schedule([SeriesPeriod("national", 3600, 0, NOON - timedelta(days=2))])
    for load in loads():
        await warehouse.load(load)
    change(CLOCK, place)
    found = {}
    for view in GOLD:
        rows = (await warehouse.query(f"select * from {view}")).rows  # noqa: S608 - of this file
        typed = [[(type(value), value) for value in row] for row in rows]
        found[view] = sorted(typed, key=repr)
    await warehouse.close()
    return found


async def test_every_gold_view_answers_alike_on_every_warehouse(
    tmp_path: Path, clock: ManualClock, fakesnow: FakesnowServer
) -> None:
    path = tmp_path / "warehouse.duckdb"

    here = await answers(DuckDBWarehouse(path, clock=clock), path)
    there = await answers(stand_in_warehouse(fakesnow, clock), fakesnow)

    assert {view for view, rows in here.items() if not rows} == set()
    for view, rows in here.items():
        assert there[view] == rows, view
