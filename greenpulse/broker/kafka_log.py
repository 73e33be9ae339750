"""The log on Kafka, beside Faust: for commands, the archive's tail check, the pages."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack

import stamina
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError

from greenpulse.broker.kafka_errors import translated
from greenpulse.broker.kafka_records import MAX_BATCH_BYTES, log_records
from greenpulse.broker.kafka_topics import create_topics, partition_counts
from greenpulse.broker.log import LogRecord, Message, OffsetBounds, TopicSpec
from greenpulse.broker.refusals import no_such_topic, place_messages

__all__ = ["KafkaLog"]

_CONNECT_MS = 10_000
_FETCH_BYTES = 4 * 1024 * 1024
_BATCH_BYTES = 256 * 1024
_READ_WAIT_MS = 50
_FOLLOW_WAIT_MS = 500
_AWAIT_TOPIC_SECONDS = 1.0
_COORDINATOR_SECONDS = 20.0


class KafkaLog:
    """A ``greenpulse.broker.log.Log`` on the Kafka at ``hosts``.

    Nothing is connected before the first call. ``connection`` holds what every client of
    aiokafka takes besides: ``security_protocol``, ``ssl_context``, ``sasl_…``.
    """

    def __init__(self, hosts: str, **connection: object) -> None:
        self._hosts = hosts
        self._connection = {"bootstrap_servers": hosts.split(","), **connection}
        self._open = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._reading = asyncio.Lock()
        self._admin_client: AIOKafkaAdminClient | None = None
        self._producer_client: AIOKafkaProducer | None = None
        self._reader_client: AIOKafkaConsumer | None = None
        # Apart from the reader: a connection answers in order, and a fetch that waits for
        # records would hold up every question about offsets behind it.
        self._bounds_client: AIOKafkaConsumer | None = None
        self._keyless = 0

    async def ensure_topics(self, specs: Sequence[TopicSpec]) -> None:
        """Create the topics that are absent; safe when several start at once.

        Existing topics keep the settings that they have.

        Raises:
            SettingsError: a topic exists with another partition count, or Kafka refuses it.
        """
        with translated("creating topics", self._hosts):
            await create_topics(await self._admin(), specs)

    async def bounds(self, topic: str) -> dict[int, OffsetBounds]:
        """Bounds of each partition; empty where the topic does not exist (none is made)."""
        with translated(f"looking up {topic!r}", self._hosts):
            count = (await partition_counts(await self._admin())).get(topic, 0)
            return await self._bounds([TopicPartition(topic, n) for n in range(count)])

    async def append(self, topic: str, messages: Sequence[Message]) -> list[int]:
        """Append in order; return the offsets once all are durable.

        Raises:
            SettingsError: there is no such topic.
            PermanentError: a message is over 16 MiB, or names a partition that is absent.
        """
        if not messages:
            return []
        with translated(f"appending to {topic!r}", self._hosts):
            count = (await partition_counts(await self._admin())).get(topic)
            if count is None:
                raise no_such_topic(topic, self._hosts)
            partitions = place_messages(topic, messages, count, self._keyless)
            self._keyless += len(partitions)
            producer = await self._producer()
            sent = [
                await producer.send(topic, message.value, message.key, partition)
                for message, partition in zip(messages, partitions, strict=True)
            ]
            return [metadata.offset for metadata in await asyncio.gather(*sent)]

    async def read(
        self, topic: str, partition: int, first: int, *, limit_records: int = 10_000
    ) -> list[LogRecord]:
        """Records from ``first`` on, in offset order; empty at the end of the log."""
        with translated(f"reading {topic!r}", self._hosts):
            if partition >= (await partition_counts(await self._admin())).get(topic, 0):
                return []
            place = TopicPartition(topic, partition)
            bounds = (await self._bounds([place]))[partition]
            async with self._reading:
                reader = await self._reader()
                await _go_to(reader, place, max(first, bounds.first))
                # What lies before the end may be markers of transactions: no records.
                while await reader.position(place) < bounds.end:
                    fetched = await reader.getmany(
                        place, timeout_ms=_FOLLOW_WAIT_MS, max_records=limit_records
                    )
                    if fetched:
                        return log_records(fetched[place])
            return []

    async def follow(
        self, topic: str, start: Mapping[int, int]
    ) -> AsyncIterator[tuple[int, list[LogRecord]]]:
        """Batches of all partitions as they come, from ``start`` on, without a group.

        A partition that ``start`` does not name begins at its oldest record. Never ends
        by itself.
        """
        bounds = await self.bounds(topic)
        while not bounds:
            await asyncio.sleep(_AWAIT_TOPIC_SECONDS)
            bounds = await self.bounds(topic)
        with translated(f"following {topic!r}", self._hosts):
            consumer = await self._start_consumer(_FOLLOW_WAIT_MS)
        try:
            places = {n: TopicPartition(topic, n) for n in bounds}
            consumer.assign(list(places.values()))
            for number, place in places.items():
                first = bounds[number].first
                consumer.seek(place, max(start.get(number, first), first))
            while True:
                with translated(f"following {topic!r}", self._hosts):
                    fetched = await consumer.getmany(timeout_ms=_FOLLOW_WAIT_MS)
                for place, records in fetched.items():
                    yield place.partition, log_records(records)
        finally:
            await consumer.stop()

    async def committed(self, group: str, topic: str) -> dict[int, int]:
        """The next offset that ``group`` wants of each partition that it committed."""
        with translated(f"looking up the offsets of {group!r}", self._hosts):
            admin = await self._admin()
            # A Kafka that never had a group first creates the topic of all offsets.
            patient = stamina.AsyncRetryingCaller(timeout=_COORDINATOR_SECONDS)
            offsets = await patient(
                GroupCoordinatorNotAvailableError, admin.list_consumer_group_offsets, group
            )
            return {
                place.partition: committed.offset
                for place, committed in offsets.items()
                if place.topic == topic and committed.offset >= 0
            }

    async def close(self) -> None:
        """Free the connections; later calls are an error."""
        with translated("disconnecting", self._hosts):
            await self._open.aclose()

    async def _bounds(self, places: Sequence[TopicPartition]) -> dict[int, OffsetBounds]:
        if not places:
            return {}
        async with self._opening:
            if self._bounds_client is None:
                self._bounds_client = await self._start_consumer(_READ_WAIT_MS)
        firsts = await self._bounds_client.beginning_offsets(places)
        ends = await self._bounds_client.end_offsets(places)
        return {p.partition: OffsetBounds(firsts[p], ends[p]) for p in places}

    async def _admin(self) -> AIOKafkaAdminClient:
        async with self._opening:
            if self._admin_client is None:
                admin = AIOKafkaAdminClient(request_timeout_ms=_CONNECT_MS, **self._connection)
                self._open.push_async_callback(admin.close)
                await admin.start()
                self._admin_client = admin
            return self._admin_client

    async def _producer(self) -> AIOKafkaProducer:
        async with self._opening:
            if self._producer_client is None:
                producer = AIOKafkaProducer(
                    acks="all",
                    enable_idempotence=True,
                    compression_type="gzip",
                    max_batch_size=_BATCH_BYTES,
                    max_request_size=MAX_BATCH_BYTES,
                    **self._connection,
                )
                self._open.push_async_callback(producer.stop)
                await producer.start()
                self._producer_client = producer
            return self._producer_client

    async def _reader(self) -> AIOKafkaConsumer:
        async with self._opening:
            if self._reader_client is None:
                self._reader_client = await self._start_consumer(_READ_WAIT_MS)
            return self._reader_client

    async def _start_consumer(self, wait_ms: int) -> AIOKafkaConsumer:
        consumer = AIOKafkaConsumer(
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            fetch_max_wait_ms=wait_ms,
            max_partition_fetch_bytes=_FETCH_BYTES,
            **self._connection,
        )
        self._open.push_async_callback(consumer.stop)
        await consumer.start()
        return consumer


async def _go_to(reader: AIOKafkaConsumer, place: TopicPartition, offset: int) -> None:
    """Go to ``offset``; what is fetched ahead is kept where the reader is there already."""
    if reader.assignment() != {place}:
        reader.assign([place])
    elif await reader.position(place) == offset:
        return
    reader.seek(place, offset)
