"""Gold, on examples worked out by hand."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from support.manual_clock import ManualClock
from support.staging import DuckDBRows, body_of, item, poll

MORNING = "2023-06-07T11:00:00Z"

# Minute polls of 5 February 2026: when asked, and what was said of which half hour.
CARRIED_OVER = (
    ("20:59:17", "20:00", "20:30", 137, 137),
    ("21:00:18", "20:30", "21:00", 117, 137),
    ("21:10:27", "20:30", "21:00", 117, 130),
    ("21:30:47", "21:00", "21:30", 125, 130),
    ("21:40:56", "21:00", "21:30", 125, 122),
    ("22:00:14", "21:30", "22:00", 114, 122),
    ("22:10:25", "21:30", "22:00", 114, 114),
)


@pytest.fixture
def rows(tmp_path: Path, clock: ManualClock) -> Iterator[DuckDBRows]:
    rows = DuckDBRows(tmp_path / "warehouse.duckdb", clock)
    yield rows
    rows.close()


def utc(text: str) -> datetime:
    """A moment as the warehouse has it: naive, UTC."""
    return datetime.fromisoformat(text)


def saying(at: str, *items: dict[str, Any]) -> dict[str, Any]:
    return poll(f"at {at}", at, body_of(*items))


def minute_polls() -> list[dict[str, Any]]:
    day = "2026-02-05T"
    return [
        saying(f"{day}{at}Z", item(f"{day}{start}Z", f"{day}{end}Z", forecast, actual))
        for at, start, end, forecast, actual in CARRIED_OVER
    ]


def half_hours(rows: DuckDBRows) -> dict[str, dict[str, Any]]:
    """Rows of GOLD.HALF_HOURLY_INTENSITY by the time of day at which they start."""
    found = rows.rows_of("select * from gold.half_hourly_intensity order by period_start_at")
    return {row["period_start_at"].strftime("%H:%M"): row for row in found}


def test_a_carried_over_actual_is_provisional_and_the_forecast_is_shown(rows: DuckDBRows) -> None:
    rows.load_polls(*minute_polls())

    shown = {
        start: (row["actual_gco2_per_kwh"], row["actual_status"], row["intensity_gco2_per_kwh"])
        for start, row in half_hours(rows).items()
    }
    assert shown == {
        "20:00": (137, "revisable", 137),  # last asked 29 minutes after its end
        "20:30": (130, "provisional", 117),
        "21:00": (122, "provisional", 125),
        "21:30": (114, "provisional", 114),
    }


def test_a_half_hour_tells_since_when_its_values_stand(rows: DuckDBRows) -> None:
    again = saying("2026-02-05T22:13:00Z", item("2026-02-05T21:30Z", "2026-02-05T22:00Z", 114, 114))

    rows.load_polls(*minute_polls())
    rows.load_polls(again)

    row = half_hours(rows)["21:30"]
    assert row["observed_at"] == utc("2026-02-05T22:10:25")
    assert row["last_observed_at"] == utc("2026-02-05T22:13:00")
    assert (row["actual_status"], row["intensity_gco2_per_kwh"]) == ("revisable", 114)


def test_runs_keep_what_was_said_before(rows: DuckDBRows) -> None:
    rows.load_polls(*minute_polls())

    runs = rows.select(
        """
        select observed_at, last_observed_at, actual_gco2_per_kwh, poll_id, revision_number
        from silver.national_intensity
        where period_start_at = '2026-02-05 20:30:00'
        order by revision_number
        """
    )
    first, second = utc("2026-02-05T21:00:18"), utc("2026-02-05T21:10:27")
    assert runs == [
        (first, first, 137, "at 2026-02-05T21:00:18Z", 1),
        (second, second, 130, "at 2026-02-05T21:10:27Z", 2),
    ]


@pytest.mark.parametrize(
    ("last_observed_at", "status"),
    [
        ("2026-02-05T20:45:00Z", "provisional"),  # before its end
        ("2026-02-05T21:12:00Z", "provisional"),
        ("2026-02-05T21:12:00.000001Z", "revisable"),
        ("2026-02-06T21:00:00Z", "revisable"),
        ("2026-02-06T21:00:00.000001Z", "settled"),
    ],
)
def test_an_actual_settles_by_when_it_was_last_seen(
    rows: DuckDBRows, last_observed_at: str, status: str
) -> None:
    rows.load_polls(saying(last_observed_at, item("2026-02-05T20:30Z", "2026-02-05T21:00Z", 1, 2)))

    assert half_hours(rows)["20:30"]["actual_status"] == status


@pytest.mark.parametrize(
    ("forecast", "actual", "status", "intensity"),
    [
        (183, 0, "suspect", 183),
        (26, 0, "suspect", 26),
        (25, 0, "revisable", 0),
        (None, 0, "revisable", 0),
        (183, None, "missing", 183),
        (None, None, "missing", None),
        (183, -7, "revisable", -7),
        (183, 8037, "revisable", 8037),
        (None, 130, "revisable", 130),
    ],
)
def test_null_is_no_zero_and_a_zero_beside_a_forecast_is_suspect(
    rows: DuckDBRows,
    forecast: int | None,
    actual: int | None,
    status: str,
    intensity: int | None,
) -> None:
    said = item("2023-06-07T09:30Z", "2023-06-07T10:00Z", forecast, actual, "very low")

    rows.load_polls(saying(MORNING, said))

    row = half_hours(rows)["09:30"]
    assert (row["actual_status"], row["intensity_gco2_per_kwh"]) == (status, intensity)
    assert (row["actual_gco2_per_kwh"], row["intensity_index"]) == (actual, "very low")


def test_the_newest_observation_is_in_force_as_a_whole_null_included(rows: DuckDBRows) -> None:
    span = ("2023-06-07T09:30Z", "2023-06-07T10:00Z")

    rows.load_polls(saying("2023-06-07T10:20:00Z", item(*span, 180, 170, "moderate")))
    rows.load_polls(saying("2023-06-07T10:30:00Z", item(*span, None, None, None)))
    rows.load_polls(saying("2023-06-07T10:10:00Z", item(*span, 99, 99, "low")))

    row = half_hours(rows)["09:30"]
    assert row["forecast_gco2_per_kwh"] is row["actual_gco2_per_kwh"] is None
    assert row["intensity_index"] is None
    assert row["observed_at"] == utc("2023-06-07T10:30:00")


def test_of_two_items_for_one_half_hour_the_later_in_the_body_is_in_force(
    rows: DuckDBRows,
) -> None:
    span = ("2021-04-19T19:00Z", "2021-04-19T19:30Z")

    rows.load_polls(saying("2021-04-20T12:00:00Z", item(*span, 201, 200), item(*span, 203, 202)))

    assert half_hours(rows)["19:00"]["forecast_gco2_per_kwh"] == 203


@pytest.mark.parametrize(
    ("day", "first_start", "half_hour_count"),
    [("2023-03-26", "2023-03-26T00:00", 46), ("2023-10-29", "2023-10-28T23:00", 50)],
)
def test_a_settlement_day_follows_the_clocks_of_great_britain(
    rows: DuckDBRows, recorded: Path, day: str, first_start: str, half_hour_count: int
) -> None:
    body = (recorded / f"intensity_date_{day}_localday.json").read_text()

    rows.load_polls(poll("local day", f"{day}T23:59:00Z", body))

    found = rows.select(
        """
        select settlement_date, settlement_period, period_start_at
        from gold.half_hourly_intensity order by period_start_at
        """
    )
    assert {settlement_date for settlement_date, _, _ in found} == {date.fromisoformat(day)}
    assert [period for _, period, _ in found] == list(range(1, half_hour_count + 1))
    assert found[0][2] == utc(first_start)


def test_summer_time_begins_the_settlement_day_at_23_utc(rows: DuckDBRows) -> None:
    last = item("2026-06-30T22:30Z", "2026-06-30T23:00Z", 1, 1)
    first = item("2026-06-30T23:00Z", "2026-06-30T23:30Z", 1, 1)

    rows.load_polls(saying("2026-07-01T12:00:00Z", last, first))

    found = half_hours(rows)
    assert (found["22:30"]["settlement_date"], found["22:30"]["settlement_period"]) == (
        date(2026, 6, 30),
        48,
    )
    assert (found["23:00"]["settlement_date"], found["23:00"]["settlement_period"]) == (
        date(2026, 7, 1),
        1,
    )


def test_two_real_days_have_their_values(rows: DuckDBRows, recorded: Path) -> None:
    body = (recorded / "kkulma_gb_with_dates.json").read_text()

    rows.load_polls(poll("two days", "2021-04-30T22:17:00Z", body))

    sums = rows.rows_of(
        """
        select
            count(*) as half_hours,
            sum(forecast_gco2_per_kwh) as forecasts,
            sum(actual_gco2_per_kwh) as actuals,
            sum(intensity_gco2_per_kwh) as intensities,
            min(period_start_at) as first_start_at,
            min(actual_status) || max(actual_status) as statuses
        from gold.half_hourly_intensity
        """
    )
    assert sums == [
        {
            "half_hours": 96,
            "forecasts": 17_606,
            "actuals": 17_707,
            "intensities": 17_707,
            "first_start_at": utc("2019-12-31T23:30"),
            "statuses": "settledsettled",
        }
    ]


def test_the_last_half_hour_before_its_actual_was_known(rows: DuckDBRows, recorded: Path) -> None:
    body = (recorded / "kkulma_gb_no_dates.json").read_text()

    rows.load_polls(poll("no actual", "2021-04-30T23:01:57Z", body))

    row = half_hours(rows)["22:30"]
    assert (row["forecast_gco2_per_kwh"], row["actual_gco2_per_kwh"]) == (255, None)
    assert (row["actual_status"], row["intensity_gco2_per_kwh"]) == ("missing", 255)
    assert (row["settlement_date"], row["settlement_period"]) == (date(2021, 4, 30), 48)


def test_error_bodies_say_nothing_of_any_half_hour(rows: DuckDBRows, recorded: Path) -> None:
    bodies = {file.name: file.read_text() for file in sorted(recorded.glob("*400*.json"))}

    rows.load_polls(*(poll(name, MORNING, body, status=400) for name, body in bodies.items()))

    outcomes = Counter(row["outcome"] for row in rows.polls().values())
    assert outcomes == {"http_error": len(bodies)}
    assert half_hours(rows) == {}


def test_now_is_one_row_before_anything_is_known(rows: DuckDBRows) -> None:
    rows.set_now("2026-02-05 21:05:00")

    (row,) = rows.rows_of("select * from gold.intensity_now")

    assert row["period_start_at"] == utc("2026-02-05T21:00")
    assert row["period_end_at"] == utc("2026-02-05T21:30")
    assert row["is_fresh"] is False
    assert {name for name, value in row.items() if value is not None} == {
        "now_at",
        "period_start_at",
        "period_end_at",
        "is_fresh",
    }


def test_now_shows_the_running_half_hour_and_the_last_complete_one(rows: DuckDBRows) -> None:
    current = item("2026-02-05T21:00Z", "2026-02-05T21:30Z", 125, None, "moderate")
    later = item("2026-02-05T21:30Z", "2026-02-05T22:00Z", 114, None, "low")
    rows.load_polls(
        saying("2026-02-05T20:45:00Z", current, later),
        *minute_polls()[:3],
    )
    rows.set_now("2026-02-05 21:11:00")

    (row,) = rows.rows_of("select * from gold.intensity_now")

    assert row == {
        "now_at": utc("2026-02-05T21:11"),
        "period_start_at": utc("2026-02-05T21:00"),
        "period_end_at": utc("2026-02-05T21:30"),
        "forecast_gco2_per_kwh": 125,
        "intensity_index": "moderate",
        "last_period_start_at": utc("2026-02-05T20:30"),
        "last_period_end_at": utc("2026-02-05T21:00"),
        "last_forecast_gco2_per_kwh": 117,
        "last_actual_gco2_per_kwh": 130,
        "last_actual_status": "provisional",
        "last_intensity_gco2_per_kwh": 117,
        "last_intensity_index": "low",
        "data_age_seconds": 33,
        "is_fresh": True,
    }


@pytest.mark.parametrize(
    ("now", "age", "is_fresh"),
    [
        ("2026-02-05 21:11:27", 60, True),
        ("2026-02-05 21:11:27.001", 60.001, False),
        ("2026-02-05 21:10:00", -27, True),  # a clock somewhat behind
        ("2026-02-05 20:10:00", -3627, False),  # one that jumped
    ],
)
def test_data_are_fresh_for_a_minute(
    rows: DuckDBRows, now: str, age: float, *, is_fresh: bool
) -> None:
    rows.load_polls(
        *minute_polls()[:3],
        poll("failed", "2026-02-05T21:11:00Z", None, status=500),
        poll("empty", "2026-02-05T21:11:00Z", '{"data":[]}'),
    )
    rows.set_now(now)

    found = rows.select("select data_age_seconds, is_fresh from gold.intensity_now")

    assert found == [(age, is_fresh)]


@pytest.mark.parametrize(("end", "is_fresh"), [("20:00", True), ("19:30", False)])
def test_an_old_half_hour_is_not_fresh_however_young_the_answer(
    rows: DuckDBRows, end: str, *, is_fresh: bool
) -> None:
    start = {"20:00": "19:30", "19:30": "19:00"}[end]
    said = item(f"2026-02-05T{start}Z", f"2026-02-05T{end}Z", 117, 130)
    foretold = item("2026-02-05T20:30Z", "2026-02-05T21:00Z", 117, None)
    rows.load_polls(
        saying("2026-02-05T18:00:00Z", foretold),
        saying("2026-02-05T21:14:30Z", said),
    )
    rows.set_now("2026-02-05 21:15:00")

    assert rows.select("select is_fresh from gold.intensity_now") == [(is_fresh,)]


def test_gaps_are_what_the_api_never_spoke_of_between_what_it_did(rows: DuckDBRows) -> None:
    rows.load_polls(
        saying(
            "2023-10-23T12:00:00Z",
            item("2023-10-20T21:30Z", "2023-10-20T22:00Z", 1, 1),
            item("2023-10-22T19:30Z", "2023-10-22T20:00Z", 1, None),
            item("2023-10-22T20:00Z", "2023-10-22T20:30Z", None, None),
            item("2023-10-22T21:00Z", "2023-10-22T21:30Z", 1, 1),
        )
    )

    gaps = rows.select("select * from gold.data_gaps order by starts_at")

    assert gaps == [
        (utc("2023-10-20T22:00"), utc("2023-10-22T19:30"), 91),
        (utc("2023-10-22T20:30"), utc("2023-10-22T21:00"), 1),
    ]


def test_no_gap_is_seen_where_all_was_spoken_of(rows: DuckDBRows, recorded: Path) -> None:
    body = (recorded / "jscruz_national_2017-10-01.json").read_text()

    rows.load_polls(poll("49 half hours", "2018-01-01T00:00:00Z", body))

    assert rows.select("select count(*) from gold.half_hourly_intensity") == [(49,)]
    assert rows.select("select * from gold.data_gaps") == []
