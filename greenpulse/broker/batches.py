"""The batches of one partition that are in flight: in which order, and how far done."""

from collections import deque
from dataclasses import dataclass

__all__ = ["BatchRange", "BatchesInFlight"]

_FETCHES_IN_VAIN = 20


@dataclass(slots=True)
class BatchRange:
    """Offsets ``first..last``, both included, that were handed to the agent together."""

    first: int
    last: int
    size_bytes: int = 0
    """Of what it holds in memory until it is done."""
    is_acknowledged: bool = False
    is_forgotten: bool = False
    """Its records are delivered again, or were done by another worker."""


class BatchesInFlight:
    """Guards the sequence of one partition's batches and knows what may be committed.

    A fetch may come out of sequence: stale after a seek, or from before a rebalance.
    What is in flight is a queue of ranges, so that no commit can pass an open one.
    """

    def __init__(self, next_offset: int | None = None) -> None:
        self.next_offset = next_offset
        """What the next batch has to begin with; None: whatever comes first."""
        self._ranges: deque[BatchRange] = deque()
        self._done_end: int | None = None
        self._fetches_in_vain = 0
        self.held_bytes = 0
        """Of the batches that were handed out and are not done."""

    def forget(self) -> None:
        """Forget what is in flight; acknowledging it has no effect any more."""
        for taken in self._ranges:
            taken.is_forgotten = True
        self._ranges.clear()
        self.held_bytes = 0

    def begin_at(self, offset: int, *, is_done_below: bool = False) -> None:
        """Expect ``offset`` next and forget what is in flight.

        Where all below ``offset`` is known to be done, that may be committed.
        """
        self.next_offset = offset
        self.forget()
        self._done_end = offset if is_done_below else None
        self._fetches_in_vain = 0

    def is_behind(self, last: int) -> bool:
        """Whether a batch that ends with ``last`` was all delivered before."""
        return self.next_offset is not None and last < self.next_offset

    def is_ahead(self, first: int) -> bool:
        """Whether a batch that begins with ``first`` leaves a hole."""
        return self.next_offset is not None and first > self.next_offset

    def offset_to_fetch_again(self, first: int, log_start: int) -> int | None:
        """Where to fetch again instead of taking a batch that leaves a hole.

        Args:
            first: Of the batch.
            log_start: The oldest offset that the log has now.

        Returns:
            None where the hole is real and the batch has to be taken: the log has lost
            its records, or never gives them in many fetches (a transaction's markers).
        """
        wanted = max(self.next_offset or 0, log_start)
        if first <= wanted or self._fetches_in_vain >= _FETCHES_IN_VAIN:
            return None
        self._fetches_in_vain += 1
        return wanted

    def take(self, first: int, last: int, size_bytes: int = 0) -> BatchRange:
        """Put a batch behind the others."""
        taken = BatchRange(first, last, size_bytes)
        self._ranges.append(taken)
        self.held_bytes += size_bytes
        self.next_offset = last + 1
        self._fetches_in_vain = 0
        return taken

    def acknowledge_through(self, offset: int) -> None:
        """All records up to ``offset`` are done, also where it lies within a batch."""
        while self._ranges and self._ranges[0].first <= offset:
            front = self._ranges[0]
            if front.last > offset:
                front.first = self._done_end = offset + 1
            else:
                self._let_go()

    def committable(self) -> int | None:
        """The offset up to which, itself excluded, all is done; None where nothing is new."""
        while self._ranges and self._ranges[0].is_acknowledged:
            self._let_go()
        return self._done_end

    def _let_go(self) -> None:
        done = self._ranges.popleft()
        self._done_end = done.last + 1
        self.held_bytes -= done.size_bytes
