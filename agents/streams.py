"""The one place that reaches past Faust's types: what our agents know, and they do not."""

import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar, cast

import faust
from faust.exceptions import FaustError
from faust.types import EventT, StreamT, TopicT

from greenpulse.broker.batch_consumer import BatchConsumer, BatchMessage
from greenpulse.broker.log import LogRecord
from greenpulse.errors import BrokerUnavailable

if TYPE_CHECKING:
    from faust.tables.manager import TableManager

__all__ = [
    "Event",
    "Events",
    "acknowledge",
    "batch_consumer",
    "is_forgotten",
    "raw_topic",
    "record_in",
    "records_of",
    "recovered",
    "send",
    "tell",
    "unacked",
]

log = logging.getLogger(__name__)

Record = TypeVar("Record", bound=faust.Record)
Event: TypeAlias = EventT[Any]
Events: TypeAlias = StreamT[Any]


async def unacked(stream: Events) -> AsyncIterator[Event]:
    """Events of ``stream``, none acknowledged by Faust.

    Faust acknowledges in a ``finally``, also when the agent raised
    (tests/kafka/test_faust_acknowledging.py), so no agent here lets it.
    """
    async for event in cast("faust.Stream[Any]", stream).noack().events():
        yield event


async def acknowledge(stream: Events, event: Event) -> None:
    """Say that ``event`` needs no redelivery; only in offset order.

    Through the stream, since ``event.ack()`` alone keeps the sensors in the dark.
    """
    await cast("faust.Stream[Any]", stream).ack(event)


def raw_topic(app: faust.App, name: str) -> TopicT:
    """The channel of ``app`` for an agent on a topic of records.

    Raw, since Faust ends the agent, and with it the worker, over a value that is none, and
    acknowledges that one before others: anybody may write to a topic.
    """
    return app.topic(name, value_type=bytes, value_serializer="raw")


def record_in(value: bytes | None, kind: type[Record]) -> Record | None:
    """What a message says; None, and a warning, where it is no ``kind``."""
    try:
        return kind.loads(value or b"", serializer="json")
    except (FaustError, TypeError, ValueError) as error:
        log.warning("record_not_read kind=%s cause=%s", kind.__name__, error)
        return None


async def send(topic: TopicT, key: str, record: faust.Record, partition: int | None) -> None:
    """Send ``record`` and return once the log has acknowledged it.

    Raises:
        BrokerUnavailable: it did not; send again.
        PermanentError: it never will.
    """
    sent = await topic.send(key=key, value=record, partition=partition)
    await sent


async def tell(topic: TopicT, key: str, record: faust.Record, partition: int | None) -> None:
    """Send what others can do without; a warning where the broker is away."""
    try:
        await send(topic, key, record, partition)
    except BrokerUnavailable as error:
        log.warning("record_not_sent kind=%s key=%s cause=%s", type(record).__name__, key, error)


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
