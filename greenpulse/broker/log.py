"""The log as everything but Faust sees it: commands, the archive's tail check, the pages."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

__all__ = [
    "RECORD_BYTES",
    "Consequence",
    "Log",
    "LogRecord",
    "Message",
    "OffsetBounds",
    "TopicDifference",
    "TopicSpec",
    "sentences",
    "size_of",
]


RECORD_BYTES = 200
"""Of the object, its offset, its time, and around key and value."""


class LogRecord(NamedTuple):
    """One record of one partition, bytes untouched.

    A tuple, since it is built in half the time of a dataclass, a hundred thousand times a second.
    """

    offset: int
    appended_at: datetime
    """The record's timestamp in the log: aware, UTC, whole milliseconds."""
    key: bytes | None
    value: bytes | None


def size_of(records: Iterable[LogRecord]) -> int:
    """Bytes that ``records`` take of memory, about: more than keys and values, even if empty."""
    return sum([RECORD_BYTES + len(key or b"") + len(value or b"") for _, _, key, value in records])


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


class Consequence(StrEnum):
    """What ``Log.ensure_topics`` makes of a topic that is not as it is wanted."""

    REFUSED = "refused"
    """It cannot be mended and endangers what is promised: nothing starts on it."""
    MENDED = "mended"
    SAID = "said"
    """It is a matter of taste, or to mend it could lose records."""


@dataclass(frozen=True, slots=True)
class TopicDifference:
    """How one topic differs from what is wanted, in one setting."""

    topic: str
    setting: str
    found: str
    wanted: str
    consequence: Consequence
    way_out: str

    @property
    def what(self) -> str:
        """What differs and what to do, whichever topic it is."""
        return f"{self.setting} is {self.found}, want {self.wanted}: {self.way_out}"


def sentences(differences: Iterable[TopicDifference]) -> list[str]:
    """One sentence for each difference, with the way out; what several topics share, once."""
    topics: dict[str, list[str]] = {}
    for difference in differences:
        topics.setdefault(difference.what, []).append(f"'{difference.topic}'")
    return [
        f"topic{'s' if len(names) > 1 else ''} {', '.join(names)}: {what}"
        for what, names in topics.items()
    ]


class Log(Protocol):
    """Topics with partitions; what is acknowledged survives kill -9.

    All methods raise BrokerUnavailable where the log cannot be reached or does not
    acknowledge, and no other transient error.
    """

    async def ensure_topics(self, specs: Sequence[TopicSpec]) -> None:
        """Create the topics that are absent and mend the others; several may at once.

        Raises:
            SettingsError: topics exist and differ in what cannot be mended, such as the
                partition count; each difference is named.
        """
        ...

    async def compare_topics(self, specs: Sequence[TopicSpec]) -> list[TopicDifference]:
        """How existing topics differ from ``specs``; absent ones are no difference."""
        ...

    async def prove_access(self, topics: Sequence[str], group: str) -> None:
        """See that this user may read and write ``topics`` as a member of ``group``.

        Raises:
            SettingsError: names each right that is not given.
        """
        ...

    async def identity(self, topic: str) -> str:
        """What changes when ``topic`` is deleted and made anew; empty where it is absent."""
        ...

    async def describe(self) -> str:
        """What the log is, for people: product, release, size."""
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
