"""The thread in which Faust's Kafka consumer fetches, seeks and commits."""

import asyncio
import logging
import warnings
from collections.abc import Mapping
from typing import Any, cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from faust.exceptions import AlreadyConfiguredWarning
from faust.transport.consumer import RecordMap
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from greenpulse.broker.faust_credentials import faust_credentials
from greenpulse.broker.kafka_connection import connection_of
from greenpulse.broker.patience import PATIENCE_SECONDS

__all__ = ["ConsumerThread"]

log = logging.getLogger(__name__)

_QUIET_WAIT_MS = 1500
"""How long a broker may keep a fetch that finds nothing, as Faust has it."""
_BUSY_WAIT_MS = 20
"""The same while records come.

A client has one fetch at a time under way to each broker, for those partitions of which it
holds nothing more. One that waits for news of quiet topics keeps the busy ones waiting: at
1,500 ms a backlog comes half as fast (benchmarks/kafka_to_s3.py).
"""
_MAX_RECORDS = 2_000
"""Of one fetch, and so of one event."""
_FIRST_MAX_RECORDS = 50
_MAX_FETCHED_BYTES = 1 << 20
"""Of the keys and values of one fetch; estimated by some of the fetch before."""
_LEARN_FROM_EVERY = 10


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """Faust's consumer thread, which also knows where a new group begins.

    It survives what Kafka may do at any time: go away in the middle of a commit, or take
    a partition away just before a seek. Stock Faust ends the worker then.
    """

    def __post_init__(self) -> None:
        """Prepare the lock that keeps seeks in the order of their generations."""
        super().__post_init__()
        self._seeking = asyncio.Lock()
        self._max_records = _FIRST_MAX_RECORDS

    def _create_consumer(self, loop: asyncio.AbstractEventLoop) -> AIOKafkaConsumer:
        # Only now, since it reads the CA file; Faust takes them from the app.
        connection = connection_of(self.transport)
        with warnings.catch_warnings():
            # It is read behind this line only, whatever Faust believes.
            warnings.simplefilter("ignore", AlreadyConfiguredWarning)
            self.app.conf.broker_credentials = faust_credentials(connection)
        return super()._create_consumer(loop)

    async def on_thread_stop(self) -> None:
        """Let go of Kafka, which may be away, or hang.

        The fetch that then waits for its next try is cancelled by aiokafka, and the
        cancellation escapes from there: the thread would die before it says that it has
        stopped, and the worker would wait for that word for ever
        (tests/kafka/test_stopping_without_kafka.py).
        """
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await super().on_thread_stop()
        except (asyncio.CancelledError, TimeoutError):
            await self._ensure_consumer()._client.close()  # noqa: SLF001 - what was left to stop

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Go to the committed offsets, else to the log's start; return where that is."""
        return cast("Mapping[TP, int]", await self.call_thread(self._seek_to_committed))

    async def _seek_to_committed(self) -> Mapping[TP, int]:
        consumer = self._ensure_consumer()
        async with self._seeking:
            committed: dict[Any, int | None] = await consumer.seek_to_committed()
            new = [tp for tp, offset in committed.items() if not offset or offset < 0]
            starts: dict[Any, int] = await consumer.beginning_offsets(new) if new else {}
            for tp, offset in starts.items():
                # A rebalance may have taken the partition away meanwhile.
                if tp in consumer.assignment():
                    consumer.seek(tp, offset)
        return {TP(*tp): starts.get(tp, offset or 0) for tp, offset in committed.items()}

    def seek(self, partition: TP, offset: int) -> None:
        """Deliver from ``offset`` on; without effect where the partition was taken away."""
        if partition in self.assignment():
            super().seek(partition, offset)

    async def seek_between_fetches(self, partition: TP, offset: int) -> None:
        """The same, to be called on the thread that fetches."""
        self.seek(partition, offset)

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        owned = self.assignment()
        wanted = {TopicPartition(*tp): offset for tp, offset in offsets.items() if tp in owned}
        try:
            # Whoever stops waits for the commit that is under way (Faust's own lock).
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._ensure_consumer().commit(wanted)
        except (KafkaError, TimeoutError) as error:
            # The chain knows what is archived; the group's offset follows with the next file.
            told = ",".join(f"{tp.topic}/{tp.partition}:{offset}" for tp, offset in wanted.items())
            log.warning("not_committed offsets=%s cause=%s", told, type(error).__name__)
            return False
        return True

    async def _fetch_records(
        self,
        consumer: AIOKafkaConsumer,
        active_partitions: set[TP],
        timeout: float | None = None,  # noqa: ASYNC109 - Faust's
        max_records: int | None = None,
    ) -> RecordMap:
        # What was fetched is compressed: its size says little of what its records need.
        limit = max_records or self._max_records
        fetched = await super()._fetch_records(consumer, active_partitions, timeout, limit)
        wait_ms = _BUSY_WAIT_MS if fetched else _QUIET_WAIT_MS
        consumer._fetcher._fetch_max_wait_ms = wait_ms  # noqa: SLF001 - it is asked for each fetch
        self._learn_size(fetched)
        return fetched

    def _learn_size(self, fetched: RecordMap) -> None:
        sizes = [
            record.serialized_key_size + record.serialized_value_size
            for records in fetched.values()
            for record in records[::_LEARN_FROM_EVERY]
        ]
        if sizes:
            mean_bytes = sum(sizes) / len(sizes)
            fitting = int(_MAX_FETCHED_BYTES / max(1.0, mean_bytes))
            self._max_records = max(1, min(_MAX_RECORDS, fitting))
