"""How wrong the simulated grid's forecasts are, as each forecast run sees it.

A run is made each half hour. Its error shrinks as the half hour comes nearer, changes a
little from run to run, and is revised until an hour and a half after the half hour's end;
what is left then stays for ever. The sizes are those measured on the real API: 10 g at the
end, 17 g a day ahead, 20 g two days ahead, as mean absolute errors.

Half hours and runs are counted from 1970-01-01T00:00Z.
"""

import math

from greenpulse.grid.simulated.noise import Noise

__all__ = ["HORIZON_HALF_HOURS", "ForecastErrors", "run_in_force"]

HORIZON_HALF_HOURS = 96
"""A run speaks of the half hours that end within this long after it."""

_RUNS_AFTER_START = 4


def run_in_force(half_hour: int, run: int) -> int:
    """The run whose forecast of ``half_hour`` is shown at the time of ``run``.

    Runs that come 90 minutes or more after the end change nothing any more.
    """
    return min(run, half_hour + _RUNS_AFTER_START)


class ForecastErrors:
    """Errors in gCO2/kWh at a carbon intensity of 130."""

    def __init__(self, seed: int) -> None:
        self._lasting = Noise(seed, "lasting forecast errors")
        self._views = Noise(seed, "views of a forecast run")
        self._hesitation = Noise(seed, "differences from run to run")

    def at(self, half_hour: int, run: int, region_id: int) -> float:
        """Error of the forecast of ``half_hour`` that ``run`` made."""
        lasting = 9.0 * self._lasting.smooth(half_hour, 6, region_id)
        view = self._views.surface(half_hour, run, 11, region_id)
        hesitation = self._hesitation.normal(half_hour, run, region_id)
        return lasting + _spread(half_hour - run) * view + 1.5 * hesitation


def _spread(lead_half_hours: int) -> float:
    if lead_half_hours <= 0:
        return max(5.0 + lead_half_hours, 1.0)
    return 5.0 + 22.0 * math.sqrt(lead_half_hours / HORIZON_HALF_HOURS)
