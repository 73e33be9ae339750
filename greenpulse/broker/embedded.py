"""Faust's transport ``embedded://PATH``: a worker whose log is one SQLite file.

``setup.cfg`` names it under ``faust.transports``, Faust's own extension point. The path
is all that follows ``embedded://``, relative or absolute, but a URL keeps neither the
case of its first part nor odd characters: ``embedded_url`` makes one that does.

Whoever starts a worker takes the log's ``WorkerLock`` before, so that a refusal is one
sentence; the consumer takes it in any case.
"""

import asyncio
import sqlite3
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from faust.transport import base
from faust.types import AppT
from faust.types.transports import ConsumerT, ProducerT
from yarl import URL

from greenpulse.broker.batch_consumer import MAX_HELD_BYTES, BatchConsumer
from greenpulse.broker.embedded_consumer import EmbeddedConsumer
from greenpulse.broker.embedded_producer import EmbeddedProducer
from greenpulse.records import POLLS_TOPIC

__all__ = ["Consumer", "Transport", "embedded_url"]


class Consumer(BatchConsumer, EmbeddedConsumer):
    """The embedded consumer, with batches."""


class Transport(base.Transport):
    """The embedded log as Faust's broker."""

    Consumer: ClassVar[type[ConsumerT]] = Consumer
    Producer: ClassVar[type[ProducerT]] = EmbeddedProducer

    driver_version = f"sqlite={sqlite3.sqlite_version}"

    def __init__(
        self, url: list[URL], app: AppT, loop: asyncio.AbstractEventLoop | None = None
    ) -> None:
        super().__init__(url, app, loop)
        self.batch_topics: frozenset[str] = frozenset({POLLS_TOPIC})
        """Topics that are delivered in batches; see ``greenpulse.broker.batch_consumer``."""
        self.max_held_bytes = MAX_HELD_BYTES
        self.path = Path(f"{url[0].host or ''}{url[0].path}")


def embedded_url(path: Path) -> str:
    """The address under which Faust finds exactly this file."""
    return f"embedded://{quote(str(path.absolute()))}"
