"""Half hours, settlement periods and local days: the grid's arithmetic of time.

A half hour is named by its start, in UTC. Only settlement dates are local: a settlement
day is a day of Great Britain's clocks, so it has 46 half hours when they go forward and
50 when they go back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

__all__ = [
    "HALF_HOUR",
    "LOCAL_ZONE",
    "SettlementPeriod",
    "half_hours",
    "is_half_hour",
    "local_day",
    "period_end",
    "period_start",
    "request_time",
    "settlement_period",
    "settlement_periods_in",
]

HALF_HOUR = timedelta(minutes=30)
LOCAL_ZONE = ZoneInfo("Europe/London")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class SettlementPeriod:
    """A half hour as the electricity market names it."""

    settlement_date: date
    """Day of Great Britain's clocks."""
    number: int
    """From 1 up to 46, 48 or 50."""

    def __post_init__(self) -> None:
        """Refuse a period that the day does not have."""
        last = settlement_periods_in(self.settlement_date)
        if not 1 <= self.number <= last:
            message = f"want a period from 1 to {last} of {self.settlement_date}, got {self.number}"
            raise ValueError(message)

    @property
    def period_start_at(self) -> datetime:
        """Start of this half hour, UTC."""
        return local_day(self.settlement_date)[0] + (self.number - 1) * HALF_HOUR


def period_start(moment: datetime) -> datetime:
    """Start of the half hour that contains ``moment``.

    Returns:
        UTC, on the hour or half past it; equal to ``moment`` on a boundary.

    Raises:
        ValueError: ``moment`` is naive.

    >>> period_start(datetime(2026, 1, 1, 12, 44, tzinfo=UTC)).isoformat()
    '2026-01-01T12:30:00+00:00'
    """
    if moment.tzinfo is None:
        message = f"want an aware moment, got {moment!r}"
        raise ValueError(message)
    return moment.astimezone(UTC) - (moment - _EPOCH) % HALF_HOUR


def period_end(moment: datetime) -> datetime:
    """End, exclusive, of the half hour that contains ``moment``; UTC.

    Raises:
        ValueError: ``moment`` is naive.
    """
    return period_start(moment) + HALF_HOUR


def is_half_hour(start_at: datetime, end_at: datetime) -> bool:
    """Whether these aware moments bound one half hour from :00 or :30."""
    return end_at - start_at == HALF_HOUR and period_start(start_at) == start_at


def half_hours(start_at: datetime, end_at: datetime) -> Iterator[datetime]:
    """Starts of the half hours within ``[start_at, end_at)``, oldest first.

    Both are starts of half hours themselves.
    """
    while start_at < end_at:
        yield start_at
        start_at += HALF_HOUR


def local_day(day: date) -> tuple[datetime, datetime]:
    """Start and end, exclusive, of a day of Great Britain's clocks; UTC.

    >>> [moment.isoformat() for moment in local_day(date(2026, 3, 29))]
    ['2026-03-29T00:00:00+00:00', '2026-03-29T23:00:00+00:00']
    """
    return _local_midnight(day), _local_midnight(day + timedelta(days=1))


def settlement_periods_in(day: date) -> int:
    """How many half hours the local ``day`` has: 46, 48 or 50."""
    start_at, end_at = local_day(day)
    return (end_at - start_at) // HALF_HOUR


def settlement_period(moment: datetime) -> SettlementPeriod:
    """Settlement date and number of the half hour that contains ``moment``.

    Raises:
        ValueError: ``moment`` is naive.

    >>> settlement_period(datetime(2026, 6, 30, 23, 0, tzinfo=UTC))
    SettlementPeriod(settlement_date=datetime.date(2026, 7, 1), number=1)
    """
    start_at = period_start(moment)
    day = start_at.astimezone(LOCAL_ZONE).date()
    return SettlementPeriod(day, (start_at - local_day(day)[0]) // HALF_HOUR + 1)


def request_time(moment: datetime) -> str:
    """Write ``moment`` for a path of the API, moved to :01 or :31 of its half hour.

    A range of the API selects half hours by their end, both ends included. Just behind a
    boundary no half hour is selected by its last instant alone: as a range's start it
    begins with the half hour that contains ``moment``, as its end it closes with the one
    before.

    Raises:
        ValueError: ``moment`` is naive.

    Source:
        notes/api.md 0.2; the grammar is the one the API's own messages ask for.

    >>> request_time(datetime(2026, 1, 31, 12, 44, 10, tzinfo=UTC))
    '2026-01-31T12:31Z'
    """
    return (period_start(moment) + timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%MZ")


def _local_midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LOCAL_ZONE).astimezone(UTC)
