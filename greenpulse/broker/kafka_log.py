"""The log on Kafka, beside Faust: for commands, the archive's tail check, the pages."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    NoError,
    UnknownTopicOrPartitionError,
    for_code,
)
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_fixed

from greenpulse.broker.kafka_clients import FOLLOW_WAIT_MS, KafkaClients
from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_errors import TOO_FEW_REPLICAS, translated
from greenpulse.broker.kafka_metadata import topic_metadata
from greenpulse.broker.kafka_reach import prove_reached
from greenpulse.broker.kafka_records import log_records
from greenpulse.broker.kafka_release import oldest_release
from greenpulse.broker.kafka_rights import missing_rights
from greenpulse.broker.kafka_topics import KafkaTopics, partition_counts
from greenpulse.broker.log import LogRecord, Message, OffsetBounds, TopicDifference, TopicSpec
from greenpulse.broker.refusals import no_such_topic, place_messages
from greenpulse.errors import BrokerUnavailable, SettingsError

__all__ = ["KafkaLog"]

_BOUNDS_WITHIN_SECONDS = 10.0
_AWAIT_TOPIC_SECONDS = 1.0
_COORDINATOR_SECONDS = 20.0
_COORDINATOR_LOOK_SECONDS = 0.2

_Answer = TypeVar("_Answer")


class KafkaLog:
    """A ``greenpulse.broker.log.Log`` on Kafka. Nothing is connected before the first call.

    ``patience_seconds`` is how long an append or a read may take before Kafka counts as away:
    longer than a broker's restart.

    Besides BrokerUnavailable, every method raises SettingsError where Kafka does not let
    this user in, or not do this.
    """

    def __init__(self, connection: KafkaConnection, *, patience_seconds: float = 60) -> None:
        self._connection = connection
        self._patience_seconds = patience_seconds
        self._clients = KafkaClients(connection)
        self._reading = asyncio.Lock()
        self._keyless = 0

    async def ensure_topics(self, specs: Sequence[TopicSpec]) -> None:
        """Create the topics that are absent and mend the others; several may at once.

        Raises:
            SettingsError: topics exist and differ in what cannot be mended, or Kafka
                refuses to create one; each reason is a line.
        """
        with translated("creating topics", self._connection):
            await (await self._topics()).ensure(specs)

    async def compare_topics(self, specs: Sequence[TopicSpec]) -> list[TopicDifference]:
        """How existing topics differ from ``specs``; absent ones are no difference."""
        with translated("looking up topics", self._connection):
            return await (await self._topics()).compare(specs)

    async def prove_access(self, topics: Sequence[str], group: str) -> None:
        """See that this user may read and write ``topics`` as a member of ``group``.

        Raises:
            SettingsError: names each right that is not given.
        """
        with translated(f"joining group {group!r}", self._connection):
            admin = await self._clients.admin()
            missing = await _patiently(missing_rights, admin, topics, group)
        if missing:
            message = (
                f"joining group {group!r} on Kafka at '{self._connection.hosts}': give "
                f"'{self._connection.user}' the rights {', '.join(missing)}"
            )
            raise SettingsError(message)

    async def identity(self, topic: str) -> str:
        """What changes when ``topic`` is deleted and made anew; empty where it is absent."""
        with translated(f"looking up {topic!r}", self._connection):
            (found,) = await topic_metadata(await self._clients.admin(), [topic])
            error = for_code(found.error_code)
            if error is UnknownTopicOrPartitionError:
                return ""
            if error is not NoError:
                # Of a topic that may not be seen nobody knows whether it was made anew.
                raise error
            return str(found.identity)

    async def describe(self) -> str:
        """What Kafka says of itself, for people."""
        with translated("looking up the cluster", self._connection):
            admin = await self._clients.admin()
            cluster = await admin.describe_cluster()
            brokers = len(cluster["brokers"])
            size = "1 broker" if brokers == 1 else f"{brokers} brokers"
            release = await oldest_release(admin)
            return f"Kafka {release} or newer, {size}, cluster {cluster['cluster_id']}"

    async def bounds(self, topic: str) -> dict[int, OffsetBounds]:
        """Bounds of each partition; empty where the topic does not exist (none is made)."""
        with translated(f"looking up {topic!r}", self._connection):
            # A client of aiokafka asks again for 40 s, and so long a worker would not know
            # that Kafka is away.
            async with asyncio.timeout(_BOUNDS_WITHIN_SECONDS):
                count = await self._partition_count(topic) or 0
                return await self._bounds([TopicPartition(topic, n) for n in range(count)])

    async def append(self, topic: str, messages: Sequence[Message]) -> list[int]:
        """Append in order; return the offsets once all are durable.

        Raises:
            SettingsError: there is no such topic.
            PermanentError: a message is over 16 MiB, or names a partition that is absent.
            BrokerUnavailable: not all were acknowledged; any may be in the log, or come yet.
        """
        if not messages:
            return []
        with translated(f"appending to {topic!r}", self._connection):
            count = await self._partition_count(topic)
            if count is None:
                raise no_such_topic(topic, self._connection.hosts)
            partitions = place_messages(topic, messages, count, self._keyless)
            self._keyless += len(partitions)
            producer = await self._clients.producer()
            try:
                async with asyncio.timeout(self._patience_seconds):
                    sent = [
                        await producer.send(topic, message.value, message.key, partition)
                        for message, partition in zip(messages, partitions, strict=True)
                    ]
                    return [metadata.offset for metadata in await asyncio.gather(*sent)]
            except TimeoutError as error:
                raise await self._not_acknowledged(topic) from error

    async def read(
        self, topic: str, partition: int, first: int, *, limit_records: int = 10_000
    ) -> list[LogRecord]:
        """Records from ``first`` on, in offset order; empty at the end of the log."""
        with translated(f"reading {topic!r}", self._connection):
            if partition >= (await self._partition_count(topic) or 0):
                return []
            place = TopicPartition(topic, partition)
            bounds = (await self._bounds([place]))[partition]
            async with self._reading:
                reader = await self._clients.reader()
                await _go_to(reader, place, max(first, bounds.first))
                # What lies before the end may be markers of transactions: no records.
                async with asyncio.timeout(self._patience_seconds):
                    while await reader.position(place) < bounds.end:
                        fetched = await reader.getmany(
                            place, timeout_ms=FOLLOW_WAIT_MS, max_records=limit_records
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
        with translated(f"following {topic!r}", self._connection):
            consumer = await self._clients.new_follower()
        try:
            places = {n: TopicPartition(topic, n) for n in bounds}
            consumer.assign(list(places.values()))
            for number, place in places.items():
                first = bounds[number].first
                consumer.seek(place, max(start.get(number, first), first))
            while True:
                with translated(f"following {topic!r}", self._connection):
                    fetched = await consumer.getmany(timeout_ms=FOLLOW_WAIT_MS)
                for place, records in fetched.items():
                    yield place.partition, log_records(records)
        finally:
            await consumer.stop()

    async def committed(self, group: str, topic: str) -> dict[int, int]:
        """The next offset that ``group`` wants of each partition that it committed."""
        with translated(f"looking up the offsets of {group!r}", self._connection):
            admin = await self._clients.admin()
            offsets = await _patiently(admin.list_consumer_group_offsets, group)
            return {
                place.partition: committed.offset
                for place, committed in offsets.items()
                if place.topic == topic and committed.offset >= 0
            }

    async def close(self) -> None:
        """Free the connections; later calls are an error."""
        with translated("disconnecting", self._connection):
            await self._clients.close()

    async def _partition_count(self, topic: str) -> int | None:
        return (await partition_counts(await self._clients.admin(), [topic])).get(topic)

    async def _bounds(self, places: Sequence[TopicPartition]) -> dict[int, OffsetBounds]:
        if not places:
            return {}
        reader = await self._clients.bounds_reader()
        firsts = await reader.beginning_offsets(places)
        ends = await reader.end_offsets(places)
        return {p.partition: OffsetBounds(firsts[p], ends[p]) for p in places}

    async def _not_acknowledged(self, topic: str) -> BrokerUnavailable:
        await prove_reached(self._connection)
        doing = f"appending to {topic!r} on Kafka at '{self._connection.hosts}'"
        reason = f"not acknowledged within {self._patience_seconds:g} s"
        if await (await self._topics()).has_too_few_in_sync(topic):
            reason += f", since {TOO_FEW_REPLICAS}"
        return BrokerUnavailable(f"{doing}: {reason}")

    async def _topics(self) -> KafkaTopics:
        return KafkaTopics(await self._clients.admin(), self._connection.user)


async def _patiently(ask: Callable[..., Awaitable[_Answer]], *arguments: object) -> _Answer:
    """Ask about a group; a Kafka that never had one first creates the topic of all offsets."""
    patient = AsyncRetrying(
        retry=retry_if_exception_type(GroupCoordinatorNotAvailableError),
        stop=stop_after_delay(_COORDINATOR_SECONDS),
        wait=wait_fixed(_COORDINATOR_LOOK_SECONDS),
        reraise=True,
    )
    return await patient(ask, *arguments)


async def _go_to(reader: AIOKafkaConsumer, place: TopicPartition, offset: int) -> None:
    """Go to ``offset``; what is fetched ahead is kept where the reader is there already."""
    if reader.assignment() != {place}:
        reader.assign([place])
    elif await reader.position(place) == offset:
        return
    reader.seek(place, offset)
