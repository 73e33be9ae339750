"""The chart's geometry: one column a half hour, in units that the template draws."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from greenpulse.grid.periods import HALF_HOUR
from greenpulse.web.colours import class_of
from greenpulse.web.half_hour import HalfHour
from greenpulse.web.wording import Wording

__all__ = ["Chart", "Column", "Day", "Tick", "draw"]

_LABELLED_HOURS = 6
_LABELLED_HALF_HOURS = 16
"""A day that shows less has no room for its name."""
_MOST_TICKS = 5
_STEPS_GCO2_PER_KWH = (25, 50, 100, 200, 250)
_LOWEST_TOP_GCO2_PER_KWH = 100
_HIGHEST_TOP_GCO2_PER_KWH = 1000


@dataclass(frozen=True, slots=True)
class Column:
    """A half hour: left edge in half hours from the chart's start, height in percent."""

    left: int
    height: float
    css_class: str
    is_actual: bool


@dataclass(frozen=True, slots=True)
class Tick:
    """A line with its label; ``at`` in percent from the left, or from the bottom."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Day:
    """A local day; ``at`` is where it begins, in percent from the left."""

    at: float
    weekday: str
    date: str


@dataclass(frozen=True, slots=True)
class Chart:
    """All that is drawn, ``half_hours`` wide and 100 high."""

    half_hours: int
    columns: Sequence[Column]
    forecast_path: str
    """The forecast as steps (SVG path, y from the top), broken where none is known."""
    hours: Sequence[Tick]
    days: Sequence[Day]
    intensities: Sequence[Tick]
    now_at: float
    """Percent from the left."""


def draw(
    known: Sequence[HalfHour], from_at: datetime, to_at: datetime, now: datetime, wording: Wording
) -> Chart:
    """Lay out what is ``known`` in ``[from_at, to_at)``, oldest first.

    A half hour of which no number is known has no column: it is absent, not 0.
    """
    half_hours = (to_at - from_at) // HALF_HOUR
    top, step = _scale(known)
    columns = [
        Column(
            left=(half_hour.period_start_at - from_at) // HALF_HOUR,
            height=_height(half_hour.intensity_gco2_per_kwh, top),
            css_class=class_of(half_hour.intensity_index),
            is_actual=half_hour.is_actual,
        )
        for half_hour in known
        if half_hour.intensity_gco2_per_kwh is not None
    ]
    return Chart(
        half_hours=half_hours,
        columns=columns,
        forecast_path=_steps(known, from_at, top),
        hours=_hours(from_at, half_hours, wording),
        days=_days(from_at, half_hours, wording),
        intensities=[Tick(100 * level / top, str(level)) for level in range(0, top + 1, step)],
        now_at=100 * ((now - from_at) / (to_at - from_at)),
    )


def _scale(known: Sequence[HalfHour]) -> tuple[int, int]:
    said = [h.intensity_gco2_per_kwh for h in known] + [h.forecast_gco2_per_kwh for h in known]
    highest = max((number for number in said if number is not None), default=0)
    # One absurd number (the API once forecast 8037) must not press all others flat.
    highest = min(max(highest, _LOWEST_TOP_GCO2_PER_KWH), _HIGHEST_TOP_GCO2_PER_KWH)
    step = next(step for step in _STEPS_GCO2_PER_KWH if highest <= step * _MOST_TICKS)
    return step * math.ceil(highest / step), step


def _height(gco2_per_kwh: float, top: int) -> float:
    return round(100 * min(max(gco2_per_kwh / top, 0), 1), 2)


def _steps(known: Sequence[HalfHour], from_at: datetime, top: int) -> str:
    path: list[str] = []
    drawn_to = None
    for half_hour in known:
        if half_hour.forecast_gco2_per_kwh is None:
            continue
        left = (half_hour.period_start_at - from_at) // HALF_HOUR
        y = round(100 - _height(half_hour.forecast_gco2_per_kwh, top), 2)
        path.append(f"V{y:g}" if left == drawn_to else f"M{left} {y:g}")
        path.append("h1")
        drawn_to = left + 1
    return "".join(path)


def _hours(from_at: datetime, half_hours: int, wording: Wording) -> list[Tick]:
    locals_at = [(left, wording.local(from_at + left * HALF_HOUR)) for left in range(half_hours)]
    return [
        Tick(100 * left / half_hours, f"{local:%H:%M}")
        for left, local in locals_at
        if local.minute == 0 and local.hour % _LABELLED_HOURS == 0
    ]


def _days(from_at: datetime, half_hours: int, wording: Wording) -> list[Day]:
    first_left: dict[date, int] = {}
    for left in range(half_hours):
        first_left.setdefault(wording.local(from_at + left * HALF_HOUR).date(), left)
    lefts = [*first_left.values(), half_hours]
    return [
        Day(100 * left / half_hours, f"{day:%a}", f"{day.day} {day:%b}")
        for (day, left), end in zip(first_left.items(), lefts[1:], strict=True)
        if end - left >= _LABELLED_HALF_HOURS
    ]
