"""The clients of one Kafka, each opened when it is first wanted."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Generic, TypeAlias, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_reach import prove_reached
from greenpulse.broker.kafka_records import PRODUCER_OPTIONS

__all__ = ["FOLLOW_WAIT_MS", "KafkaClients"]

FOLLOW_WAIT_MS = 500
"""How long Kafka may wait for records before it answers a follower."""
_REQUEST_MS = 10_000
_FETCH_BYTES = 4 * 1024 * 1024
_BATCH_BYTES = 256 * 1024
_READ_WAIT_MS = 50
_CLOSED_WITHIN_SECONDS = 5.0

_Opened = TypeVar("_Opened")
_Client: TypeAlias = AIOKafkaAdminClient | AIOKafkaConsumer | AIOKafkaProducer


class _Once(Generic[_Opened]):
    """A client that is opened when it is first wanted, by however many at once."""

    def __init__(self, open_client: Callable[[], Awaitable[_Opened]]) -> None:
        self._open_client = open_client
        self._opening = asyncio.Lock()
        self._client: _Opened | None = None

    async def get(self) -> _Opened:
        async with self._opening:
            if self._client is None:
                self._client = await self._open_client()
            return self._client


class KafkaClients:
    """Clients of aiokafka that share one connection's settings.

    Every method raises what ``prove_reached`` does, before aiokafka would log anything.
    """

    def __init__(self, connection: KafkaConnection) -> None:
        self._connection = connection
        self._open = AsyncExitStack()
        self._admin = _Once(self._open_admin)
        self._producer = _Once(self._open_producer)
        self._reader = _Once(self._open_reader)
        self._bounds_reader = _Once(self._open_reader)

    async def admin(self) -> AIOKafkaAdminClient:
        """For topics, groups and settings."""
        return await self._admin.get()

    async def producer(self) -> AIOKafkaProducer:
        """For appending."""
        return await self._producer.get()

    async def reader(self) -> AIOKafkaConsumer:
        """For reading records here and there."""
        return await self._reader.get()

    async def bounds_reader(self) -> AIOKafkaConsumer:
        """For questions about offsets.

        Apart from the reader: a connection answers in order, and a fetch that waits for
        records would hold up every question behind it.
        """
        return await self._bounds_reader.get()

    async def new_follower(self) -> AIOKafkaConsumer:
        """A client of the caller's own, who stops it."""
        return await self._start_consumer(FOLLOW_WAIT_MS)

    async def close(self) -> None:
        """Free the connections; what was not acknowledged is not waited for much longer."""
        await self._open.aclose()

    async def _open_admin(self) -> AIOKafkaAdminClient:
        await prove_reached(self._connection)
        admin = AIOKafkaAdminClient(
            request_timeout_ms=_REQUEST_MS, **self._connection.client_options()
        )
        await _start(admin, admin.close)
        self._open.push_async_callback(admin.close)
        return admin

    async def _open_producer(self) -> AIOKafkaProducer:
        await prove_reached(self._connection)
        producer = AIOKafkaProducer(
            **PRODUCER_OPTIONS, max_batch_size=_BATCH_BYTES, **self._connection.client_options()
        )
        await _start(producer, producer.stop)
        self._open.push_async_callback(_stop, producer)
        return producer

    async def _open_reader(self) -> AIOKafkaConsumer:
        reader = await self._start_consumer(_READ_WAIT_MS)
        self._open.push_async_callback(reader.stop)
        return reader

    async def _start_consumer(self, wait_ms: int) -> AIOKafkaConsumer:
        await prove_reached(self._connection)
        consumer = AIOKafkaConsumer(
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            fetch_max_wait_ms=wait_ms,
            max_partition_fetch_bytes=_FETCH_BYTES,
            **self._connection.client_options(),
        )
        await _start(consumer, consumer.stop)
        return consumer


async def _start(client: _Client, stop: Callable[[], Awaitable[None]]) -> None:
    """Start ``client``; one that does not start is let go of, since another one follows."""
    try:
        await client.start()
    except BaseException:
        await stop()
        raise


async def _stop(producer: AIOKafkaProducer) -> None:
    try:
        async with asyncio.timeout(_CLOSED_WITHIN_SECONDS):
            await producer.stop()
    except TimeoutError:
        # An idempotent one never gives up by itself, nor lets go of its connections.
        await producer._sender.close()  # noqa: SLF001 - aiokafka has no other way to end it
        await producer.client.close()
