"""The table of half hours behind the chart: the same slots, in words and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from greenpulse.grid.periods import HALF_HOUR, half_hours
from greenpulse.web.half_hour import ActualStatus, HalfHour
from greenpulse.web.wording import NOT_KNOWN, Wording, in_numbers

__all__ = ["STATUS_WORDS", "Row", "rows_by_day"]

STATUS_WORDS = {
    ActualStatus.MISSING: "not known yet",
    ActualStatus.SUSPECT: "suspect: 0 beside a high forecast",
    ActualStatus.PROVISIONAL: "provisional",
    ActualStatus.REVISABLE: "may still be revised",
    ActualStatus.SETTLED: "settled",
}
"""What an actual is, for people."""


@dataclass(frozen=True, slots=True)
class Row:
    """One slot of the chart; ``words`` says all of it in one line."""

    slot: int
    period_start_at: datetime
    is_now: bool
    span: str
    forecast: str
    actual: str
    actual_is: str
    index: str | None
    words: str


def rows_by_day(
    known: Sequence[HalfHour], from_at: datetime, to_at: datetime, now: datetime, wording: Wording
) -> dict[str, list[Row]]:
    """Rows for each half hour in ``[from_at, to_at)``, known or not, by day, oldest first."""
    by_start = {half_hour.period_start_at: half_hour for half_hour in known}
    days: dict[str, list[Row]] = {}
    for slot, start_at in enumerate(half_hours(from_at, to_at)):
        row = _row(slot, start_at, by_start.get(start_at), now, wording)
        days.setdefault(wording.day(start_at), []).append(row)
    return days


def _row(
    slot: int, start_at: datetime, half_hour: HalfHour | None, now: datetime, wording: Wording
) -> Row:
    end_at = start_at + HALF_HOUR
    span = wording.span(start_at, end_at)
    forecast = actual = NOT_KNOWN
    index = None
    actual_is = "nothing is known"
    if half_hour is not None:
        forecast = in_numbers(half_hour.forecast_gco2_per_kwh)
        actual = in_numbers(half_hour.actual_gco2_per_kwh)
        index = half_hour.intensity_index
        actual_is = STATUS_WORDS[half_hour.actual_status] if end_at <= now else "to come"
    return Row(
        slot=slot,
        period_start_at=start_at,
        is_now=start_at <= now < end_at,
        span=span,
        forecast=forecast,
        actual=actual,
        actual_is=actual_is,
        index=index,
        words=_words(f"{wording.day(start_at)}, {span}", half_hour, is_over=end_at <= now),
    )


def _words(when: str, half_hour: HalfHour | None, *, is_over: bool) -> str:
    said = []
    if half_hour is not None:
        if half_hour.actual_gco2_per_kwh is not None:
            said.append(f"actual {in_numbers(half_hour.actual_gco2_per_kwh)}")
        elif is_over:
            said.append("actual not known")
        if half_hour.forecast_gco2_per_kwh is not None:
            said.append(f"forecast {in_numbers(half_hour.forecast_gco2_per_kwh)}")
        if half_hour.intensity_index is not None:
            said.append(half_hour.intensity_index)
    return f"{when}: {', '.join(said) or 'nothing is known'}"
