"""A Faust producer whose flush is whole, changelogs included."""

import asyncio
from contextlib import suppress

from faust.transport.producer import Producer
from faust.types import FutureMessage

from greenpulse.broker.patience import PATIENCE_SECONDS

__all__ = ["FlushingProducer"]


class FlushingProducer(Producer):
    """Mixed into a producer of Faust's: ``flush`` also waits for what tables sent.

    A table hands its changelog records to a buffer, and the buffer's own flush returns
    when they have left it, not when they are durable. Faust flushes before it commits, so
    that with this class a commit runs ahead of a table only where the broker is away.
    """

    def __post_init__(self) -> None:
        """Begin with nothing unpublished."""
        super().__post_init__()
        self._unpublished: set[FutureMessage] = set()

    def send_soon(self, fut: FutureMessage) -> None:
        """Hand a message to the buffer; a flush waits until it is durable."""
        self._unpublished.add(fut)
        fut.add_done_callback(self._unpublished.discard)
        super().send_soon(fut)

    async def flush(self) -> None:
        """Wait until all that was sent is durable, or has failed; 3 s at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                await super().flush()
                if self._unpublished:
                    await asyncio.wait(set(self._unpublished))
