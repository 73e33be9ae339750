"""Stretches of time in the paths of the Carbon Intensity API.

A stretch selects half hours by their end, both its ends included: one that opens on a
boundary also gets the half hour that ended there.

Source:
    notes/api.md sections 0, 1.3, 1.6 and 3; the sentences are those of the real API.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from greenpulse.grid.periods import HALF_HOUR, half_hours, local_day, period_start

__all__ = ["PathRefusedError", "Window", "read_date", "read_moment", "read_range", "read_span"]

# Of three centuries only: others would overflow the arithmetic of dates.
_DATE = re.compile(r"(19|20|21)\d{2}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|\+00:00)?", re.ASCII)
_MOMENT = re.compile(f"{_DATE.pattern}({_TIME.pattern})?", re.ASCII)

_BAD_MOMENT = (
    "Please enter a valid datetime in ISO8601 format YYYY-MM-DDThh:mmZ "
    "e.g. /intensity/2017-08-25T15:30Z"
)
_BAD_RANGE = (
    "Please enter a valid start and end datetime in ISO8601 format YYYY-MM-DDThh:mmZ "
    "i.e. /intensity/2017-08-25T15:30Z/2017-08-27T17:00Z"
)
_BAD_DATE = (
    "Please enter a valid date in ISO8601 format 'YYYY-MM-DD' i.e. .../intensity/date/2017-08-25"
)
_NOT_BEFORE = "The start datetime should be less than the end datetime"


class PathRefusedError(ValueError):
    """The API answers 400; the message is the one in its body."""


@dataclass(frozen=True, slots=True)
class Window:
    """The half hours that end within ``[opens_at, closes_at]``."""

    opens_at: datetime
    closes_at: datetime

    @classmethod
    def before(cls, now: datetime) -> "Window":
        """The last complete half hour at ``now``."""
        return cls(period_start(now), period_start(now))

    @classmethod
    def around(cls, moment: datetime) -> "Window":
        """The half hour of ``moment``; on a boundary the one that ends there."""
        end_at = _boundary_from(moment)
        return cls(end_at, end_at)

    @classmethod
    def of_local_day(cls, day: date) -> "Window":
        """All half hours of a day of Great Britain's clocks."""
        start_at, end_at = local_day(day)
        return cls(start_at + HALF_HOUR, end_at)

    @property
    def period_starts(self) -> Iterator[datetime]:
        """Starts of the half hours, oldest first."""
        first_end_at = _boundary_from(self.opens_at)
        return half_hours(first_end_at - HALF_HOUR, period_start(self.closes_at))

    def within_year(self) -> "Window":
        """The part that ends in the year in which the window opens."""
        last_at = datetime(self.opens_at.year, 12, 31, 23, 59, tzinfo=UTC)
        return replace(self, closes_at=min(self.closes_at, last_at))


def read_moment(text: str) -> datetime:
    """Read a moment as the API does: minutes, seconds, a bare date; always UTC.

    Raises:
        PathRefusedError: ``text`` is none.
    """
    moment = _moment(text)
    if moment is None:
        raise PathRefusedError(_BAD_MOMENT)
    return moment


def read_span(text: str, span: str) -> Window:
    """Read ``fw24h``, ``fw48h`` (forward) or ``pt24h`` (past) from the moment ``text``.

    Raises:
        PathRefusedError: ``text`` is no moment.
    """
    moment = read_moment(text)
    hours = timedelta(hours=int(span[2:4]))
    if span.startswith("pt"):
        return Window(moment - hours, moment)
    return Window(moment, moment + hours)


def read_range(start: str, end: str, days: int) -> Window:
    """Read two moments.

    Raises:
        PathRefusedError: one is no moment, they are in the wrong order, or ``days`` or more apart.
    """
    start_at, end_at = _moment(start), _moment(end)
    if start_at is None or end_at is None:
        raise PathRefusedError(_BAD_RANGE)
    if start_at >= end_at:
        raise PathRefusedError(_NOT_BEFORE)
    if end_at - start_at >= timedelta(days=days):
        message = (
            f"The date range you have specified is greater than {days} days. "
            "Please select a smaller date range."
        )
        raise PathRefusedError(message)
    return Window(start_at, end_at)


def read_date(text: str) -> date:
    """Read a day of Great Britain's clocks.

    Raises:
        PathRefusedError: ``text`` is none.
    """
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise PathRefusedError(_BAD_DATE)


def _moment(text: str) -> datetime | None:
    if not _MOMENT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC)


def _boundary_from(moment: datetime) -> datetime:
    start_at = period_start(moment)
    return start_at if start_at == moment else start_at + HALF_HOUR
