"""The one place that reaches past Faust's types: events that we acknowledge ourselves."""

from collections.abc import AsyncIterator
from typing import cast

import faust
from faust.types import EventT, StreamT

__all__ = ["acknowledge", "unacked"]


async def unacked(stream: StreamT) -> AsyncIterator[EventT]:
    """Events of ``stream``, none acknowledged by Faust.

    Faust acknowledges in a ``finally``, also when the agent raised
    (tests/unit/test_broker_faust_assumptions.py), so no agent here lets it.
    """
    async for event in cast("faust.Stream", stream).noack().events():
        yield event


async def acknowledge(stream: StreamT, event: EventT) -> None:
    """Say that ``event`` needs no redelivery; only in offset order.

    Through the stream, since ``event.ack()`` alone keeps the sensors in the dark.
    """
    await cast("faust.Stream", stream).ack(event)
