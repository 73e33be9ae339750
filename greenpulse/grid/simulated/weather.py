"""Wind and sun of the simulated grid, by zone and half hour.

Half hours are counted from 1970-01-01T00:00Z; a value speaks of the middle of its half hour.
"""

import math

from greenpulse.grid.simulated.half_hour_numbers import start_of
from greenpulse.grid.simulated.noise import Noise
from greenpulse.grid.simulated.regions import Zone

__all__ = ["Weather", "season", "sun_height"]

_EARTH_TILT = math.radians(23.44)
_LONGITUDE_DEGREES = -1.5
_DAYS_A_YEAR = 365.25
_SPRING_EQUINOX = 80
_COLDEST_DAY = 20


class Weather:
    """Load factors of wind farms and solar panels, 0 to 1."""

    def __init__(self, seed: int) -> None:
        self._fronts = Noise(seed, "wind fronts")
        self._local_wind = Noise(seed, "local wind")
        self._clouds = Noise(seed, "clouds")

    def wind_load_factor(self, zone: Zone, half_hour: int) -> float:
        """What wind farms give of their capacity: mean near 0.3, alike for some days.

        Fronts of 60, 22 and 6 hours come in from the north-west and reach each zone in turn.
        """
        arrived = half_hour - zone.front_delay_half_hours
        strength = (
            0.70 * self._fronts.smooth(arrived, 120, 0)
            + 0.55 * self._fronts.smooth(arrived, 44, 1)
            + 0.30 * self._fronts.smooth(arrived, 12, 2)
            + 0.35 * self._local_wind.smooth(half_hour, 36, zone.zone_id)
        )
        return 0.88 * _logistic(-0.9 + 1.35 * strength + 0.45 * season(half_hour))

    def solar_load_factor(self, zone: Zone, half_hour: int) -> float:
        """What solar panels give of their capacity: 0 while the sun is down."""
        height = sun_height(half_hour, zone.latitude_degrees)
        if height <= 0:
            return 0.0
        clouds = 1.2 * self._clouds.smooth(half_hour, 24, zone.zone_id, 0)
        clouds += 0.6 * self._clouds.smooth(half_hour, 5, zone.zone_id, 1)
        return math.pow(math.sin(height), 1.2) * (0.25 + 0.62 * _logistic(clouds))


def season(half_hour: int) -> float:
    """1 in the coldest days of winter, -1 in the warmest of summer."""
    days = _day_of_year(half_hour) - _COLDEST_DAY
    return math.cos(2 * math.pi * days / _DAYS_A_YEAR)


def sun_height(half_hour: int, latitude_degrees: float) -> float:
    """Height of the sun over the horizon in radians, negative at night.

    The equation of time (up to 16 minutes) is left out.
    """
    day = _day_of_year(half_hour)
    declination = _EARTH_TILT * math.sin(2 * math.pi * (day - _SPRING_EQUINOX) / _DAYS_A_YEAR)
    hour = (half_hour % 48 + 0.5) / 2
    hour_angle = math.radians(15 * (hour - 12) + _LONGITUDE_DEGREES)
    latitude = math.radians(latitude_degrees)
    return math.asin(
        math.sin(latitude) * math.sin(declination)
        + math.cos(latitude) * math.cos(declination) * math.cos(hour_angle)
    )


def _day_of_year(half_hour: int) -> int:
    return start_of(half_hour).timetuple().tm_yday


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
