"""Who generates what in the simulated grid, and the carbon intensity that follows.

Demand is met by wind, sun, nuclear, hydro and biomass first, then by imports and gas.
Regions live on what stands in them and draw the rest from the country's pool.

Half hours are counted from 1970-01-01T00:00Z; powers are in gigawatts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache

from greenpulse.grid.periods import LOCAL_ZONE
from greenpulse.grid.simulated.half_hour_numbers import start_of
from greenpulse.grid.simulated.noise import Noise
from greenpulse.grid.simulated.regions import GREAT_BRITAIN, NATIONS, REGIONS, SITES
from greenpulse.grid.simulated.weather import Weather, season

__all__ = ["FUELS", "Mix", "PowerStations"]

FUELS = ("biomass", "coal", "imports", "gas", "nuclear", "other", "hydro", "solar", "wind")
"""The nine fuels in the API's order."""

_LAST_COAL_AT = datetime(2024, 9, 30, 23, 0, tzinfo=UTC)
_ZONES = tuple({region.zone.zone_id: region.zone for region in REGIONS}.values())
_REMEMBERED_HALF_HOURS = 1024

# gCO2/kWh, as the real API states them.
_BIOMASS, _COAL, _GAS, _OTHER = 120, 937, 394, 300

# Demand by local hour, as a part of the season's mean.
_WEEKDAY = (
    *(0.78, 0.75, 0.73, 0.72, 0.73, 0.78, 0.90, 1.03, 1.08, 1.09, 1.08, 1.07),
    *(1.07, 1.06, 1.05, 1.06, 1.11, 1.19, 1.21, 1.18, 1.13, 1.06, 0.96, 0.86),
)
_WEEKEND = (
    *(0.79, 0.75, 0.72, 0.71, 0.71, 0.73, 0.77, 0.85, 0.94, 1.00, 1.02, 1.02),
    *(1.02, 1.00, 0.98, 0.99, 1.04, 1.12, 1.14, 1.11, 1.06, 1.00, 0.92, 0.84),
)


@dataclass(frozen=True, slots=True)
class Mix:
    """What a kilowatt hour is made of."""

    shares: tuple[float, ...]
    """Parts of 1, in the order of FUELS."""
    imports_gco2_per_kwh: float
    """It moves with what the neighbours burn."""

    @property
    def gco2_per_kwh(self) -> float:
        """Carbon intensity of this mix."""
        biomass, coal, imports, gas, _, other, *_ = self.shares
        dirty = biomass * _BIOMASS + coal * _COAL + gas * _GAS + other * _OTHER
        return dirty + imports * self.imports_gco2_per_kwh

    def with_gas_for_wind(self, gco2_per_kwh: float) -> "Mix":
        """The same with as much wind turned to gas as raises the intensity so (or back)."""
        biomass, coal, imports, gas, nuclear, other, hydro, solar, wind = self.shares
        moved = min(max(gco2_per_kwh / _GAS, -gas), wind)
        shares = (biomass, coal, imports, gas + moved, nuclear, other, hydro, solar, wind - moved)
        return replace(self, shares=shares)


class PowerStations:
    """The grid as it truly is, before anybody forecasts or measures it."""

    def __init__(self, seed: int) -> None:
        self._weather = Weather(seed)
        self._demand = Noise(seed, "demand")
        self._nuclear = Noise(seed, "nuclear")
        self._rain = Noise(seed, "rain")
        self._neighbours = Noise(seed, "neighbours")
        self.mixes = lru_cache(_REMEMBERED_HALF_HOURS)(self._mixes)
        """Mix of each region (1 to 18) in a half hour, by region."""
        self.national_mix = lru_cache(_REMEMBERED_HALF_HOURS)(self._national_mix)
        """Mix of the whole country in a half hour."""

    def demand(self, half_hour: int) -> float:
        """What the country uses, in gigawatts."""
        local = start_of(half_hour).astimezone(LOCAL_ZONE)
        shape = _WEEKEND if local.isoweekday() > 5 else _WEEKDAY  # noqa: PLR2004 - Friday
        hour, next_hour = shape[local.hour], shape[(local.hour + 1) % 24]
        cold = season(half_hour)
        mean = 30.5 + 3.8 * cold + 0.9 * self._demand.smooth(half_hour, 96)
        lighting = 1.5 * (1 + cold) * max(0.0, 1 - abs(local.hour + local.minute / 60 - 17.5) / 3)
        return mean * (hour + (next_hour - hour) * local.minute / 60) + lighting

    def supply(self, half_hour: int) -> dict[str, float]:
        """Gigawatts by fuel in the order of FUELS; a surplus over the demand is exported."""
        cold = season(half_hour)
        nuclear = 4.3 + 0.6 * self._nuclear.smooth(half_hour, 672)
        hydro = 0.55 + 0.25 * cold + 0.2 * self._rain.smooth(half_hour, 240)
        first = {
            "nuclear": _within(3.0, nuclear, 5.5),
            "other": 0.25,
            "hydro": _within(0.1, hydro, 1.5),
            "solar": sum(self._solar(half_hour).values()),
            "wind": sum(self._wind(half_hour).values()),
        }
        wanted = self.demand(half_hour) - sum(first.values())
        biomass = _within(1.2, 1.2 + 0.09 * wanted, 3.2)
        wanted -= biomass
        appetite = 1.6 + 0.28 * wanted + 1.1 * self._neighbours.smooth(half_hour, 30, 0)
        imports = _within(0.0, appetite, 7.8)
        # Some gas always runs, to keep voltage and frequency.
        burnt = max(wanted - imports, 2.0)
        coal = 0.0 if start_of(half_hour) >= _LAST_COAL_AT else 0.05 * burnt * max(cold, 0.0)
        last = {"biomass": biomass, "coal": coal, "imports": imports, "gas": burnt - coal}
        return last | first

    def _national_mix(self, half_hour: int) -> Mix:
        supply = self.supply(half_hour)
        factor = 125 + 22 * self._neighbours.smooth(half_hour, 60, 1)
        return Mix(_shares(list(supply.values())), max(factor, 60.0))

    def _mixes(self, half_hour: int) -> Mapping[int, Mix]:
        pool = self.national_mix(half_hour)
        demand = self.demand(half_hour)
        supply = self.supply(half_hour)
        wind, solar = self._wind(half_hour), self._solar(half_hour)
        mixes = {}
        for region in REGIONS:
            zone_id = region.zone.zone_id
            own = {
                **{
                    fuel: parts.get(region.region_id, 0.0) * supply[fuel]
                    for fuel, parts in SITES.items()
                },
                "solar": region.solar_part * solar[zone_id],
                "wind": region.wind_part * wind[zone_id],
            }
            drawn = max(region.demand_part * demand - sum(own.values()), 0.0)
            powers = [
                own.get(fuel, 0.0) + drawn * share
                for fuel, share in zip(FUELS, pool.shares, strict=True)
            ]
            mixes[region.region_id] = replace(pool, shares=_shares(powers))
        for region_id, _, parts in NATIONS:
            weighted = [[part * share for share in mixes[r].shares] for r, part in parts.items()]
            powers = [sum(column) for column in zip(*weighted, strict=True)]
            mixes[region_id] = replace(pool, shares=_shares(powers))
        return {**mixes, GREAT_BRITAIN: pool}

    def _wind(self, half_hour: int) -> dict[int, float]:
        return {
            zone.zone_id: zone.wind_capacity_gigawatts
            * self._weather.wind_load_factor(zone, half_hour)
            for zone in _ZONES
        }

    def _solar(self, half_hour: int) -> dict[int, float]:
        return {
            zone.zone_id: zone.solar_capacity_gigawatts
            * self._weather.solar_load_factor(zone, half_hour)
            for zone in _ZONES
        }


def _within(least: float, power: float, most: float) -> float:
    return min(max(power, least), most)


def _shares(powers: list[float]) -> tuple[float, ...]:
    total = sum(powers)
    return tuple(power / total for power in powers)
