"""The invented power stations: plausible over a year, a week, a day."""

from datetime import UTC, datetime, timedelta
from statistics import correlation, fmean

import pytest
from hypothesis import strategies as st

from greenpulse.grid.simulated.half_hour_numbers import number_of
from greenpulse.grid.simulated.manners import Manners
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
