"""The log, as far as the archive needs it. ``greenpulse.broker.log.Log`` is one."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from greenpulse.lake.lines import Record

__all__ = ["Bounds", "Origin"]


class Bounds(Protocol):
    """What a partition of the log holds: ``first <= offset < end``."""

    @property
    def first(self) -> int:
        """The oldest offset still there; ``end`` where the partition is empty."""
        ...

    @property
    def end(self) -> int:
        """The next offset to be given."""
        ...


class Origin(Protocol):
    """Where the records of a chain come from.

    All methods raise a TransientError where the log cannot be reached.
    """

    async def identity(self, topic: str) -> str:
        """What changes when ``topic`` is deleted and made anew."""
        ...

    async def bounds(self, topic: str) -> Mapping[int, Bounds]:
        """Bounds of each partition; empty where there is no such topic."""
        ...

    async def read(
        self, topic: str, partition: int, first: int, *, limit_records: int = ...
    ) -> Sequence[Record]:
        """Records from ``first`` on; offsets that the log no longer has are left out."""
        ...
