"""The table of half hours behind the chart: the same slots, in words and numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from greenpulse.grid.periods import HALF_HOUR, half_hours
from greenpulse.web.half_hour import ActualStatus, HalfHour
from greenpulse.web.wording import Wording, in_numbers

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
    """Rows for each half hour in ``[from_at, to_at)``, known or not, by day, oldest first.

    Their spans name the zone only where it changes on the way; their words always do.
    """
    by_start = {half_hour.period_start_at: half_hour for half_hour in known}
    zone_changes = wording.zone_name(from_at) != wording.zone_name(to_at)
    say_span = wording.span if zone_changes else wording.span_without_zone
    days: dict[str, list[Row]] = {}
    for slot, start_at in enumerate(half_hours(from_at, to_at)):
        end_at = start_at + HALF_HOUR
        half_hour = by_start.get(start_at)
        day = wording.day(start_at)
        said = _said(half_hour, is_over=end_at <= now) or ["nothing is known"]
        row = Row(
            slot=slot,
            period_start_at=start_at,
            is_now=start_at <= now < end_at,
            span=say_span(start_at, end_at),
            forecast=in_numbers(half_hour.forecast_gco2_per_kwh if half_hour else None),
            actual=in_numbers(half_hour.actual_gco2_per_kwh if half_hour else None),
            actual_is=_actual_is(half_hour, is_over=end_at <= now),
            index=half_hour.intensity_index if half_hour else None,
            words=f"{day}, {wording.span(start_at, end_at)}: {', '.join(said)}",
        )
        days.setdefault(day, []).append(row)
    return days


def _actual_is(half_hour: HalfHour | None, *, is_over: bool) -> str:
    if half_hour is None:
        return "nothing is known"
    return STATUS_WORDS[half_hour.actual_status] if is_over else "to come"


def _said(half_hour: HalfHour | None, *, is_over: bool) -> list[str]:
    if half_hour is None:
        return []
    said = []
    if half_hour.actual_gco2_per_kwh is not None:
        said.append(f"actual {in_numbers(half_hour.actual_gco2_per_kwh)}")
    elif is_over:
        said.append("actual not known")
    if half_hour.forecast_gco2_per_kwh is not None:
        said.append(f"forecast {in_numbers(half_hour.forecast_gco2_per_kwh)}")
    if half_hour.intensity_index is not None:
        said.append(half_hour.intensity_index)
    return said
