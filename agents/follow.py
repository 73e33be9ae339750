"""The live view follows ``greenpulse.latest`` without a group: whole on every worker."""

import asyncio
import logging

import faust
from mode import Service

from greenpulse.broker.log import Log
from greenpulse.clock import Clock
from greenpulse.errors import TransientError
from greenpulse.records import LATEST_TOPIC, Latest
from greenpulse.web.live import LiveView

__all__ = ["attach"]

logger = logging.getLogger(__name__)

_RETRY_SECONDS = 5.0


def attach(app: faust.App, log: Log, view: LiveView, clock: Clock) -> asyncio.Event:
    """Feed ``view`` with all that the log still has of the topic, then as it comes.

    Returns:
        An event that is set once all that was there at the start is in the view.
    """
    is_whole = asyncio.Event()

    async def follow() -> None:
        bounds = await log.bounds(LATEST_TOPIC)
        missing = {p: b.end for p, b in bounds.items() if b.end > b.first}
        if not missing:
            is_whole.set()
        async for partition, records in log.follow(LATEST_TOPIC, {}):
            for record in records:
                if record.value is not None:
                    view.add(Latest.loads(record.value, serializer="json"))
            if records and records[-1].offset + 1 >= missing.get(partition, 0):
                missing.pop(partition, None)
            if not missing:
                is_whole.set()

    @app.service
    class Following(Service):
        """Starts over after the log was away; records that come twice change nothing."""

        @Service.task
        async def run(self) -> None:
            while not self.should_stop:
                try:
                    await follow()
                except TransientError as error:
                    logger.warning("latest_not_followed cause=%s", error)
                    await clock.sleep(_RETRY_SECONDS)

    return is_whole
