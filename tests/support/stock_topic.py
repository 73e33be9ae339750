"""The topic of a ``support.stock_worker``, as a test sees it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from support.remote_worker import RemoteWorker

from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.broker.log import Message

__all__ = ["StartStock", "StockTopic"]

StartStock: TypeAlias = Callable[..., Awaitable[RemoteWorker]]
"""The fixture ``start_stock``: an agent of ``support.stock_worker``, Faust's settings."""

_PATIENCE_SECONDS = 120.0


class StockTopic:
    """One partition, and how far its group has come."""

    def __init__(self, log: KafkaLog, group: str) -> None:
        self.group = group
        self.name = f"{group}.events"
        self._log = log

    async def append(self, *values: str) -> None:
        await self._log.append(self.name, [Message(None, value.encode(), 0) for value in values])

    async def committed(self) -> int | None:
        """The offset that the group goes on with after a restart."""
        return (await self._log.committed(self.group, self.name)).get(0)

    async def is_committed(self, offset: int) -> None:
        """Wait until the group has come so far."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while await self.committed() != offset:
                await asyncio.sleep(0.1)
