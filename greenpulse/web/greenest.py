"""The cleanest time ahead for a job of some hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from greenpulse.grid.periods import HALF_HOUR
from greenpulse.web.half_hour import HalfHour

__all__ = ["GreenestWindow", "greenest_window"]


@dataclass(frozen=True, slots=True)
class GreenestWindow:
    """Where the mean forecast is lowest; the earliest one where several are."""

    starts_at: datetime
    ends_at: datetime
    mean_gco2_per_kwh: float
    saving_percent: float | None
    """Against starting now; None where that is not known, or is 0 or less."""


def greenest_window(
    half_hours: Sequence[HalfHour], now_start_at: datetime, duration: timedelta
) -> GreenestWindow | None:
    """The greenest window of ``duration`` that begins at ``now_start_at`` or later.

    Half-hour means are averaged as they are; no window spans a half hour without a forecast.

    Args:
        half_hours: Oldest first; holes are allowed.
        now_start_at: Start of the half hour that contains now.
        duration: A whole number of half hours.

    Returns:
        None where the forecasts know no such window.
    """
    forecasts = {
        half_hour.period_start_at: half_hour.forecast_gco2_per_kwh
        for half_hour in half_hours
        if half_hour.forecast_gco2_per_kwh is not None and half_hour.period_start_at >= now_start_at
    }
    steps = [HALF_HOUR * step for step in range(duration // HALF_HOUR)]
    means: dict[datetime, float] = {}
    for start in sorted(forecasts):
        window = [forecasts[start + step] for step in steps if start + step in forecasts]
        if len(window) == len(steps):
            means[start] = sum(window) / len(window)
    if not means:
        return None
    starts_at = min(means, key=lambda start: (means[start], start))
    now_mean = means.get(now_start_at)
    saving = None
    if now_mean is not None and now_mean > 0:
        saving = 100 * (now_mean - means[starts_at]) / now_mean
    return GreenestWindow(starts_at, starts_at + duration, means[starts_at], saving)
