"""The log as everything but Faust sees it: commands, the archive's tail check, the pages."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

__all__ = ["Log", "LogRecord", "Message", "OffsetBounds", "TopicSpec"]


@dataclass(frozen=True, slots=True)
class LogRecord:
    """One record of one partition, bytes untouched."""

    offset: int
    appended_at: datetime
    """The record's timestamp in the log: aware, UTC, whole milliseconds."""
    key: bytes | None
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Message:
    """What a producer hands in; ``partition`` None: by the hash of the key."""

    key: bytes | None
    value: bytes | None
    partition: int | None = None


@dataclass(frozen=True, slots=True)
class OffsetBounds:
    """What a partition holds: ``first <= offset < end``."""

    first: int
    """The oldest offset still there; equal to ``end`` where the partition is empty."""
    end: int
    """The high-water mark: the next offset to be given."""


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as it is wanted. ``retention_seconds`` None: for ever."""

    name: str
    partitions: int
    retention_seconds: float | None = None
    is_compacted: bool = False


class Log(Protocol):
    """Topics with partitions; what is acknowledged survives kill -9.

    All methods raise BrokerUnavailable where the log cannot be reached or does not
    acknowledge, and no other transient error.
    """

    async def ensure_topics(self, specs: Sequence[TopicSpec]) -> None:
        """Create the topics that are absent; safe when several start at once.

        Raises:
            SettingsError: a topic exists with another partition count.
        """
        ...

    async def bounds(self, topic: str) -> dict[int, OffsetBounds]:
        """Bounds of each partition; empty where the topic does not exist (none is made)."""
        ...

    async def append(self, topic: str, messages: Sequence[Message]) -> list[int]:
        """Append in order; return the offsets once all are durable.

        Keys decide the partition as Kafka's default partitioner does (murmur2) where a
        message names none. The broker gives the timestamps (log append time).
        """
        ...

    async def read(
        self, topic: str, partition: int, first: int, *, limit_records: int = 10_000
    ) -> list[LogRecord]:
        """Records from ``first`` on, in offset order; empty at the end of the log only.

        Offsets that the log no longer has are left out: the list then starts later.
        """
        ...

    def follow(
        self, topic: str, start: Mapping[int, int]
    ) -> AsyncIterator[tuple[int, list[LogRecord]]]:
        """Batches of all partitions as they come, from ``start`` on, without a group.

        A partition that ``start`` does not name begins at its oldest record. Never ends
        by itself.
        """
        ...

    async def committed(self, group: str, topic: str) -> dict[int, int]:
        """The next offset that ``group`` wants of each partition that it committed."""
        ...

    async def close(self) -> None:
        """Free connections and files; later calls are an error."""
        ...
