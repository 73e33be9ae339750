"""A half hour as the newest poll that speaks of it has it, and what that is worth."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

__all__ = ["ActualStatus", "HalfHour"]

_CARRIED_OVER = timedelta(minutes=12)
_REVISED = timedelta(hours=24)
_SUSPICIOUS_FORECAST_GCO2_PER_KWH = 25


class ActualStatus(StrEnum):
    """How far an actual can be trusted."""

    MISSING = "missing"
    SUSPECT = "suspect"
    PROVISIONAL = "provisional"
    REVISABLE = "revisable"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class HalfHour:
    """What the API said last of ``[period_start_at, period_end_at)``; None: it said nothing."""

    period_start_at: datetime
    period_end_at: datetime
    forecast_gco2_per_kwh: float | None
    actual_gco2_per_kwh: float | None
    intensity_index: str | None
    """The API's own words; any text."""
    last_observed_at: datetime

    @property
    def actual_status(self) -> ActualStatus:
        """The first status that fits.

        Source:
            Recorded minute polls: for about ten minutes after a half hour closes, the API
            repeats the actual of the one before; it revises actuals for a day or more, and
            has given 0 where it knew nothing.
        """
        if self.actual_gco2_per_kwh is None:
            return ActualStatus.MISSING
        if (
            self.actual_gco2_per_kwh == 0
            and self.forecast_gco2_per_kwh is not None
            and self.forecast_gco2_per_kwh > _SUSPICIOUS_FORECAST_GCO2_PER_KWH
        ):
            return ActualStatus.SUSPECT
        if self.last_observed_at <= self.period_end_at + _CARRIED_OVER:
            return ActualStatus.PROVISIONAL
        if self.last_observed_at <= self.period_end_at + _REVISED:
            return ActualStatus.REVISABLE
        return ActualStatus.SETTLED

    @property
    def is_actual(self) -> bool:
        """Whether ``intensity_gco2_per_kwh`` is the actual, not the forecast."""
        return self.actual_status in {ActualStatus.REVISABLE, ActualStatus.SETTLED}

    @property
    def intensity_gco2_per_kwh(self) -> float | None:
        """The actual where it can be trusted, else the forecast."""
        return self.actual_gco2_per_kwh if self.is_actual else self.forecast_gco2_per_kwh
