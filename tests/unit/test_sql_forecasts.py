"""GOLD.FORECAST_HISTORY and GOLD.FORECAST_SKILL, on examples worked out by hand."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.forecast_model import Said, history_of, random_loads, skill_of
from support.manual_clock import ManualClock
from support.staging import DuckDBRows, body_of, item, poll

DAY = "2026-02-05T"
TWELVE = (f"{DAY}12:00Z", f"{DAY}12:30Z")
AFTER = f"{DAY}12:50:00Z"


@pytest.fixture
def rows(tmp_path: Path, clock: ManualClock) -> Iterator[DuckDBRows]:
    rows = DuckDBRows(tmp_path / "warehouse.duckdb", clock)
    yield rows
    rows.close()


def saying(
    at: str, forecast: float | None, actual: float | None = None, span: tuple[str, str] = TWELVE
) -> dict[str, Any]:
    """A poll at ``at`` (time of day, or RFC 3339) that speaks of one half hour."""
    moment = at if "T" in at else f"{DAY}{at}Z"
    return poll(f"{moment} {span[0]}", moment, body_of(item(*span, forecast, actual)))


def history(rows: DuckDBRows) -> list[tuple[Any, ...]]:
    return rows.select(
        """
        select observed_at, lead_minutes, forecast_gco2_per_kwh from gold.forecast_history
        order by period_start_at, observed_at
        """
    )


def skill(rows: DuckDBRows) -> dict[int, tuple[Any, ...]]:
    """Rows of GOLD.FORECAST_SKILL by lead: half hours, mean error, bias, root mean square."""
    found = rows.select("select * from gold.forecast_skill order by lead_hours")
    return {row[0]: row[1:] for row in found}


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{DAY}{text}")


def test_each_change_of_the_forecast_is_a_row_with_its_lead(rows: DuckDBRows) -> None:
    rows.load_polls(
        saying("10:00:30", 100),
        saying("10:30:00", 100),  # a repeat
        saying("11:00:00", 110),
        saying("12:10:00", 105),  # within the half hour
        saying("12:20:00", 110),  # back again: a change, too
    )

    assert history(rows) == [
        (at("10:00:30"), 119.5, 100),
        (at("11:00:00"), 60, 110),
        (at("12:10:00"), -10, 105),
        (at("12:20:00"), -20, 110),
    ]


def test_what_is_said_when_the_half_hour_is_over_is_no_forecast(rows: DuckDBRows) -> None:
    rows.load_polls(
        saying("12:29:59.999999", 100), saying("12:30:00", 110), saying("12:50:00", 120, 115)
    )

    assert history(rows) == [(at("12:29:59.999999"), pytest.approx(-30, abs=1e-6), 100)]


def test_a_null_is_no_forecast_and_no_change(rows: DuckDBRows) -> None:
    rows.load_polls(
        saying("09:00:00", None),
        saying("10:00:00", 100),
        saying("10:10:00", None),
        saying("10:20:00", 100),
        saying("10:30:00", None),
        saying("10:40:00", 90),
    )

    assert history(rows) == [(at("10:00:00"), 120, 100), (at("10:40:00"), 80, 90)]


def test_another_actual_or_index_is_no_other_forecast(rows: DuckDBRows) -> None:
    index = poll("high", f"{DAY}11:00:00Z", body_of(item(*TWELVE, 100, None, "high")))

    rows.load_polls(saying("10:00:00", 100), index, saying("11:30:00", 100, 7))

    assert history(rows) == [(at("10:00:00"), 120, 100)]


def test_what_comes_late_takes_its_place_in_the_history(rows: DuckDBRows) -> None:
    rows.load_polls(saying("10:00:00", 100), saying("11:00:00", 110))
    rows.load_polls(saying("10:30:00", 105))

    assert [forecast for _, _, forecast in history(rows)] == [100, 105, 110]


def test_a_forecast_is_judged_by_every_whole_hour_that_it_was_the_newest(
    rows: DuckDBRows,
) -> None:
    rows.load_polls(
        saying("08:59:00", 130),  # 3 hours and a minute before
        saying("10:00:00", 120),  # 2 hours before
        saying("11:00:00.000001", 110),  # less than one
        saying("12:05:00", 104),  # it had begun
        saying(AFTER, 103, 100),
    )

    assert skill(rows) == {
        0: (1, 10, 10, 10),
        1: (1, 20, 20, 20),
        2: (1, 20, 20, 20),
        3: (1, 30, 30, 30),
    }


def test_errors_of_several_half_hours_are_put_together(rows: DuckDBRows) -> None:
    one = (f"{DAY}13:00Z", f"{DAY}13:30Z")
    rows.load_polls(
        saying("11:30:00", 103),
        saying("11:30:00", 96, span=one),
        saying(AFTER, 103, 100),
        saying("13:50:00", 96, 100, span=one),
    )

    assert skill(rows) == {
        0: (2, 3.5, -0.5, pytest.approx(12.5**0.5)),
        1: (1, 4, -4, 4),  # of the first the forecast is half an hour old
    }


@pytest.mark.parametrize(
    ("observed_at", "forecast", "actual", "is_judged"),
    [
        (f"{DAY}12:42:00Z", 100, 90, False),  # provisional
        (f"{DAY}12:42:00.000001Z", 100, 90, True),
        ("2026-02-08T00:00:00Z", 100, 90, True),  # settled
        (AFTER, 100, None, False),
        (AFTER, 100, 0, False),  # suspect
        (AFTER, 25, 0, True),
        (AFTER, None, 90, True),
    ],
)
def test_a_half_hour_counts_once_what_was_measured_can_be_trusted(
    rows: DuckDBRows, observed_at: str, forecast: float, actual: float, *, is_judged: bool
) -> None:
    rows.load_polls(saying("11:00:00", 100))
    rows.load_polls(saying(observed_at, forecast, actual))

    assert set(skill(rows)) == ({0, 1} if is_judged else set())


def test_a_revised_actual_changes_the_errors_and_a_withdrawn_one_takes_them_away(
    rows: DuckDBRows,
) -> None:
    rows.load_polls(saying("11:00:00", 100), saying(AFTER, 100, 90))
    assert skill(rows)[1] == (1, 10, 10, 10)

    rows.load_polls(saying("13:30:00", 100, 97))
    assert skill(rows) == {0: (1, 3, 3, 3), 1: (1, 3, 3, 3)}

    rows.load_polls(saying("14:00:00", 100, None))
    assert skill(rows) == {}

    rows.load_polls(saying("14:30:00", 100, 102))
    assert skill(rows) == {0: (1, 2, -2, 2), 1: (1, 2, -2, 2)}


def test_a_forecast_that_comes_late_is_judged_too(rows: DuckDBRows) -> None:
    rows.load_polls(saying("11:00:00", 100), saying(AFTER, 100, 90))
    rows.load_polls(saying("09:30:00", 120), saying("11:30:00", 95))

    assert skill(rows) == {0: (1, 5, 5, 5), 1: (1, 10, 10, 10), 2: (1, 30, 30, 30)}


def test_a_null_hides_no_earlier_forecast(rows: DuckDBRows) -> None:
    rows.load_polls(saying("09:00:00", 100), saying("10:30:00", None), saying(AFTER, 1, 90))

    assert skill(rows) == dict.fromkeys(range(4), (1, 10, 10, 10))


def test_nobody_is_judged_by_what_was_said_too_late(rows: DuckDBRows) -> None:
    rows.load_polls(saying("12:00:00.000001", 100), saying(AFTER, 100, 90))

    assert skill(rows) == {}


def test_a_clock_that_stood_at_1970_adds_two_weeks_and_no_half_century(rows: DuckDBRows) -> None:
    rows.load_polls(saying("1970-01-01T00:00:00Z", 100), saying(AFTER, 100, 90))

    assert list(skill(rows)) == list(range(337))


def test_a_load_that_repeats_what_is_known_writes_no_row(rows: DuckDBRows) -> None:
    rows.load_polls(saying("11:00:00", 100), saying(AFTER, 100, 90))
    written = "select lead_hours, load_id from silver.forecast_error order by 1"
    before = rows.select(written)

    rows.load_polls(saying("12:51:00", 100, 90))

    assert len(before) == 2
    assert rows.select(written) == before


def poll_of(said: Said) -> dict[str, Any]:
    start = said.period_start_at
    span = (f"{start:%Y-%m-%dT%H:%MZ}", f"{start + timedelta(minutes=30):%Y-%m-%dT%H:%MZ}")
    moment = f"{said.observed_at.isoformat()}Z"
    return saying(moment, said.forecast_gco2_per_kwh, said.actual_gco2_per_kwh, span)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_said_in_whatever_order_gives_what_the_rules_say(
    rows: DuckDBRows, seed: int
) -> None:
    loads = random_loads(seed)

    for load in loads:
        rows.load_polls(*map(poll_of, load))

    said = [each for load in loads for each in load]
    found = rows.select("select * from gold.forecast_history order by 1, 2")
    assert found == history_of(said)
    assert skill(rows) == {lead: pytest.approx(figures) for lead, figures in skill_of(said).items()}
