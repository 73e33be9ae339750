"""Faust's Kafka transport, with the polls topic in batches and sends that are durable.

Faust finds its own transport under ``kafka://``; an app is given this one::

    app.transport = app.producer_transport = Transport(app.conf.broker, app)
"""

import asyncio
from typing import ClassVar

from faust.transport.drivers import aiokafka as driver
from faust.types import AppT
from faust.types.transports import ConsumerT, ProducerT
from yarl import URL

from greenpulse.broker.batch_consumer import MAX_HELD_BYTES
from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_consumer import Consumer
from greenpulse.broker.kafka_producer import Producer
from greenpulse.records import POLLS_TOPIC

__all__ = ["Transport"]


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
