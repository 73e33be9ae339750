"""What the live page says, decided here; the template only lays it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from greenpulse.grid.bands import IntensityIndex, band_starts
from greenpulse.grid.periods import HALF_HOUR
from greenpulse.status import PartStatus, PipelineStatus
from greenpulse.web.assets import render
from greenpulse.web.chart import draw
from greenpulse.web.colours import COLOURS
from greenpulse.web.greenest import GreenestWindow, greenest_window
from greenpulse.web.half_hour import HalfHour
from greenpulse.web.live import FRESH_SECONDS, NEWEST_COMPLETE, LiveView, Now
from greenpulse.web.table import STATUS_WORDS, rows_by_day
from greenpulse.web.wording import TO, Wording, in_words

__all__ = ["Headline", "headline", "live_page", "trouble"]

_PAST = timedelta(hours=24)
_AHEAD = timedelta(hours=48)
_JOB_HOURS = (1, 2, 4, 8)
_STARTING = PartStatus().reason


@dataclass(frozen=True, slots=True)
class Job:
    """How long a job takes, and the greenest time for it."""

    hours: int
    window: GreenestWindow


@dataclass(frozen=True, slots=True)
class Band:
    """One word of the index and the gCO2/kWh that it stands for."""

    index: str
    range: str
    is_now: bool


@dataclass(frozen=True, slots=True)
class Headline:
    """The one number, and what it is."""

    half_hour: HalfHour
    is_actual: bool
    is_current: bool
    """Whether it speaks of the half hour that contains now."""


def headline(now: Now) -> Headline | None:
    """The forecast of this half hour, else the newest half hour that ended lately.

    Returns:
        None where that ended more than 75 minutes ago: yesterday's number is not today's.
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


def trouble(now: Now, status: PipelineStatus) -> list[str]:
    """Why the numbers are not fresh, in sentences without a full stop; none while they are."""
    if now.is_fresh:
        return []
    waits = {name: _why_waiting(status.parts[name]) for name in ("broker", "source")}
    reasons = [reason for reason in waits.values() if reason]
    sentences = reasons
    if now.data_age_seconds is not None or not reasons:
        sentences = [_staleness(now, comes_through=not waits["broker"]), *reasons]
    source = waits["source"]
    if source and not now.is_simulated and "make demo" not in source:
        sentences.append("To see everything without a network: make demo")
    return sentences


def _why_waiting(part: PartStatus) -> str:
    """As a sentence begins; empty where the part works, or has just begun."""
    if part.is_ready or part.reason == _STARTING:
        return ""
    return part.reason[:1].upper() + part.reason[1:]


def _staleness(now: Now, *, comes_through: bool) -> str:
    if now.data_age_seconds is None:
        return "The Carbon Intensity API has not answered yet"
    age = in_words(abs(now.data_age_seconds))
    if now.data_age_seconds < -FRESH_SECONDS:
        return f"The clocks disagree: the newest answer seems to come {age} from now"
    if now.data_age_seconds > FRESH_SECONDS and not comes_through:
        # The API may well answer, and its answers wait for the log.
        return f"Nothing came through the log for {age}; the numbers are from then"
    if now.data_age_seconds > FRESH_SECONDS:
        return f"The Carbon Intensity API was last heard {age} ago; the numbers are from then"
    if now.last_complete is None:
        return "The Carbon Intensity API answers, but tells of no half hour that is over"
    age = in_words((now.moment - now.last_complete.period_end_at).total_seconds())
    return f"The Carbon Intensity API answers, but its newest half hour ended {age} ago"


def live_page(view: LiveView, status: PipelineStatus, moment: datetime, wording: Wording) -> str:
    """The whole page as HTML, complete without any script."""
    now = view.now(moment)
    from_at = now.period_start_at - _PAST
    to_at = now.period_start_at + _AHEAD
    known = view.half_hours(from_at, to_at)
    said = headline(now)
    return render(
        "live.html",
        wording=wording,
        now=now,
        headline=said,
        scale=_scale(moment.year, said.half_hour.intensity_index if said else None),
        trouble=trouble(now, status),
        status_words=STATUS_WORDS,
        chart=draw(known, from_at, to_at, moment, wording),
        days=rows_by_day(known, from_at, to_at, moment, wording),
        now_slot=_PAST // HALF_HOUR,
        indices=list(COLOURS),
        greenest=_greenest(known, now.period_start_at) if now.is_fresh else [],
        from_at=from_at,
        to_at=to_at,
    )


def _greenest(known: Sequence[HalfHour], now_start_at: datetime) -> list[Job]:
    windows = (
        (hours, greenest_window(known, now_start_at, timedelta(hours=hours)))
        for hours in _JOB_HOURS
    )
    return [Job(hours, window) for hours, window in windows if window is not None]


def _scale(year: int, index: str | None) -> list[Band]:
    starts = band_starts(year)
    ranges = [f"under {starts[0]}", *map(_range, starts, starts[1:]), f"from {starts[-1]}"]
    return [
        Band(word.value, range_, is_now=word == index)
        for word, range_ in zip(IntensityIndex, ranges, strict=True)
    ]


def _range(start: int, next_start: int) -> str:
    return f"{start}{TO}{next_start - 1}"
