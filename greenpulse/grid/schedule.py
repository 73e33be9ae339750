"""When each series is asked, on a grid of the wall clock.

A tick is a grid instant of a series. The grid is anchored at 1970-01-01T00:00Z, so it
neither drifts nor depends on when a worker started, and two workers agree on it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from greenpulse.grid.endpoints import (
    LAST_HALF_HOUR,
    generation_range,
    generation_since_new_year,
    intensity_range,
    regional_next_48_hours,
)
from greenpulse.grid.periods import HALF_HOUR

__all__ = [
    "Series",
    "attempt_seconds",
    "build_schedule",
    "newest_tick",
    "next_tick",
]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR

_LONGEST_ATTEMPT_SECONDS = 8.0
_ATTEMPT_SHARE_OF_HEARTBEAT = 0.8


@dataclass(frozen=True, slots=True)
class Series:
    """A question that the API is asked again and again."""

    name: str
    family: str
    """``national``, ``generation`` or ``regional``; one is asked one question at a time."""
    period_seconds: float
    offset_seconds: float
    """Of the ticks, behind the multiples of the period since 1970."""
    path_at: Callable[[datetime], str]
    """Path of the request for a tick; the same tick gives the same path anywhere."""
    most_attempts: int
    """A tick that fails is asked again until so many; 1: the next tick is soon enough."""

    def __post_init__(self) -> None:
        """Refuse a grid that has no instants."""
        if self.period_seconds <= 0 or self.most_attempts < 1:
            message = f"want a period above 0 s and an attempt or more, got {self}"
            raise ValueError(message)

    @property
    def is_heartbeat(self) -> bool:
        """Whether it waits for its next tick rather than try again; it goes first."""
        return self.most_attempts == 1


def build_schedule(heartbeat_seconds: float) -> tuple[Series, ...]:
    """All series, the heartbeat first.

    Window and settle lie between two heartbeats of ten seconds, so that no heartbeat
    waits for them while the API answers.
    """
    return (
        Series("intensity", "national", heartbeat_seconds, 0, lambda _: LAST_HALF_HOUR, 1),
        Series("window", "national", 5 * _MINUTE, 2 * _MINUTE + 5, _window, 4),
        Series("generation", "generation", 5 * _MINUTE, 2 * _MINUTE, _generation, 4),
        # The actuals that the regional forecast starts from come ten minutes late.
        Series("regional", "regional", 30 * _MINUTE, 12 * _MINUTE, _regional, 4),
        Series("settle", "national", _DAY, 4 * _HOUR + 17 * _MINUTE + 5, _settle, 4),
    )


def newest_tick(series: Series, now: datetime) -> datetime:
    """Newest grid instant that is not after ``now``."""
    period = timedelta(seconds=series.period_seconds)
    return now - (now - _EPOCH - timedelta(seconds=series.offset_seconds)) % period


def next_tick(series: Series, now: datetime) -> datetime:
    """First grid instant after ``now``."""
    return newest_tick(series, now) + timedelta(seconds=series.period_seconds)


def attempt_seconds(heartbeat_seconds: float) -> float:
    """How long one attempt may take, so that a heartbeat never runs into the next."""
    return min(_LONGEST_ATTEMPT_SECONDS, _ATTEMPT_SHARE_OF_HEARTBEAT * heartbeat_seconds)


def _window(tick: datetime) -> str:
    return intensity_range(tick - timedelta(hours=25), tick + timedelta(hours=48))


def _generation(tick: datetime) -> str:
    from_at = tick - timedelta(hours=25)
    if from_at.year == tick.year:
        return generation_range(from_at, tick)
    # The API cuts a range at New Year: one tick asks for the old year, the next for the
    # new one.
    if tick.minute // 5 % 2:
        return generation_since_new_year(tick)
    last_of_old_year_at = datetime(tick.year, 1, 1, tzinfo=UTC) - HALF_HOUR
    return generation_range(from_at, last_of_old_year_at)


def _regional(tick: datetime) -> str:
    return regional_next_48_hours(tick)


def _settle(tick: datetime) -> str:
    return intensity_range(tick - timedelta(days=14), tick)
