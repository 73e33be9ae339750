"""What the real API once answered, read; expected values were worked out by hand."""

from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from support.saying import poll_saying

from greenpulse.grid.bands import index_of
from greenpulse.grid.periods import settlement_period, settlement_periods_in
from greenpulse.grid.readings import Observation, Outcome, Reading, read_poll


def read_recorded(folder: Path, name: str, family: str = "national", status: int = 200) -> Reading:
    body = (folder / f"{name}.json").read_bytes().decode()
    return read_poll(poll_saying(body, family=family, status=status))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_the_last_half_hour_before_its_actual_was_known(recorded: Path) -> None:
    reading = read_recorded(recorded, "kkulma_gb_no_dates")

    assert reading.observations == (
        Observation(moment("2021-04-30T22:30"), moment("2021-04-30T23:00"), 255, None, "moderate"),
    )


def test_the_last_half_hour_with_its_actual(recorded: Path) -> None:
    reading = read_recorded(recorded, "issue6_intensity_2019-09-12")

    assert reading.observations == (
        Observation(moment("2019-09-12T08:00"), moment("2019-09-12T08:30"), 194, 188, "moderate"),
    )


def test_a_range_of_two_days_begins_with_the_half_hour_that_ended_at_its_start(
    recorded: Path,
) -> None:
    reading = read_recorded(recorded, "kkulma_gb_with_dates")

    assert reading.item_count == 96
    assert reading.observations[0] == Observation(
        moment("2019-12-31T23:30"), moment("2020-01-01T00:00"), 183, 180, "moderate"
    )
    assert reading.observations[-1] == Observation(
        moment("2020-01-02T23:00"), moment("2020-01-02T23:30"), 118, 111, "low"
    )
    assert sum(o.forecast_gco2_per_kwh or 0 for o in reading.observations) == 17_606
    assert sum(o.actual_gco2_per_kwh or 0 for o in reading.observations) == 17_707


def test_the_next_day_asked_on_a_boundary_has_49_half_hours(recorded: Path) -> None:
    reading = read_recorded(recorded, "jscruz_national_2017-10-01")

    assert reading.item_count == 49
    assert reading.observations[0] == Observation(
        moment("2017-10-01T11:30"), moment("2017-10-01T12:00"), 145, 143, "low"
    )
    assert all(a.period_end_at == b.period_start_at for a, b in pairwise(reading.observations))


@pytest.mark.parametrize(
    ("day", "count", "forecasts", "actuals"),
    [("2023-03-26", 46, 6_339, 5_900), ("2023-10-29", 50, 4_443, 4_447)],
)
def test_a_local_day_has_as_many_half_hours_as_the_clock_change_leaves_it(
    recorded: Path, day: str, count: int, forecasts: int, actuals: int
) -> None:
    observations = read_recorded(recorded, f"intensity_date_{day}_localday").observations

    names = [settlement_period(o.period_start_at) for o in observations]

    assert [name.number for name in names] == list(range(1, count + 1))
    assert {name.settlement_date.isoformat() for name in names} == {day}
    assert settlement_periods_in(names[0].settlement_date) == count
    assert sum(o.forecast_gco2_per_kwh or 0 for o in observations) == forecasts
    assert sum(o.actual_gco2_per_kwh or 0 for o in observations) == actuals


def test_the_bands_of_2023_give_the_index_that_the_api_gave(recorded: Path) -> None:
    observations = read_recorded(recorded, "intensity_date_2023-03-26_localday").observations

    words = [index_of(o.actual_gco2_per_kwh or 0, 2023).value for o in observations]

    assert words == [o.intensity_index for o in observations]


@pytest.mark.parametrize(
    "name", ["kkulma_get_factors", "kkulma_get_stats_dates", "kkulma_get_stats_block"]
)
def test_factors_and_statistics_are_no_half_hours(recorded: Path, name: str) -> None:
    assert read_recorded(recorded, name).outcome is Outcome.UNREADABLE


@pytest.mark.parametrize(
    ("name", "family", "count"),
    [
        ("kkulma_get_mix", "generation", 1),
        ("kkulma_raw_with_dates", "generation", 336),
        ("kkulma_nat_no_dates", "regional", 1),
        ("kkulma_nat_en", "regional", 1),
        ("kkulma_nat_with_dates", "regional", 96),
        ("kkulma_reg_no_dates", "regional", 1),
        ("kkulma_reg_with_dates", "regional", 96),
        ("kkulma_pc_with_dates", "regional", 96),
        ("gridflow_regional_fw24h_all_2026-05-06", "regional", 2),
        ("gridflow_regional_fw24h_regionid13_2026-05-06", "regional", 49),
        ("jscruz_regional_fw48h_postcode", "regional", 48),
    ],
)
def test_other_families_are_counted_in_each_of_their_shapes(
    recorded: Path, name: str, family: str, count: int
) -> None:
    reading = read_recorded(recorded, name, family)

    assert (reading.outcome, reading.item_count) == (Outcome.OK, count)
    assert reading.observations == ()


@pytest.mark.parametrize(
    ("name", "status", "outcome"),
    [
        ("batpred4958_200_intensity_date_no_forecast", 200, Outcome.EMPTY),
        ("issue20_200_regional_empty_object", 200, Outcome.EMPTY),
        ("jscruz_200_null_unmatched_postcode", 200, Outcome.EMPTY),
        ("issue19_500_intensity_2025-01-13", 500, Outcome.HTTP_ERROR),
        ("apievangelist_400_invalid_path", 400, Outcome.HTTP_ERROR),
        ("error_400_start_not_before_end", 400, Outcome.HTTP_ERROR),
        ("error_400_range_gt_31_days_yaanno", 400, Outcome.HTTP_ERROR),
        # Error bodies have been seen with 200, too: they say nothing of the grid.
        ("error_400_range_datetime_format", 200, Outcome.UNREADABLE),
    ],
)
def test_empty_answers_and_errors_are_told_apart(
    recorded: Path, name: str, status: int, outcome: Outcome
) -> None:
    assert read_recorded(recorded, name, status=status).outcome is outcome
