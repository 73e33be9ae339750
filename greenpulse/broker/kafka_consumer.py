"""Faust's Kafka consumer, with the polls topic in batches."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from greenpulse.broker.batch_consumer import BatchConsumer
from greenpulse.broker.kafka_connection import connection_of
from greenpulse.broker.kafka_consumer_thread import ConsumerThread
from greenpulse.broker.kafka_errors import translated
from greenpulse.broker.kafka_records import log_records
from greenpulse.broker.log import LogRecord

__all__ = ["Consumer"]


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
        with translated("reading where logs start", connection_of(self.transport)):
            return await super().earliest_offsets(*partitions)
