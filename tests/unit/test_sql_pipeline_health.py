"""GOLD.PIPELINE_HEALTH, on examples worked out by hand. The clock stands at 12:00 and on."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.manual_clock import ManualClock
from support.staging import DuckDBRows, body_of, item, poll

from greenpulse.warehouse.warehouse import SeriesPeriod

DAY = "2026-01-31"
BODY = body_of(item(f"{DAY}T11:30Z", f"{DAY}T12:00Z", 137, 137))


@pytest.fixture
def rows(tmp_path: Path, clock: ManualClock) -> Iterator[DuckDBRows]:
    rows = DuckDBRows(tmp_path / "warehouse.duckdb", clock)
    yield rows
    rows.close()


def every(seconds: float, valid_from: str = "00:00:00", offset: float = 0) -> SeriesPeriod:
    moment = datetime.fromisoformat(f"{DAY}T{valid_from}").replace(tzinfo=UTC)
    return SeriesPeriod("intensity", seconds, offset, moment)


def tick(time: str, answered_after: str | None = None, **fields: object) -> dict[str, Any]:
    """A poll of the tick at ``time``, answered with 200 at another; None: not answered."""
    scheduled_at = f"{DAY}T{time}Z"
    if answered_after is None:
        unanswered = {"status": None, "error": "timed out", "scheduled_at": scheduled_at}
        return poll(f"failed {time}", None, None) | unanswered | fields
    answered_at = f"{DAY}T{answered_after}Z"
    return poll(f"ok {time}", answered_at, BODY) | {"scheduled_at": scheduled_at} | fields


def hours(rows: DuckDBRows, *columns: str) -> list[tuple[Any, ...]]:
    """Columns of the view, oldest hour first; the hour as its number of the day."""
    found = rows.rows_of("select * from gold.pipeline_health order by hour_start_at")
    return [(row["hour_start_at"].hour, *(row[column] for column in columns)) for row in found]


def test_there_is_no_hour_before_anything_happened(rows: DuckDBRows) -> None:
    rows.set_schedule(every(10))

    assert hours(rows) == []


def test_ticks_are_expected_from_the_first_one_until_now(rows: DuckDBRows) -> None:
    rows.set_schedule(every(10))
    rows.load_polls(tick("12:00:20", "12:00:21"))
    rows.set_now(f"{DAY} 12:01:05")

    found = hours(rows, "ticks_expected", "ticks_answered", "ticks_failed", "loads")

    # Due at 20, 30, 40, 50, 60 seconds.
    assert found == [(12, 5, 1, 0, 1)]


def test_a_tick_counts_once_however_many_polls_it_has(rows: DuckDBRows) -> None:
    rows.set_schedule(every(10))
    rows.load_polls(
        tick("12:00:00"),
        tick("12:00:00", "12:00:02", poll_id="second leader"),
        tick("12:00:00", "12:00:03", poll_id="third leader"),
        tick("12:00:10"),
        tick("12:00:10", "12:00:12", poll_id="an error page", status=500),
        tick("12:00:20", "12:00:22", body='{"data":[]}'),
    )
    rows.set_now(f"{DAY} 12:00:45")

    assert hours(rows, "ticks_expected", "ticks_answered", "ticks_failed") == [(12, 5, 2, 1)]


def test_what_is_imported_or_has_no_schedule_is_no_tick(rows: DuckDBRows) -> None:
    rows.set_schedule(every(10))
    rows.load_polls(
        tick("12:00:00", "12:00:01"),
        tick("11:00:00", "11:00:01", imported=True),
        tick("12:00:10", "12:00:11", scheduled_at=None),
    )
    rows.set_now(f"{DAY} 12:00:30")

    assert hours(rows, "ticks_expected", "ticks_answered", "ticks_failed") == [(12, 3, 1, 0)]


def test_every_hour_has_a_row_also_one_in_which_nothing_ran(rows: DuckDBRows) -> None:
    rows.set_schedule(every(1800, offset=720))
    rows.load_polls(tick("12:12:00", "12:12:01"))
    rows.set_now(f"{DAY} 15:12:00")

    found = hours(rows, "ticks_expected", "ticks_answered", "loads")

    # Due at :12 and :42; the one of 15:12:00 is not late yet.
    assert found == [(12, 2, 1, 1), (13, 2, 0, 0), (14, 2, 0, 0), (15, 0, 0, 0)]


def test_another_period_counts_from_when_it_was_set(rows: DuckDBRows) -> None:
    rows.set_schedule(every(10))
    rows.set_schedule(every(10, valid_from="12:00:30"))
    rows.set_schedule(every(60, valid_from="13:00:00"))
    rows.load_polls(tick("12:59:00", "12:59:01"))
    rows.set_now(f"{DAY} 14:00:00")

    # Six of the last minute by the old period, sixty by the new one.
    assert [count for _, count in hours(rows, "ticks_expected")] == [6, 60, 0]


def test_the_schedule_is_written_only_where_it_changed(rows: DuckDBRows) -> None:
    rows.set_schedule(every(10))
    rows.set_schedule(every(10, valid_from="12:00:30"))

    found = rows.select("select series, period_seconds, valid_from from ops.schedule")
    assert found == [("intensity", 10, datetime.fromisoformat(f"{DAY}T00:00"))]


@pytest.mark.parametrize("seconds", [0.1, 0.3, 1, 7])
def test_no_tick_on_a_boundary_is_lost_to_rounding(rows: DuckDBRows, seconds: float) -> None:
    rows.set_schedule(every(seconds))
    rows.load_polls(tick("12:00:00", "12:00:00"))
    rows.set_now(f"{DAY} 12:59:59.999")

    # 1769860800, 12:00:00, is a multiple of each of these periods but 7: 7 x 252837257 + 1.
    expected = {0.1: 36_000, 0.3: 12_000, 1: 3600, 7: 514}[seconds]
    assert hours(rows, "ticks_expected") == [(12, expected)]


def test_the_freshness_is_the_largest_age_within_the_hour(rows: DuckDBRows) -> None:
    rows.load_polls(
        tick("12:10:00", "12:10:00"),
        tick("12:30:00", "12:30:00"),
        tick("12:31:00", "12:31:00", status=500),
        tick("14:05:00", "14:05:00"),
    )
    rows.set_now(f"{DAY} 15:00:10")

    found = hours(rows, "freshness_seconds")

    assert found == [
        (12, 1800),  # at 13:00, 30 minutes after 12:30
        (13, 5400),  # at 14:00
        (14, 5700),  # at 14:05, just before the answer
        (15, 3310),  # now
    ]


def test_what_was_answered_before_the_first_hour_is_its_beginning(rows: DuckDBRows) -> None:
    rows.load_polls(
        tick("11:59:00", "11:59:00", imported=True),
        tick("12:01:00", "12:01:00"),
    )
    rows.set_now(f"{DAY} 12:02:00")

    assert hours(rows, "freshness_seconds") == [(12, 120)]


def test_loads_are_counted_in_the_hour_of_their_commit(
    rows: DuckDBRows, clock: ManualClock
) -> None:
    rows.load_polls(tick("12:00:00", "12:00:00"))
    rows.load(b"no poll")
    clock.jump(3600)
    rows.load(b"no poll")
    rows.set_now(f"{DAY} 13:30:00")

    assert hours(rows, "loads") == [(12, 2), (13, 1)]


def test_a_clock_that_once_stood_at_1970_hides_nothing_of_today(rows: DuckDBRows) -> None:
    rows.set_schedule(every(1800))
    rows.load_polls(
        tick("12:00:00", "12:00:01"),
        tick("12:00:00", "12:00:01", poll_id="old", scheduled_at="1970-01-01T00:00:10Z"),
    )
    rows.set_now(f"{DAY} 12:40:00")

    newest = """
        select ticks_expected, ticks_answered, loads
        from gold.pipeline_health order by hour_start_at desc limit 1
    """
    assert rows.select(newest) == [(2, 1, 1)]
