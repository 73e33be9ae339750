"""Faust's Kafka transport, with the polls topic in batches and sends that are durable.

Faust finds its own transport under ``kafka://``; an app is given this one::

    app.transport = app.producer_transport = Transport(app.conf.broker, app)
"""

import asyncio
import logging
import warnings
from collections.abc import Awaitable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Any, ClassVar, cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from faust.auth import SASLCredentials, SSLCredentials
from faust.exceptions import AlreadyConfiguredWarning, ProducerSendError
from faust.transport.consumer import RecordMap
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, AppT, HeadersArg, RecordMetadata
from faust.types.auth import CredentialsT
from faust.types.transports import ConsumerT, ProducerT
from yarl import URL

from greenpulse.broker.batch_consumer import MAX_HELD_BYTES, BatchConsumer
from greenpulse.broker.flushing_producer import FlushingProducer
from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_errors import translated
from greenpulse.broker.kafka_records import PRODUCER_OPTIONS, log_records
from greenpulse.broker.log import LogRecord
from greenpulse.records import POLLS_TOPIC

if TYPE_CHECKING:
    from ssl import SSLContext

__all__ = ["Consumer", "Producer", "Transport"]

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
_PATIENCE_SECONDS = 3.0
"""With a Kafka that may be away, at a commit and at the stop: aiokafka's has no end."""


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
        connection = _connection_of(self.transport)
        with warnings.catch_warnings():
            # It is read behind this line only, whatever Faust believes.
            warnings.simplefilter("ignore", AlreadyConfiguredWarning)
            self.app.conf.broker_credentials = _faust_credentials(connection)
        return super()._create_consumer(loop)

    async def on_thread_stop(self) -> None:
        """Let go of Kafka, which may be away, or hang.

        The fetch that then waits for its next try is cancelled by aiokafka, and the
        cancellation escapes from there: the thread would die before it says that it has
        stopped, and the worker would wait for that word for ever
        (tests/kafka/test_stopping_without_kafka.py).
        """
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
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
            async with asyncio.timeout(_PATIENCE_SECONDS):
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


class Consumer(BatchConsumer, driver.Consumer):
    """Faust's Kafka consumer, with batches."""

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    def as_log_records(self, fetched: Sequence[Any]) -> list[LogRecord]:
        """Records of aiokafka as ours."""
        return log_records(fetched)

    async def _seek(self, partition: TP, offset: int) -> None:
        # On the thread that fetches: a seek from another one takes away what is being read
        # there, which ends the worker with a KeyError (tests/contract/test_transport.py:
        # seeking while a fetch is read).
        thread = cast("ConsumerThread", self._thread)
        await thread.call_thread(thread.seek_between_fetches, partition, offset)

    async def earliest_offsets(self, *partitions: TP) -> Mapping[TP, int]:
        """The oldest offset that the log still has of each partition.

        Raises:
            BrokerUnavailable: Kafka cannot be asked.
        """
        with translated("reading where logs start", _connection_of(self.transport)):
            return await super().earliest_offsets(*partitions)


class Producer(FlushingProducer, driver.Producer):
    """Faust's Kafka producer: idempotent, acknowledged by all replicas, up to 16 MiB."""

    async def on_stop(self) -> None:
        """Let go of what Kafka did not take while the app flushed.

        An idempotent producer of aiokafka tries for ever, and is closed only when all is sent.
        """
        if self._producer is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE_SECONDS):
                    await self._producer._sender.close()  # noqa: SLF001 - the one who tries
        await super().on_stop()

    def _settings_auth(self) -> Mapping[str, Any]:
        return _connection_of(self.transport).security_options()

    def _settings_extra(self) -> Mapping[str, Any]:
        return {**super()._settings_extra(), **PRODUCER_OPTIONS}

    async def send(  # noqa: PLR0913, PLR0917 - Faust's
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        timestamp: float | None,
        headers: HeadersArg | None,
        *,
        transactional_id: str | None = None,
    ) -> Awaitable[RecordMetadata]:
        """Send a message; the awaitable is done once it is durable.

        Raises, here or when awaited, our errors only, as on the embedded log.
        """
        with self._translated(topic):
            try:
                sent = await super().send(
                    topic,
                    key,
                    value,
                    partition,
                    timestamp,
                    headers,
                    transactional_id=transactional_id,
                )
            except ProducerSendError as error:
                if isinstance(error.__cause__, KafkaError):
                    raise error.__cause__ from error
                raise
        return asyncio.ensure_future(self._acknowledged(topic, sent))

    async def _acknowledged(self, topic: str, sent: Awaitable[RecordMetadata]) -> RecordMetadata:
        with self._translated(topic):
            return await sent

    def _translated(self, topic: str) -> AbstractContextManager[None]:
        return translated(f"appending to {topic!r}", _connection_of(self.transport))


class Transport(driver.Transport):
    """Kafka as Faust's broker."""

    Consumer: ClassVar[type[ConsumerT]] = Consumer
    Producer: ClassVar[type[ProducerT]] = Producer

    def __init__(
        self,
        url: list[URL],
        app: AppT,
        loop: asyncio.AbstractEventLoop | None = None,
        *,
        connection: KafkaConnection | None = None,
    ) -> None:
        super().__init__(url, app, loop)
        hosts = ",".join(driver.server_list(url, self.default_port))
        self.connection = connection or KafkaConnection(hosts)
        """How to reach the brokers of ``url``; without one given, in plain text."""
        self.batch_topics: frozenset[str] = frozenset({POLLS_TOPIC})
        """Topics that are delivered in batches; see ``greenpulse.broker.batch_consumer``."""
        self.max_held_bytes = MAX_HELD_BYTES


def _connection_of(transport: object) -> KafkaConnection:
    return cast("Transport", transport).connection


def _faust_credentials(connection: KafkaConnection) -> CredentialsT | None:
    context = cast("SSLContext | None", connection.security_options().get("ssl_context"))
    if connection.signs_in:
        return SASLCredentials(
            username=connection.username,
            password=connection.password,
            ssl_context=context,
            mechanism=connection.sasl_mechanism,
        )
    return SSLCredentials(context) if context is not None else None
