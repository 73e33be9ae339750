"""The invented grid: plausible, the same for the same seed, honest about what it knows when."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenpulse.grid.periods import HALF_HOUR
from greenpulse.grid.simulated.actuals import Actuals
from greenpulse.grid.simulated.grid import NationalIntensity, SimulatedGrid
from greenpulse.grid.simulated.half_hour_numbers import number_of, start_of
from greenpulse.grid.simulated.manners import NATURAL_MANNERS, Manners
from greenpulse.grid.simulated.power import FUELS

PUNCTUAL = Manners(late_null=0, lasting_null=0, lasting_zero=0)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
YEAR = range(number_of(NEW_YEAR), number_of(NEW_YEAR) + 365 * 48, 7)
MOMENTS = st.datetimes(datetime(2019, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis takes naive bounds


@pytest.fixture(scope="module")
def grid() -> SimulatedGrid:
    return SimulatedGrid(1, PUNCTUAL)


def half_hours_from(start_at: datetime, count: int) -> list[datetime]:
    return [start_at + number * HALF_HOUR for number in range(count)]


def told(grid: SimulatedGrid, start_at: datetime, now: datetime) -> NationalIntensity:
    intensity = grid.national(start_at, now)
    assert intensity is not None
    return intensity


def actual(grid: SimulatedGrid, start_at: datetime, after_end: timedelta) -> int | None:
    return told(grid, start_at, start_at + HALF_HOUR + after_end).actual


def mean_absolute_error(
    grid: SimulatedGrid, made_after_start: timedelta, half_hours: list[datetime]
) -> float:
    return fmean(
        abs(
            told(grid, start_at, start_at + made_after_start).forecast
            - (actual(grid, start_at, timedelta(days=9)) or 0)
        )
        for start_at in half_hours
    )


def test_mixes_have_one_decimal_and_add_up_to_100(grid: SimulatedGrid) -> None:
    now = NEW_YEAR + timedelta(days=20, minutes=7)
    for start_at in half_hours_from(now - timedelta(days=4), 280):
        mix = grid.mix_percent(start_at, now)

        assert mix is not None
        assert len(mix) == len(FUELS)
        assert all(share == round(share, 1) >= 0 for share in mix)
        tolerated = 0 if start_at + HALF_HOUR <= now else 0.2
        assert abs(sum(mix) - 100) <= tolerated + 1e-9


def test_regional_mixes_add_up_too_and_the_forecasts_are_whole_numbers(grid: SimulatedGrid) -> None:
    now = NEW_YEAR + timedelta(days=20, minutes=7)
    for start_at in half_hours_from(now - timedelta(days=1), 140):
        run = grid.regional_run(start_at, now)
        assert run is not None
        for region_id in range(1, 19):
            region = grid.region(region_id, start_at, run)

            assert isinstance(region.forecast, int)
            assert -13 <= region.forecast < 400
            assert abs(sum(region.mix_percent) - 100) <= 0.2 + 1e-9


def test_region_18_is_the_country(grid: SimulatedGrid) -> None:
    now = NEW_YEAR + timedelta(days=3, minutes=7)
    for start_at in half_hours_from(now - timedelta(hours=6), 90):
        run = grid.regional_run(start_at, now)
        assert run is not None

        assert grid.region(18, start_at, run).forecast == told(grid, start_at, now).forecast


def test_a_regional_forecast_is_below_zero_once_in_a_while(grid: SimulatedGrid) -> None:
    now = NEW_YEAR + timedelta(days=200)
    forecasts = [
        grid.region(2, start_at, number_of(now)).forecast
        for start_at in half_hours_from(NEW_YEAR, 1500)
    ]

    assert 0 < sum(forecast < 0 for forecast in forecasts) < 20


@given(st.integers(), MOMENTS, st.integers(-200, 96))
def test_the_same_seed_tells_the_same_and_another_seed_something_else(
    seed: int, now: datetime, ahead: int
) -> None:
    start_at = start_of(number_of(now) + ahead - 1)

    assert SimulatedGrid(seed).national(start_at, now) == SimulatedGrid(seed).national(
        start_at, now
    )
    day = half_hours_from(start_at - timedelta(days=1), 8)
    one, other = SimulatedGrid(seed, PUNCTUAL), SimulatedGrid(seed + 1, PUNCTUAL)
    assert [one.national(at, now) for at in day] != [other.national(at, now) for at in day]


def test_what_was_asked_before_changes_nothing(grid: SimulatedGrid) -> None:
    now = NEW_YEAR + timedelta(days=5, minutes=7)
    asked = half_hours_from(now - timedelta(days=2), 180)
    fresh = SimulatedGrid(1, PUNCTUAL)

    backwards = {start_at: fresh.national(start_at, now) for start_at in reversed(asked)}

    assert backwards == {start_at: grid.national(start_at, now) for start_at in asked}


def test_forecasts_are_the_worse_the_earlier_they_are_made(grid: SimulatedGrid) -> None:
    half_hours = half_hours_from(NEW_YEAR, 30 * 48)

    errors = [
        mean_absolute_error(grid, -timedelta(hours=lead), half_hours) for lead in (0.5, 6, 24, 47)
    ]

    assert all(later > earlier * 1.1 for earlier, later in pairwise(errors))
    assert 5 < errors[0] < 14
    assert 12 < errors[-1] < 35


def test_the_last_forecast_is_no_better_than_the_real_one(grid: SimulatedGrid) -> None:
    half_hours = half_hours_from(NEW_YEAR, 30 * 48)

    error = mean_absolute_error(grid, timedelta(hours=9), half_hours)

    assert 5 < error < 12


def test_forecasts_change_from_half_hour_to_half_hour_and_not_in_between(
    grid: SimulatedGrid,
) -> None:
    start_at = NEW_YEAR + timedelta(days=9)
    runs = [start_at - timedelta(hours=48) + number * HALF_HOUR for number in range(1, 97)]

    forecasts = [told(grid, start_at, run).forecast for run in runs]

    assert forecasts == [told(grid, start_at, run + 29 * MINUTE).forecast for run in runs]
    assert sum(one != other for one, other in pairwise(forecasts)) > 60


def test_forecasts_are_revised_until_more_than_an_hour_after_the_end(grid: SimulatedGrid) -> None:
    def forecasts(after_end: timedelta) -> list[int]:
        return [
            told(grid, start_at, start_at + HALF_HOUR + after_end).forecast
            for start_at in half_hours_from(NEW_YEAR, 100)
        ]

    assert forecasts(59 * MINUTE) != forecasts(61 * MINUTE)
    assert forecasts(91 * MINUTE) == forecasts(timedelta(days=400))


def test_a_running_half_hour_has_a_forecast_and_no_actual(grid: SimulatedGrid) -> None:
    running = told(grid, NEW_YEAR, NEW_YEAR + 29 * MINUTE)

    assert running.actual is None


def test_for_ten_minutes_the_actual_is_the_one_before_carried_over(grid: SimulatedGrid) -> None:
    for start_at in half_hours_from(NEW_YEAR, 300):
        closed_at = start_at + HALF_HOUR
        for minutes in (0, 5, 9):
            now = closed_at + minutes * MINUTE

            carried = told(grid, start_at, now).actual

            assert carried == told(grid, start_at - HALF_HOUR, now).actual


def test_after_twelve_minutes_the_actual_is_its_own(grid: SimulatedGrid) -> None:
    half_hours = half_hours_from(NEW_YEAR, 300)

    carried = [actual(grid, start_at, 5 * MINUTE) for start_at in half_hours]
    corrected = [actual(grid, start_at, 12 * MINUTE) for start_at in half_hours]
    settled = [actual(grid, start_at, timedelta(days=9)) for start_at in half_hours]

    assert sum(one != other for one, other in zip(carried, corrected, strict=True)) > 270
    off_by = [abs((c or 0) - (s or 0)) for c, s in zip(corrected, settled, strict=True)]
    assert max(off_by) < 35
    assert fmean(off_by) < 10


def test_the_correction_comes_ten_to_eleven_minutes_after_the_end(grid: SimulatedGrid) -> None:
    for start_at in half_hours_from(NEW_YEAR, 100):
        assert actual(grid, start_at, 10 * MINUTE - timedelta(seconds=1)) == actual(
            grid, start_at, 0 * MINUTE
        )
        assert actual(grid, start_at, 11 * MINUTE) == actual(grid, start_at, 20 * MINUTE)


def test_actuals_are_revised_for_a_day_and_more_and_then_stay(grid: SimulatedGrid) -> None:
    def actuals(after_end: timedelta) -> list[int | None]:
        return [actual(grid, start_at, after_end) for start_at in half_hours_from(NEW_YEAR, 200)]

    first, after_a_day, settled = (
        actuals(12 * MINUTE),
        actuals(timedelta(days=1)),
        actuals(timedelta(days=7)),
    )

    def changed(earlier: list[int | None], later: list[int | None]) -> int:
        return sum(one != other for one, other in zip(earlier, later, strict=True))

    assert changed(first, after_a_day) > 150
    assert changed(after_a_day, settled) > 100
    assert settled == actuals(timedelta(days=300))


def test_the_index_follows_the_actual_and_the_forecast_where_there_is_none() -> None:
    """Bands of 2026: low from 25, moderate from 90, high from 170, very high from 230."""
    grid = SimulatedGrid(1)
    now = NEW_YEAR + timedelta(days=30)
    for start_at in half_hours_from(NEW_YEAR, 30 * 48 + 90):
        intensity = told(grid, start_at, now)
        shown = intensity.forecast if intensity.actual is None else intensity.actual

        expected = (
            "very low"
            if shown < 25
            else "low"
            if shown < 90
            else "moderate"
            if shown < 170
            else "high"
            if shown < 230
            else "very high"
        )

        assert intensity.index == expected


def test_by_nature_a_few_actuals_are_null_or_0_for_ever() -> None:
    actuals = Actuals(1, lambda _: 100, NATURAL_MANNERS)
    later = NEW_YEAR + timedelta(days=2000)
    first = number_of(NEW_YEAR)

    said = [actuals.at(first + number, later) for number in range(700 * 48)]

    nulls, zeros = said.count(None), said.count(0)

    assert 5 < nulls < 200
    assert 3 < zeros < 150


def test_a_late_actual_is_null_for_half_an_hour_to_one_and_a_half() -> None:
    grid = SimulatedGrid(1, Manners(late_null=1, lasting_null=0, lasting_zero=0))
    half_hours = half_hours_from(NEW_YEAR, 480)

    early = [actual(grid, start_at, 29 * MINUTE) for start_at in half_hours]
    late = [actual(grid, start_at, 91 * MINUTE) for start_at in half_hours]

    assert 50 < early.count(None) < 480
    assert None not in late


def test_half_hours_are_absent_where_that_is_asked_for() -> None:
    grid = SimulatedGrid(1, Manners(absent=1))
    later = NEW_YEAR + timedelta(days=40)

    present = [grid.national(at, later) is not None for at in half_hours_from(NEW_YEAR, 480)]

    assert 480 - 10 * 12 <= sum(present) <= 480 - 10


def test_nothing_is_told_of_half_hours_before_the_first(grid: SimulatedGrid) -> None:
    first_national_at = datetime(2017, 9, 11, 23, 0, tzinfo=UTC)
    first_regional_at = datetime(2018, 5, 10, 23, 30, tzinfo=UTC)

    assert grid.national(first_national_at - HALF_HOUR, NEW_YEAR) is None
    assert grid.national(first_national_at, NEW_YEAR) is not None
    assert grid.mix_percent(first_regional_at - HALF_HOUR, NEW_YEAR) is None
    assert grid.mix_percent(first_regional_at, NEW_YEAR) is not None
    assert grid.regional_run(first_regional_at - HALF_HOUR, NEW_YEAR) is None
    assert grid.regional_run(first_regional_at, NEW_YEAR) is not None


def test_nothing_is_told_beyond_48_hours(grid: SimulatedGrid) -> None:
    now = NEW_YEAR + 7 * MINUTE
    last_at = NEW_YEAR + timedelta(hours=47, minutes=30)

    assert grid.national(last_at, now) is not None
    assert grid.national(last_at + HALF_HOUR, now) is None


def test_a_short_horizon_ends_after_29_to_31_half_hours() -> None:
    grid = SimulatedGrid(1, Manners(short_horizon=1))
    horizons = {
        (grid.horizon_end_at(now) - now) // HALF_HOUR for now in half_hours_from(NEW_YEAR, 480)
    }

    assert horizons == {29, 30, 31, 96}
