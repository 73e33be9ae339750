"""A clock in the hand of a test."""

import asyncio
from datetime import UTC, datetime, timedelta

__all__ = ["ManualClock"]

_START_SECONDS = 1000.0


class ManualClock:
    """Stands still until ``advance``; sleepers wake when their moment comes.

    ``advance`` lets every task that is ready run before and after the step, so that a
    test reads as a sequence of moments.
    """

    def __init__(self, start_at: datetime = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)) -> None:
        self._wall_at_start = start_at
        self._monotonic = _START_SECONDS
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now(self) -> datetime:
        # Not step by step: what steps round off would add up.
        return self._wall_at_start + timedelta(seconds=self._monotonic - _START_SECONDS)

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self._sleepers.append((self._monotonic + seconds, woken))
        await woken.wait()

    def has_sleeper(self, *, for_seconds: float) -> bool:
        """Whether somebody sleeps who wakes after just so long."""
        return any(moment == self._monotonic + for_seconds for moment, _ in self._sleepers)

    async def advance(self, seconds: float) -> None:
        await _let_others_run()
        end = self._monotonic + seconds
        while due := min((s for s in self._sleepers if s[0] <= end), default=None, key=_moment):
            self._move_to(due[0])
            self._sleepers.remove(due)
            due[1].set()
            await _let_others_run()
        self._move_to(end)
        await _let_others_run()

    def jump(self, seconds: float) -> None:
        """Move the wall clock alone, as an administrator or NTP would."""
        self._wall_at_start += timedelta(seconds=seconds)

    def _move_to(self, monotonic: float) -> None:
        self._monotonic = max(monotonic, self._monotonic)


def _moment(sleeper: tuple[float, asyncio.Event]) -> float:
    return sleeper[0]


async def _let_others_run() -> None:
    for _ in range(50):
        await asyncio.sleep(0)
