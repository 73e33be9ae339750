"""The one place that reaches past Faust's types: what our agents know, and they do not."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import faust
from faust.types import EventT, StreamT

from greenpulse.broker.batch_consumer import BatchConsumer, BatchMessage
from greenpulse.broker.log import LogRecord

if TYPE_CHECKING:
    from faust.tables.manager import TableManager

__all__ = [
    "Event",
    "Events",
    "acknowledge",
    "batch_consumer",
    "is_forgotten",
    "records_of",
    "recovered",
    "unacked",
]

Event: TypeAlias = EventT[Any]
Events: TypeAlias = StreamT[Any]


async def unacked(stream: Events) -> AsyncIterator[Event]:
    """Events of ``stream``, none acknowledged by Faust.

    Faust acknowledges in a ``finally``, also when the agent raised
    (tests/unit/test_broker_faust_assumptions.py), so no agent here lets it.
    """
    async for event in cast("faust.Stream[Any]", stream).noack().events():
        yield event


async def acknowledge(stream: Events, event: Event) -> None:
    """Say that ``event`` needs no redelivery; only in offset order.

    Through the stream, since ``event.ack()`` alone keeps the sensors in the dark.
    """
    await cast("faust.Stream[Any]", stream).ack(event)


def records_of(event: Event) -> list[LogRecord]:
    """The records of an event of a batch topic: contiguous, at least one."""
    return cast("BatchMessage", event.message).records


def is_forgotten(event: Event) -> bool:
    """Whether what the event of a batch topic holds comes again: not to be worked on."""
    return cast("BatchMessage", event.message).is_forgotten


def batch_consumer(app: faust.App) -> BatchConsumer:
    """The consumer of ``app``, which both of our transports make able to rewind."""
    return cast("BatchConsumer", app.consumer)


async def recovered(app: faust.App) -> None:
    """Wait until the tables are back and Faust has sought the committed offsets."""
    await cast("TableManager", app.tables).recovery.completed.wait()
