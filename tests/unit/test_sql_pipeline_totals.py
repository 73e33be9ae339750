"""The totals behind GOLD.PIPELINE_HEALTH: exact, however polls and loads come."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from support.manual_clock import ManualClock
from support.pipeline_model import health_of
from support.staging import DuckDBRows, body_of, item, poll

from greenpulse.warehouse.warehouse import SeriesPeriod

NOON = datetime(2026, 1, 31, 12)  # noqa: DTZ001 - as the warehouse has it: naive, UTC
BODY = body_of(item("2026-01-31T11:30Z", "2026-01-31T12:00Z", 137, 137))
PERIODS = {"intensity": 60, "regional": 1800}
VIEW = "select * from gold.pipeline_health order by hour_start_at"
TOTALS = ("ops.series_hour", "ops.pipeline_hour")


@pytest.fixture
def rows(tmp_path: Path, clock: ManualClock) -> Iterator[DuckDBRows]:
    rows = DuckDBRows(tmp_path / "warehouse.duckdb", clock)
    rows.set_schedule(
        *(SeriesPeriod(name, seconds, 0, clock.now()) for name, seconds in PERIODS.items())
    )
    rows.set_now("2026-01-31 14:20:00")
    yield rows
    rows.close()


def at(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def any_poll(choose: random.Random) -> dict[str, Any]:
    """A poll of one of five hours: doubled, late, failed, imported, or of no tick."""
    scheduled_at = NOON + timedelta(seconds=60 * choose.randint(-90, 200))
    answered_at = scheduled_at + timedelta(seconds=choose.choice([0, 1, 70, 3700, -7200]))
    status = choose.choice([200, 200, 200, 500, None])
    return poll(
        f"{choose.randint(0, 60)}",
        None if status is None else at(answered_at),
        None if status is None else BODY,
        status=status,
        series=choose.choice(list(PERIODS)),
        scheduled_at=choose.choice([at(scheduled_at)] * 9 + [None]),
        imported=choose.random() < 0.1,
    )


def run(rows: DuckDBRows, *statements: str) -> None:
    with duckdb.connect(rows.path) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize("seed", range(4))
def test_after_each_load_the_view_says_what_one_plain_count_says(
    rows: DuckDBRows, clock: ManualClock, seed: int
) -> None:
    choose = random.Random(seed)
    polls, loads = [], []
    for _ in range(8):
        batch = [any_poll(choose) for _ in range(choose.randint(1, 8))]
        clock.jump(choose.choice([0, 600, 3600, -1800]))
        now = NOON + timedelta(seconds=choose.randint(0, 4 * 3600))
        rows.load_polls(*batch)
        rows.set_now(str(now))
        polls += batch
        loads.append(clock.now().astimezone(UTC).replace(tzinfo=None))

        assert rows.rows_of(VIEW) == health_of(polls, loads, PERIODS, now)


@pytest.mark.parametrize(
    "before",
    [
        ["drop table ops.series_hour", "drop table ops.pipeline_hour"],
        ["delete from ops.series_hour", "delete from ops.pipeline_hour"],
        ["delete from ops.pipeline_hour where hour_start_at = '2026-01-31 12:00:00'"],
        ["update ops.pipeline_hour set loads = loads + 1"],
    ],
    ids=["an older version's", "emptied", "an hour that is absent", "an hour too many"],
)
def test_totals_that_are_not_whole_are_made_anew_by_the_next_load(
    rows: DuckDBRows, clock: ManualClock, before: list[str]
) -> None:
    choose = random.Random(5)
    polls = [any_poll(choose) for _ in range(40)]
    rows.load_polls(*polls[:20])
    clock.jump(3600)

    run(rows, *before)
    deployed_again = DuckDBRows(rows.path, clock)
    deployed_again.close()
    rows.load_polls(*polls[20:])

    rows.set_now("2026-01-31 15:20:00")
    loads = [NOON, NOON + timedelta(hours=1)]
    now = NOON + timedelta(hours=3, minutes=20)
    assert rows.rows_of(VIEW) == health_of(polls, loads, PERIODS, now)


def test_a_load_that_an_older_worker_made_is_counted_with_the_next_one(rows: DuckDBRows) -> None:
    def tick(minute: int) -> dict[str, Any]:
        return poll(f"{minute}", at(NOON + timedelta(minutes=minute)), BODY)

    rows.load_polls(tick(0))
    run(rows, *(f"create table {name}_before as from {name}" for name in TOTALS))
    rows.load_polls(tick(1))
    # It knows no totals: they are as they were before.
    for name in TOTALS:
        run(rows, f"truncate {name}", f"insert into {name} from {name}_before")

    rows.load_polls(tick(2))

    answered = "select ticks_answered, loads from gold.pipeline_health order by hour_start_at"
    assert rows.select(answered) == [(3, 3), (0, 0), (0, 0)]
    assert rows.select("select count(*) from ops.hour_to_count") == [(0,)]


def test_the_view_reads_of_polls_the_hour_that_runs_alone(rows: DuckDBRows) -> None:
    rows.load_polls(poll("one", at(NOON), BODY), poll("two", at(NOON + timedelta(hours=2)), BODY))
    before = rows.rows_of(VIEW)

    run(rows, "delete from silver.poll where answered_at < '2026-01-31 14:00:00'")

    assert rows.rows_of(VIEW) == before
