"""Polls on their way to the log, held in memory while it is away."""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable

from tenacity import AsyncRetrying, retry_if_exception_type, wait_exponential, wait_random

from greenpulse.clock import Clock
from greenpulse.errors import GreenpulseError, TransientError
from greenpulse.records import Poll

__all__ = ["MOST_HELD_BYTES", "Outbox"]

MOST_HELD_BYTES = 64 << 20

_LOGGER = logging.getLogger(__name__)
_BYTES_BESIDE_BODY = 2048
_WAIT = wait_exponential(multiplier=0.2, max=5) + wait_random(0, 0.5)


class Outbox:
    """Sends the polls of each family in order, each as often as it takes.

    ``put`` never waits. What goes beyond ``most_held_bytes`` is given up: the newest, so
    that what is held stays without a hole.
    """

    def __init__(
        self,
        families: Iterable[str],
        send: Callable[[Poll], Awaitable[None]],
        clock: Clock,
        *,
        on_given_up: Callable[[Poll], None] = lambda _: None,
        most_held_bytes: int = MOST_HELD_BYTES,
    ) -> None:
        self._queues: dict[str, asyncio.Queue[Poll]] = {f: asyncio.Queue() for f in set(families)}
        self._send = send
        self._clock = clock
        self._on_given_up = on_given_up
        self._most_held_bytes = most_held_bytes
        self.held_bytes = 0
        """Memory of the polls that are not sent yet."""
        self.given_up = 0
        """Polls that were lost, since nobody took them in time."""
        self.waits_for: str | None = None
        """Why the last attempt to send failed; None since one succeeded."""

    def put(self, poll: Poll) -> None:
        """Send ``poll`` behind those of its family that came before."""
        if self.held_bytes + _size_of(poll) > self._most_held_bytes:
            self._give_up(poll, f"{self.held_bytes} bytes are held: {self.waits_for}")
            return
        self.held_bytes += _size_of(poll)
        self._queues[poll.family].put_nowait(poll)

    async def run(self) -> None:
        """Send for ever; cancel it to end."""
        async with asyncio.TaskGroup() as senders:
            for queue in self._queues.values():
                senders.create_task(self._send_all(queue))

    async def drain(self, seconds: float) -> None:
        """Wait until all is sent while ``run`` runs, but not longer than ``seconds``."""
        drained = asyncio.create_task(self._join())
        deadline = asyncio.create_task(self._clock.sleep(seconds))
        await asyncio.wait({drained, deadline}, return_when=asyncio.FIRST_COMPLETED)
        for task in (drained, deadline):
            task.cancel()
        await asyncio.wait({drained, deadline})

    async def _join(self) -> None:
        for queue in self._queues.values():
            await queue.join()

    async def _send_all(self, queue: asyncio.Queue[Poll]) -> None:
        while True:
            poll = await queue.get()
            try:
                await self._send_until_taken(poll)
            except GreenpulseError as error:
                self._give_up(poll, str(error))
            self.held_bytes -= _size_of(poll)
            queue.task_done()

    async def _send_until_taken(self, poll: Poll) -> None:
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(TransientError), wait=_WAIT, sleep=self._clock.sleep
        ):
            with attempt:
                await self._try_to_send(poll)

    async def _try_to_send(self, poll: Poll) -> None:
        try:
            await self._send(poll)
        except TransientError as error:
            self.waits_for = str(error)
            raise
        self.waits_for = None

    def _give_up(self, poll: Poll, reason: str) -> None:
        self.given_up += 1
        self._on_given_up(poll)
        _LOGGER.error(
            "poll_given_up series=%s scheduled_at=%s reason=%r",
            poll.series,
            poll.scheduled_at,
            reason,
        )


def _size_of(poll: Poll) -> int:
    texts = (poll.body, poll.body_base64, poll.error)
    return _BYTES_BESIDE_BODY + sum(sys.getsizeof(text) for text in texts if text)
