"""What the live page says, decided here; the template only lays it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from greenpulse.grid.periods import HALF_HOUR, half_hours
from greenpulse.status import PipelineStatus
from greenpulse.web.assets import render
from greenpulse.web.chart import draw
from greenpulse.web.greenest import GreenestWindow, greenest_window
from greenpulse.web.half_hour import ActualStatus, HalfHour
from greenpulse.web.live import FRESH_SECONDS, NEWEST_COMPLETE, LiveView, Now
from greenpulse.web.wording import Wording, in_words

__all__ = ["Headline", "headline", "live_page", "trouble"]

_PAST = timedelta(hours=24)
_AHEAD = timedelta(hours=48)
_JOB_HOURS = (1, 2, 4, 8)

_STATUS_WORDS = {
    ActualStatus.MISSING: "not measured yet",
    ActualStatus.SUSPECT: "suspect: 0 beside a high forecast",
    ActualStatus.PROVISIONAL: "provisional",
    ActualStatus.REVISABLE: "may be revised",
    ActualStatus.SETTLED: "settled",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: a slot of the chart, and what is known of it."""

    slot: int
    period_start_at: datetime
    period_end_at: datetime
    half_hour: HalfHour | None


@dataclass(frozen=True, slots=True)
class Job:
    """How long a job takes, and the greenest time for it."""

    hours: int
    window: GreenestWindow


@dataclass(frozen=True, slots=True)
class Headline:
    """The one number, and what it is."""

    half_hour: HalfHour
    is_actual: bool
    is_current: bool
    """Whether it speaks of the half hour that contains now."""


def headline(now: Now) -> Headline | None:
    """The forecast of this half hour; without it, the newest half hour if it is no older
    than 75 minutes; else None: yesterday's number is not today's.
    """
    if now.current is not None and now.current.intensity_gco2_per_kwh is not None:
        return Headline(now.current, is_actual=now.current.is_actual, is_current=True)
    newest = now.last_complete
    if (
        newest is not None
        and newest.intensity_gco2_per_kwh is not None
        and now.moment - newest.period_end_at <= NEWEST_COMPLETE
    ):
        return Headline(newest, is_actual=newest.is_actual, is_current=False)
    return None


def trouble(now: Now, status: PipelineStatus) -> str | None:
    """Why the numbers are not fresh, in words; None while they are."""
    if now.is_fresh:
        return None
    source = status.parts["source"]
    reason = "" if source.is_ready or source.reason == "starting" else source.reason
    if now.data_age_seconds is None:
        return reason or "No answer from the Carbon Intensity API yet"
    age = in_words(now.data_age_seconds)
    if abs(now.data_age_seconds) > FRESH_SECONDS:
        said = f"The Carbon Intensity API was last heard {age} ago; what follows is from then"
        return f"{said}. {reason}" if reason else said
    if now.last_complete is None:
        return "The Carbon Intensity API answers, but names no half hour that is over"
    age = in_words((now.moment - now.last_complete.period_end_at).total_seconds())
    return f"The Carbon Intensity API answers, but its newest half hour ended {age} ago"


def live_page(view: LiveView, status: PipelineStatus, moment: datetime, wording: Wording) -> str:
    """The whole page as HTML, complete without any script."""
    now = view.now(moment)
    from_at = now.period_start_at - _PAST
    to_at = now.period_start_at + _AHEAD
    known = view.half_hours(from_at, to_at)
    return render(
        "live.html",
        wording=wording,
        now=now,
        headline=headline(now),
        trouble=trouble(now, status),
        status_words=_STATUS_WORDS,
        chart=draw(known, from_at, to_at, moment, wording),
        days=_days(known, from_at, to_at, wording),
        greenest=_greenest(known, now.period_start_at) if now.is_fresh else [],
        from_at=from_at,
        to_at=to_at,
    )


def _days(
    known: Sequence[HalfHour], from_at: datetime, to_at: datetime, wording: Wording
) -> dict[str, list[Row]]:
    """Rows by day, both in the order of time; a row for what is not known, too."""
    by_start = {half_hour.period_start_at: half_hour for half_hour in known}
    days: dict[str, list[Row]] = {}
    for slot, start_at in enumerate(half_hours(from_at, to_at)):
        row = Row(slot, start_at, start_at + HALF_HOUR, by_start.get(start_at))
        days.setdefault(wording.day(start_at), []).append(row)
    return days


def _greenest(known: Sequence[HalfHour], now_start_at: datetime) -> list[Job]:
    windows = (
        (hours, greenest_window(known, now_start_at, timedelta(hours=hours)))
        for hours in _JOB_HOURS
    )
    return [Job(hours, window) for hours, window in windows if window is not None]
