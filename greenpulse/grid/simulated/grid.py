"""A plausible grid from one seed: what the API would say of a half hour at a given moment.

Pure: nothing but seed, manners, half hour and moment decides, and no clock is read. ``now``
is the moment of the request; only what was published by then is told.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from greenpulse.grid.bands import IntensityIndex, index_of
from greenpulse.grid.simulated.actuals import Actuals
from greenpulse.grid.simulated.forecasts import HORIZON_HALF_HOURS, ForecastErrors, run_in_force
from greenpulse.grid.simulated.half_hour_numbers import number_of, start_of
from greenpulse.grid.simulated.manners import NATURAL_MANNERS, Manners
from greenpulse.grid.simulated.noise import Noise, Spells
from greenpulse.grid.simulated.power import FUELS, Mix, PowerStations
from greenpulse.grid.simulated.regions import GREAT_BRITAIN

__all__ = ["NationalIntensity", "RegionalIntensity", "SimulatedGrid"]

_FIRST_NATIONAL = number_of(datetime(2017, 9, 11, 23, 0, tzinfo=UTC))
_FIRST_REGIONAL = number_of(datetime(2018, 5, 10, 23, 30, tzinfo=UTC))
_REMEMBERED_FORECASTS = 8192
_SHORT_HORIZON_HALF_HOURS = 29
_TENTHS_OF_PERCENT = 1000
_TOLERATED_TENTHS = 2
_NEGATIVE_BELOW_GCO2_PER_KWH = 60
_NEGATIVE_CHANCE = 0.002
_MOST_NEGATIVE = 13


@dataclass(frozen=True, slots=True)
class NationalIntensity:
    """What is said of the country in one half hour; gCO2/kWh."""

    forecast: int
    actual: int | None
    index: IntensityIndex


@dataclass(frozen=True, slots=True)
class RegionalIntensity:
    """What is said of a region (1 to 18) in one half hour; there is never an actual."""

    region_id: int
    forecast: int
    """gCO2/kWh; below 0 once in a while."""
    index: IntensityIndex
    mix_percent: tuple[float, ...]
    """By fuel, in the order of FUELS."""


class SimulatedGrid:
    """The grid of one seed.

    Half hours are named by their start. Each method answers None for one of which nothing
    is said at ``now``: before the first, beyond the horizon, or absent by ``manners``.
    """

    def __init__(self, seed: int, manners: Manners = NATURAL_MANNERS) -> None:
        self._stations = PowerStations(seed)
        self._errors = ForecastErrors(seed)
        self._negatives = Noise(seed, "negative forecasts")
        self._actuals = Actuals(seed, self._settled, manners)
        self._absent = Spells(
            Noise(seed, "absent half hours"), block=48, chance=manners.absent, longest=12
        )
        self._short_horizons = Spells(
            Noise(seed, "short horizons"), block=16, chance=manners.short_horizon, longest=12
        )
        self._forecast = lru_cache(_REMEMBERED_FORECASTS)(self._make_forecast)

    def national(self, start_at: datetime, now: datetime) -> NationalIntensity | None:
        """Intensity of the country."""
        half_hour = number_of(start_at)
        if not self._is_told(half_hour, _FIRST_NATIONAL, now):
            return None
        mix = self._forecast(half_hour, run_in_force(half_hour, number_of(now)), GREAT_BRITAIN)
        forecast = round(mix.gco2_per_kwh)
        actual = self._actuals.at(half_hour, now)
        shown = forecast if actual is None else actual
        return NationalIntensity(forecast, actual, index_of(shown, start_at.year))

    def mix_percent(self, start_at: datetime, now: datetime) -> tuple[float, ...] | None:
        """Generation mix of the country by fuel, in the order of FUELS."""
        half_hour = number_of(start_at)
        if not self._is_told(half_hour, _FIRST_REGIONAL, now):
            return None
        if half_hour < number_of(now):
            return _percent(self._stations.national_mix(half_hour), is_exact=True)
        return _percent(self._forecast(half_hour, number_of(now), GREAT_BRITAIN), is_exact=False)

    def regional_run(self, start_at: datetime, now: datetime) -> int | None:
        """Forecast run that speaks of the regions; equal runs say equal things."""
        half_hour = number_of(start_at)
        if not self._is_told(half_hour, _FIRST_REGIONAL, now):
            return None
        return run_in_force(half_hour, number_of(now))

    def region(self, region_id: int, start_at: datetime, run: int) -> RegionalIntensity:
        """What forecast run ``run`` says of a region (1 to 18)."""
        half_hour = number_of(start_at)
        mix = self._forecast(half_hour, run, region_id)
        forecast = round(mix.gco2_per_kwh)
        luck = self._negatives.uniform(half_hour, region_id)
        is_country = region_id == GREAT_BRITAIN
        if not is_country and forecast < _NEGATIVE_BELOW_GCO2_PER_KWH and luck < _NEGATIVE_CHANCE:
            forecast = -1 - int(_MOST_NEGATIVE * luck / _NEGATIVE_CHANCE)
        index = index_of(forecast, start_at.year)
        return RegionalIntensity(region_id, forecast, index, _percent(mix, is_exact=False))

    def horizon_end_at(self, now: datetime) -> datetime:
        """End of the last half hour of which a forecast is told."""
        run = number_of(now)
        spell = self._short_horizons.at(run)
        ahead = HORIZON_HALF_HOURS if spell is None else _SHORT_HORIZON_HALF_HOURS + spell % 3
        return start_of(run + ahead)

    def _is_told(self, half_hour: int, first: int, now: datetime) -> bool:
        is_in_time = first <= half_hour < number_of(self.horizon_end_at(now))
        return is_in_time and self._absent.at(half_hour) is None

    def _settled(self, half_hour: int) -> int:
        return round(self._stations.national_mix(half_hour).gco2_per_kwh)

    def _make_forecast(self, half_hour: int, run: int, region_id: int) -> Mix:
        country = self._stations.national_mix(half_hour)
        scale = min(max((country.gco2_per_kwh / 130) ** 0.6, 0.4), 1.4)
        error = self._errors.at(half_hour, run, GREAT_BRITAIN)
        mix = country
        if region_id != GREAT_BRITAIN:
            mix = self._stations.mixes(half_hour)[region_id]
            error += 0.7 * self._errors.at(half_hour, run, region_id)
        return mix.with_gas_for_wind(scale * error)


def _percent(mix: Mix, *, is_exact: bool) -> tuple[float, ...]:
    """One decimal each; the sum is 100, or off by 0.2 at most where it need not be exact."""
    tenths = [round(share * _TENTHS_OF_PERCENT) for share in mix.shares]
    excess = sum(tenths) - _TENTHS_OF_PERCENT
    tolerated = 0 if is_exact else _TOLERATED_TENTHS
    largest = max(range(len(FUELS)), key=tenths.__getitem__)
    tenths[largest] -= excess - min(max(excess, -tolerated), tolerated)
    return tuple(count / 10 for count in tenths)
