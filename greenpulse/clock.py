"""Time as an argument: nothing but ``SystemClock`` reads the machine's clocks."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Protocol

__all__ = ["Clock", "SystemClock", "from_rfc3339", "to_rfc3339"]


class Clock(Protocol):
    """The three ways in which code may depend on time."""

    def now(self) -> datetime:
        """Wall clock, aware, UTC; may jump."""
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary moment; never jumps."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait ``seconds`` of monotonic time."""
        ...


class SystemClock:
    """The clocks of this machine."""

    def now(self) -> datetime:
        """Wall clock, aware, UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one reader of the wall clock

    def monotonic(self) -> float:
        """Seconds since an arbitrary moment; never jumps."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait ``seconds`` of monotonic time."""
        await asyncio.sleep(seconds)


def to_rfc3339(moment: datetime) -> str:
    """Write ``moment`` as UTC with microseconds and ``Z``, the one form in records.

    Raises:
        ValueError: ``moment`` is naive.

    >>> to_rfc3339(datetime(2026, 1, 31, 12, 0, 5, tzinfo=UTC))
    '2026-01-31T12:00:05.000000Z'
    """
    if moment.tzinfo is None:
        message = f"want an aware moment, got {moment!r}"
        raise ValueError(message)
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_rfc3339(text: str) -> datetime:
    """Read a moment with an offset or ``Z``.

    Raises:
        ValueError: ``text`` is no such moment, or has no offset.

    >>> from_rfc3339("2026-01-31T12:00Z").isoformat()
    '2026-01-31T12:00:00+00:00'
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = f"want an offset or Z in {text!r}"
        raise ValueError(message)
    return moment.astimezone(UTC)
