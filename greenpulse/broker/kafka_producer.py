"""Faust's Kafka producer, whose sends are durable."""

import asyncio
from collections.abc import Awaitable, Mapping
from contextlib import AbstractContextManager, suppress
from typing import Any

from aiokafka.errors import KafkaError
from faust.exceptions import ProducerSendError
from faust.transport.drivers import aiokafka as driver
from faust.types import HeadersArg, RecordMetadata

from greenpulse.broker.flushing_producer import FlushingProducer
from greenpulse.broker.kafka_connection import connection_of
from greenpulse.broker.kafka_errors import translated
from greenpulse.broker.kafka_records import PRODUCER_OPTIONS
from greenpulse.broker.patience import PATIENCE_SECONDS

__all__ = ["Producer"]


class Producer(FlushingProducer, driver.Producer):
    """Faust's Kafka producer: idempotent, acknowledged by all replicas, up to 16 MiB."""

    async def on_stop(self) -> None:
        """Let go of what Kafka did not take while the app flushed.

        An idempotent producer of aiokafka tries for ever, and is closed only when all is sent.
        """
        if self._producer is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self._producer._sender.close()  # noqa: SLF001 - the one who tries
        await super().on_stop()

    def _settings_auth(self) -> Mapping[str, Any]:
        return connection_of(self.transport).security_options()

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
        return translated(f"appending to {topic!r}", connection_of(self.transport))
