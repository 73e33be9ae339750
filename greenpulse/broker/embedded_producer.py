"""A Faust producer on the embedded log."""

import asyncio
import itertools
from collections.abc import Awaitable
from typing import Any, cast

from faust.types import TP, HeadersArg, RecordMetadata
from mode.utils.times import Seconds

from greenpulse.broker.embedded_log import EmbeddedLog
from greenpulse.broker.embedded_topics import declare_topic
from greenpulse.broker.flushing_producer import FlushingProducer
from greenpulse.broker.log import Message
from greenpulse.broker.partitioning import partition_of_key

__all__ = ["EmbeddedProducer"]

_LOG_APPEND_TIME = 1


class EmbeddedProducer(FlushingProducer):
    """Sends to the embedded log; what is sent at the same time shares one fsync.

    The log gives the timestamps (log append time), and headers are dropped: nothing in
    GreenPulse has any.
    """

    def __post_init__(self) -> None:
        """Open nothing yet."""
        super().__post_init__()
        self._embedded_log = EmbeddedLog(cast("Any", self.transport).path)
        self._partition_counts: dict[str, int] = {}
        self._keyless = itertools.count()
        self._sending: set[asyncio.Task[RecordMetadata]] = set()

    async def on_start(self) -> None:
        """Learn the topics' partition counts, for ``key_partition``."""
        await super().on_start()
        await self._learn_topics()

    async def on_shutdown(self) -> None:
        """Wait until all that was sent is durable."""
        await super().on_shutdown()
        await self._settle()
        await self._embedded_log.close()

    async def send(  # noqa: PLR0913, PLR0917 - Faust's
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        timestamp: float | None,
        headers: HeadersArg | None,
        *,
        transactional_id: str | None = None,  # noqa: ARG002 - Faust's
    ) -> Awaitable[RecordMetadata]:
        """Send a message; the awaitable is done once it is durable.

        Awaiting it raises BrokerUnavailable where it is not, SettingsError where there is
        no such topic, PermanentError where it is over 16 MiB.
        """
        self.app.on_produce_message.send(
            key=key, value=value, partition=partition, timestamp=timestamp, headers=headers
        )
        sending = asyncio.ensure_future(self._append(topic, Message(key, value, partition)))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)
        return sending

    async def send_and_wait(  # noqa: PLR0913, PLR0917 - Faust's
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        timestamp: float | None,
        headers: HeadersArg | None,
        *,
        transactional_id: str | None = None,  # noqa: ARG002 - Faust's
    ) -> RecordMetadata:
        """Send a message and wait until it is durable."""
        return await (await self.send(topic, key, value, partition, timestamp, headers))

    async def flush(self) -> None:
        """Wait until all that was sent is durable, or has failed."""
        await self.buffer.flush()
        await super().flush()
        await self._settle()

    async def _settle(self) -> None:
        while self._sending:
            await asyncio.wait(set(self._sending))

    async def _append(self, topic: str, message: Message) -> RecordMetadata:
        partition = message.partition
        if partition is None:
            partition = await self._choose_partition(topic, message.key)
        placed = Message(message.key, message.value, partition)
        (offset,) = await self._embedded_log.append(topic, [placed])
        tp = TP(topic, partition)
        return RecordMetadata(topic, partition, tp, offset, timestamp_type=_LOG_APPEND_TIME)

    async def _choose_partition(self, topic: str, key: bytes | None) -> int:
        if topic not in self._partition_counts:
            await self._learn_topics()
        # Without such a topic the log refuses any partition.
        count = self._partition_counts.get(topic, 1)
        return next(self._keyless) % count if key is None else partition_of_key(key, count)

    async def create_topic(
        self,
        topic: str,
        partitions: int,
        replication: int,  # noqa: ARG002 - Faust's
        *,
        retention: Seconds | None = None,
        compacting: bool | None = None,
        **_: object,
    ) -> None:
        """Create a topic where it is absent."""
        await declare_topic(self._embedded_log, topic, partitions, retention, compacting)
        await self._learn_topics()

    def key_partition(self, topic: str, key: bytes) -> TP:
        """The partition of all records with ``key``."""
        return TP(topic, partition_of_key(key, self._partition_counts[topic]))

    async def _learn_topics(self) -> None:
        specs = await self._embedded_log.topics()
        self._partition_counts = {spec.name: spec.partitions for spec in specs}
