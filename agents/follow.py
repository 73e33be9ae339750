"""The live view follows ``greenpulse.latest`` without a group: whole on every worker."""

import asyncio
import logging
from collections.abc import Callable

from mode import Service

from greenpulse.agents.streams import record_in
from greenpulse.broker.log import Log
from greenpulse.clock import Clock
from greenpulse.errors import TransientError
from greenpulse.records import LATEST_TOPIC, Latest

__all__ = ["Following"]

logger = logging.getLogger(__name__)

_RETRY_SECONDS = 5.0


class Following(Service):
    """Hands all that the log still has of the topic to ``add``, then what comes.

    Starts over after the log was away: ``add`` takes records that come twice.
    """

    def __init__(self, broker: Log, add: Callable[[Latest], None], clock: Clock) -> None:
        super().__init__()
        self._broker = broker
        self._add = add
        self._clock = clock
        self.is_whole = asyncio.Event()
        """Set once all that was there at the start was added."""

    @Service.task
    async def follow_on(self) -> None:
        """Follow until the worker stops."""
        while not self.should_stop:
            try:
                await self._follow()
            except TransientError as error:
                logger.warning("latest_not_followed cause=%s", error)
                await self._clock.sleep(_RETRY_SECONDS)

    async def _follow(self) -> None:
        bounds = await self._broker.bounds(LATEST_TOPIC)
        missing = {p: b.end for p, b in bounds.items() if b.end > b.first}
        self._see_whether_whole(missing)
        async for partition, records in self._broker.follow(LATEST_TOPIC, {}):
            for record in records:
                self._take(record.value)
            if records and records[-1].offset + 1 >= missing.get(partition, 0):
                missing.pop(partition, None)
            self._see_whether_whole(missing)

    def _take(self, value: bytes | None) -> None:
        latest = record_in(value, Latest)
        if latest is not None:
            self._add(latest)

    def _see_whether_whole(self, missing: dict[int, int]) -> None:
        if not missing:
            self.is_whole.set()
