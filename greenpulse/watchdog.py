"""Ends a worker that stands still, so that whatever started it starts it again.

Two things are watched from a thread of their own: that the event loop turns, and that
partitions with something to archive advance. Faust's own watchdog only logs, and can never
fire (tests/unit/test_broker_faust_dangers.py). Nothing is lost: what is not durable is read
again.
"""

import logging
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from greenpulse.status import PartitionStatus

__all__ = ["STANDSTILL", "Advance", "Watchdog"]

log = logging.getLogger(__name__)

_LOOKS = 10
"""How often the watchdog looks within its patience."""

STANDSTILL = 3
"""Exit code of a worker that its watchdog ended."""


@dataclass(slots=True)
class _Seen:
    archived_offset: int | None
    at: float


class Advance:
    """Which partitions ought to advance and have not for too long, and nobody knows why.

    One that is open ought to while it has a backlog; one that is not, unless its trouble
    is known. So a consumer that slowly dies is noticed, and a recovery that never ends.

    Args:
        patience_seconds: How long a partition with a backlog may stand still.
        opens_slowly: Whether opening one may take any time, as to verify a whole chain does.
    """

    def __init__(self, patience_seconds: float, *, opens_slowly: bool = False) -> None:
        self._patience_seconds = patience_seconds
        self._opens_slowly = opens_slowly
        self._seen: dict[int, _Seen] = {}

    def standing(self, partitions: Mapping[int, PartitionStatus], now: float) -> list[int]:
        """Partitions that stand still at ``now`` (monotonic seconds), after this look."""
        standing = []
        for partition, status in partitions.items():
            seen = self._seen.get(partition)
            ought_to = self._ought_to_advance(status)
            if seen is None or seen.archived_offset != status.archived_offset or not ought_to:
                self._seen[partition] = _Seen(status.archived_offset, now)
            elif now - seen.at > self._patience_seconds:
                standing.append(partition)
        return standing

    def begin_again(self) -> None:
        """Give every partition all its patience: what held them all up is over, or known."""
        self._seen.clear()

    def _ought_to_advance(self, status: PartitionStatus) -> bool:
        if status.is_open:
            return _is_behind(status)
        return not (status.has_trouble or self._opens_slowly)


def _is_behind(status: PartitionStatus) -> bool:
    return (
        status.log_end_offset is not None
        and status.archived_offset is not None
        and status.log_end_offset > status.archived_offset + 1
    )


class Watchdog:
    """A thread that calls ``end`` when nobody has called ``beat`` for too long.

    Args:
        patience_seconds: The longest pause between two beats.
        end: Ends the process; by default at once and without clean-up, since a loop
            that stands still would never finish one.
    """

    def __init__(
        self,
        patience_seconds: float,
        monotonic: Callable[[], float],
        end: Callable[[int], None] = os._exit,
    ) -> None:
        self._patience_seconds = patience_seconds
        self._monotonic = monotonic
        self._end = end
        self._beat_at = monotonic()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self.beat()
        self._thread.start()

    def beat(self) -> None:
        """Say that the event loop turns and that its work advances."""
        self._beat_at = self._monotonic()

    @property
    def silence_seconds(self) -> float:
        """Since the last beat; beyond the patience the worker is ended."""
        return self._monotonic() - self._beat_at

    def stop(self) -> None:
        """End the watch; a worker may take its time to stop."""
        self._stopped.set()

    def _watch(self) -> None:
        looked_at = self._monotonic()
        while not self._stopped.wait(self._patience_seconds / _LOOKS):
            now = self._monotonic()
            was_stopped = now - looked_at > self._patience_seconds / 2
            looked_at = now
            if was_stopped:
                # Not the loop alone stood still but this thread, too (SIGSTOP, a frozen
                # machine): the loop gets all its time again.
                self.beat()
            still_seconds = now - self._beat_at
            if still_seconds > self._patience_seconds:
                log.critical(
                    "worker_stood_still seconds=%.0f: ending it; start it again", still_seconds
                )
                self._end(STANDSTILL)
                return
