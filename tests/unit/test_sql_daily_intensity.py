"""GOLD.DAILY_INTENSITY, on examples worked out by hand."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.manual_clock import ManualClock
from support.staging import DuckDBRows, body_of, item, poll


@pytest.fixture
def rows(tmp_path: Path, clock: ManualClock) -> Iterator[DuckDBRows]:
    rows = DuckDBRows(tmp_path / "warehouse.duckdb", clock)
    yield rows
    rows.close()


def half_hours(first: str, *values: tuple[float | None, float | None]) -> list[dict[str, Any]]:
    """Items from ``first`` on, one half hour after the other: forecast and actual."""
    begin = datetime.fromisoformat(first).replace(tzinfo=UTC)
    starts = [begin + timedelta(minutes=30 * number) for number in range(len(values) + 1)]
    spans = [f"{start:%Y-%m-%dT%H:%MZ}" for start in starts]
    return [
        item(start, end, *said) for start, end, said in zip(spans, spans[1:], values, strict=False)
    ]


def days(rows: DuckDBRows) -> list[tuple[Any, ...]]:
    return rows.select("select * from gold.daily_intensity order by settlement_date")


def test_a_day_has_the_mean_of_its_half_hours_as_it_is(rows: DuckDBRows) -> None:
    said = half_hours("2026-02-05T00:00", (100, 101), (100, 120), (100, -3))

    rows.load_polls(poll("one", "2026-02-07T12:00:00Z", body_of(*said)))

    assert days(rows) == [(date(2026, 2, 5), 48, 3, pytest.approx(218 / 3), -3, 120)]


def test_the_forecast_stands_in_for_what_cannot_be_trusted(rows: DuckDBRows) -> None:
    said = half_hours(
        "2026-02-05T10:00",
        (100, 90),  # revisable
        (183, 0),  # suspect
        (120, None),  # missing
        (130, 7),  # provisional
        (140, None),  # to come
    )

    rows.load_polls(poll("one", "2026-02-05T12:05:00Z", body_of(*said)))

    mean = (90 + 183 + 120 + 130 + 140) / 5
    assert days(rows) == [(date(2026, 2, 5), 48, 5, pytest.approx(mean), 90, 183)]


def test_a_half_hour_without_any_value_is_not_present(rows: DuckDBRows) -> None:
    said = half_hours("2026-02-05T10:00", (None, None), (None, 80), (None, None))

    rows.load_polls(poll("one", "2026-02-07T12:00:00Z", body_of(*said)))

    assert days(rows) == [(date(2026, 2, 5), 48, 1, 80, 80, 80)]


def test_a_day_of_which_nothing_is_known_but_its_name_has_no_mean(rows: DuckDBRows) -> None:
    said = half_hours("2026-02-05T10:00", (None, None))

    rows.load_polls(poll("one", "2026-02-07T12:00:00Z", body_of(*said)))

    assert days(rows) == [(date(2026, 2, 5), 48, 0, None, None, None)]


@pytest.mark.parametrize(
    ("first", "day", "half_hour_count"),
    [
        ("2026-03-29T00:00", date(2026, 3, 29), 46),
        ("2026-10-24T23:00", date(2026, 10, 25), 50),
        ("2026-06-30T23:00", date(2026, 7, 1), 48),
        ("2026-02-05T00:00", date(2026, 2, 5), 48),
    ],
)
def test_a_day_ends_when_the_clocks_of_great_britain_say(
    rows: DuckDBRows, first: str, day: date, half_hour_count: int
) -> None:
    said = half_hours(first, *((10, number) for number in range(half_hour_count + 1)))

    rows.load_polls(poll("one", "2027-01-01T00:00:00Z", body_of(*said)))

    mean = (half_hour_count - 1) / 2
    whole = (day, half_hour_count, half_hour_count, mean, 0, half_hour_count - 1)
    following = (day + timedelta(days=1), 48, 1, *[half_hour_count] * 3)
    assert days(rows) == [whole, following]


def test_a_revised_actual_changes_its_day(rows: DuckDBRows) -> None:
    said = half_hours("2026-02-05T10:00", (100, 90), (100, 95))
    revised = half_hours("2026-02-05T10:30", (100, 105))

    rows.load_polls(poll("one", "2026-02-05T12:00:00Z", body_of(*said)))
    rows.load_polls(poll("two", "2026-02-07T12:00:00Z", body_of(*revised)))

    assert days(rows) == [(date(2026, 2, 5), 48, 2, 97.5, 90, 105)]
