"""How often the simulated API is odd in what it says, though it answers."""

from dataclasses import dataclass

__all__ = ["NATURAL_MANNERS", "Manners"]


@dataclass(frozen=True, slots=True)
class Manners:
    """Chances from 0 to 1, for a day where nothing else is said."""

    late_null: float = 0.03
    """That actuals come as null first, for half an hour to one and a half."""
    lasting_null: float = 0.015
    """That up to five half hours stay null for ever."""
    lasting_zero: float = 0.01
    """That up to four half hours say 0 for ever."""
    absent: float = 0.0
    """That up to twelve half hours are missing from every answer."""
    short_horizon: float = 0.0
    """For eight hours: that forecasts reach 29 to 31 half hours only, for up to six."""


NATURAL_MANNERS = Manners()
"""Those of the real API on an ordinary day."""
