"""A log for polls, in the hand of a test."""

import asyncio
from collections.abc import Callable

from greenpulse.errors import BrokerUnavailable
from greenpulse.records import Poll

__all__ = ["LogAway", "TakenPolls"]


class TakenPolls:
    """Acknowledges each poll; ``all`` has them in the order in which they came."""

    def __init__(self) -> None:
        self.all: list[Poll] = []
        self._change = asyncio.Condition()

    async def emit(self, poll: Poll) -> None:
        async with self._change:
            self.all.append(poll)
            self._change.notify_all()

    def of(self, series: str) -> list[Poll]:
        return [poll for poll in self.all if poll.series == series]

    def ticks_of(self, series: str) -> list[str]:
        """Times of day of the ticks of ``series``, one for each poll."""
        return [str(poll.scheduled_at)[11:19] for poll in self.of(series)]

    async def until(self, is_enough: Callable[["TakenPolls"], bool]) -> None:
        async with asyncio.timeout(60), self._change:
            await self._change.wait_for(lambda: is_enough(self))

    async def until_polled(self, series: str, times: int) -> list[Poll]:
        """Wait for so many polls of ``series``, first to last, and return them."""
        await self.until(lambda polls: len(polls.of(series)) >= times)
        return self.of(series)

    async def until_tick(self, series: str, time_of_day: str) -> Poll:
        """Wait for the poll of this tick and return it."""
        await self.until(lambda polls: time_of_day in polls.ticks_of(series))
        return self.of(series)[self.ticks_of(series).index(time_of_day)]


class LogAway(TakenPolls):
    """Takes no poll while ``is_away``; ``refused`` counts the attempts."""

    def __init__(self) -> None:
        super().__init__()
        self.is_away = True
        self.refused = 0

    async def emit(self, poll: Poll) -> None:
        if self.is_away:
            self.refused += 1
            message = "sending to 'greenpulse.polls': the log is away"
            raise BrokerUnavailable(message)
        await super().emit(poll)
