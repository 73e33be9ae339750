"""The invented grid: plausible, the same for the same seed, honest about what it knows when."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import correlation, fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenpulse.grid.periods import HALF_HOUR
from greenpulse.grid.simulated.actuals import Actuals
from greenpulse.grid.simulated.grid import NationalIntensity, SimulatedGrid
from greenpulse.grid.simulated.half_hour_numbers import number_of, start_of
from greenpulse.grid.simulated.manners import NATURAL_MANNERS, Manners
from greenpulse.grid.simulated.power import FUELS, PowerStations
from greenpulse.grid.simulated.regions import REGIONS, SITES
from greenpulse.grid.simulated.weather import sun_height

PUNCTUAL = Manners(late_null=0, lasting_null=0, lasting_zero=0)
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
YEAR = range(number_of(NEW_YEAR), number_of(NEW_YEAR) + 365 * 48, 7)
MOMENTS = st.datetimes(datetime(2019, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis takes naive bounds


@pytest.fixture(scope="module")
def stations() -> PowerStations:
    return PowerStations(1)


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


def test_the_intensity_of_a_year_stays_between_20_and_350_and_uses_that_range(
    stations: PowerStations,
) -> None:
    intensities = [stations.national_mix(half_hour).gco2_per_kwh for half_hour in YEAR]

    assert 20 <= min(intensities) < 50
    assert 220 < max(intensities) < 350
    assert 90 < fmean(intensities) < 160


def test_people_use_least_at_night_and_most_in_the_evening(stations: PowerStations) -> None:
    monday = number_of(datetime(2026, 1, 12, tzinfo=UTC))
    by_hour = [stations.demand(monday + 2 * hour) for hour in range(24)]

    assert by_hour.index(min(by_hour)) in {2, 3, 4}
    assert by_hour.index(max(by_hour)) in {17, 18}


def test_people_use_less_at_weekends_and_in_summer(stations: PowerStations) -> None:
    def of_day(day: datetime) -> float:
        return fmean(stations.demand(number_of(day) + number) for number in range(48))

    january = fmean(of_day(datetime(2026, 1, day, tzinfo=UTC)) for day in range(5, 10))
    july = fmean(of_day(datetime(2026, 7, day, tzinfo=UTC)) for day in range(6, 11))
    july_weekend = fmean(of_day(datetime(2026, 7, day, tzinfo=UTC)) for day in (11, 12))

    assert january > july * 1.15
    assert july_weekend < july


def test_demand_follows_the_clocks_of_great_britain(stations: PowerStations) -> None:
    """The morning rise comes at the same local time, so an hour earlier in UTC."""
    before = [stations.demand(number_of(datetime(2026, 3, 27, 6, tzinfo=UTC)) + n) for n in (0, 2)]
    after = [stations.demand(number_of(datetime(2026, 3, 30, 5, tzinfo=UTC)) + n) for n in (0, 2)]

    assert after[1] / after[0] == pytest.approx(before[1] / before[0], rel=0.02)


def test_wind_comes_in_fronts_that_last_for_days_but_not_for_ever(stations: PowerStations) -> None:
    first = number_of(NEW_YEAR)
    wind = [stations.supply(first + number)["wind"] for number in range(120 * 48)]

    def alike_after(hours: int) -> float:
        return correlation(wind[: -2 * hours], wind[2 * hours :])

    assert alike_after(1) > 0.97
    assert alike_after(12) > 0.5
    assert alike_after(24) > 0.25
    assert abs(alike_after(240)) < 0.35


def test_the_sun_stands_as_high_as_it_does() -> None:
    """Noon heights at 52 degrees north: 90 - 52 + declination, so 61.4 and 14.6 degrees."""
    summer = sun_height(number_of(datetime(2026, 6, 21, 12, 0, tzinfo=UTC)), 52)
    winter = sun_height(number_of(datetime(2026, 12, 21, 12, 0, tzinfo=UTC)), 52)

    assert summer == pytest.approx(1.072, abs=0.02)
    assert winter == pytest.approx(0.255, abs=0.02)


def test_there_is_sun_by_day_only_and_far_more_of_it_in_june(stations: PowerStations) -> None:
    def solar(moment: datetime) -> float:
        return stations.supply(number_of(moment))["solar"]

    june = fmean(solar(datetime(2026, 6, day, 12, tzinfo=UTC)) for day in range(1, 29))
    december = fmean(solar(datetime(2026, 12, day, 12, tzinfo=UTC)) for day in range(1, 29))

    assert solar(datetime(2026, 12, 21, 17, tzinfo=UTC)) == 0
    assert solar(datetime(2026, 6, 21, 0, tzinfo=UTC)) == 0
    assert june > 2.5 * december > 0


def test_gas_and_imports_fill_what_the_rest_leaves(stations: PowerStations) -> None:
    for half_hour in YEAR:
        supply = stations.supply(half_hour)

        assert sum(supply.values()) >= stations.demand(half_hour) - 1e-9
        assert min(supply.values()) >= 0
        assert tuple(supply) == FUELS


def test_coal_is_burnt_until_the_last_station_closed(stations: PowerStations) -> None:
    assert stations.supply(number_of(datetime(2024, 1, 15, 18, tzinfo=UTC)))["coal"] > 0
    assert stations.supply(number_of(datetime(2025, 1, 15, 18, tzinfo=UTC)))["coal"] == 0


def test_the_parts_of_the_regions_add_up_to_the_country() -> None:
    for zone_id in {region.zone.zone_id for region in REGIONS}:
        members = [region for region in REGIONS if region.zone.zone_id == zone_id]

        assert sum(region.wind_part for region in members) == pytest.approx(1)
        assert sum(region.solar_part for region in members) == pytest.approx(1)
    assert sum(region.demand_part for region in REGIONS) == pytest.approx(1)
    for parts in SITES.values():
        assert sum(parts.values()) == pytest.approx(1)


def test_scotland_is_clean_and_south_wales_is_not(stations: PowerStations) -> None:
    mixes = [stations.mixes(half_hour) for half_hour in YEAR[::5]]

    def mean(region_id: int) -> float:
        return fmean(mix[region_id].gco2_per_kwh for mix in mixes)

    assert mean(16) < 40 < mean(18) < mean(7)
    assert min(mean(region_id) for region_id in range(1, 19)) > 0
    assert max(mean(region_id) for region_id in range(1, 19)) < 394


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
