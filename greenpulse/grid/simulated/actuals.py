"""What the simulated API says an actual is, from the moment its half hour closes.

For ten or eleven minutes it repeats the value of the half hour before; then it is
corrected, and revised at about 2, 9 and 26 hours and after five days. Now and then it is
null for up to an hour and a half, or for ever, or 0 for ever: the real API does all that.

Half hours are counted from 1970-01-01T00:00Z.
"""

from collections.abc import Callable
from datetime import datetime

from greenpulse.grid.periods import HALF_HOUR
from greenpulse.grid.simulated.half_hour_numbers import start_of
from greenpulse.grid.simulated.manners import Manners
from greenpulse.grid.simulated.noise import Noise, Spells

__all__ = ["Actuals"]

_MINUTE = 60
_HOUR = 60 * _MINUTE
_FIRST_CORRECTION_SECONDS = 10 * _MINUTE
_FIRST_CORRECTION_SPREAD_SECONDS = 1 * _MINUTE
_SHORTEST_NULL_SECONDS = 30 * _MINUTE
_NULL_SPREAD_SECONDS = 60 * _MINUTE

# Age at which a better value comes, and how far (deviation, and mean) it still is off.
_REVISIONS = (
    (0, 6.0, -3.5),
    (2 * _HOUR, 4.5, -3.0),
    (9 * _HOUR, 3.0, -2.5),
    (26 * _HOUR, 1.5, -1.5),
    (120 * _HOUR, 0.0, 0.0),
)


class Actuals:
    """Published actuals; ``settled`` gives what they become in the end."""

    def __init__(self, seed: int, settled: Callable[[int], int], manners: Manners) -> None:
        self._settled = settled
        self._timing = Noise(seed, "timing of actuals")
        self._revisions = Noise(seed, "revisions of actuals")

        def spells(name: str, chance: float, longest: int) -> Spells:
            return Spells(Noise(seed, name), block=48, chance=chance, longest=longest)

        self._late_nulls = spells("late nulls", manners.late_null, 24)
        self._lasting_nulls = spells("lasting nulls", manners.lasting_null, 5)
        self._lasting_zeros = spells("lasting zeros", manners.lasting_zero, 4)

    def at(self, half_hour: int, now: datetime) -> int | None:
        """Actual of ``half_hour`` in gCO2/kWh as said at ``now``; None: null."""
        age_seconds = (now - start_of(half_hour) - HALF_HOUR).total_seconds()
        if age_seconds < 0 or self._lasting_nulls.at(half_hour) is not None:
            return None
        if self._late_nulls.at(half_hour) is not None:
            wait = _SHORTEST_NULL_SECONDS + _NULL_SPREAD_SECONDS * self._timing.uniform(half_hour)
            if age_seconds < wait:
                return None
        wait = self._timing.uniform(half_hour) * _FIRST_CORRECTION_SPREAD_SECONDS
        if age_seconds < _FIRST_CORRECTION_SECONDS + wait:
            return self.at(half_hour - 1, now)
        if self._lasting_zeros.at(half_hour) is not None:
            return 0
        return max(self._settled(half_hour) + self._off_by(half_hour, age_seconds), 1)

    def _off_by(self, half_hour: int, age_seconds: float) -> int:
        # Revisions come up to a fifth later for some half hours than for others.
        age = age_seconds / (1 + 0.2 * self._timing.uniform(half_hour, 1))
        number, (_, deviation, mean) = next(
            (number, row) for number, row in reversed(list(enumerate(_REVISIONS))) if age >= row[0]
        )
        return round(mean + deviation * self._revisions.normal(half_hour, number))
