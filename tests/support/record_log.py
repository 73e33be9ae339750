"""A log of one partition that a test fills, expires and recreates."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from greenpulse.broker.log import LogRecord, OffsetBounds

__all__ = ["RecordLog", "make_records"]

_START_AT = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def make_records(
    first: int, count: int, *, of: str = "grid", value_bytes: int = 0
) -> list[LogRecord]:
    """Records from offset ``first`` on; ``of`` tells the values of two logs apart."""
    return [
        LogRecord(
            offset,
            _START_AT + timedelta(milliseconds=10 * offset),
            b"national",
            b'{"of":"%b","number":%d,"filler":"%b"}' % (of.encode(), offset, b"x" * value_bytes),
        )
        for offset in range(first, first + count)
    ]


class RecordLog:
    """What the archive sees of a log with one partition, 0."""

    def __init__(self, records: Sequence[LogRecord] = (), *, first: int = 0) -> None:
        self.records = list(records)
        self.first = self.records[0].offset if self.records else first
        self.topic_identity = "first"

    @property
    def end(self) -> int:
        """The next offset to be given."""
        return self.records[-1].offset + 1 if self.records else self.first

    def expire_before(self, offset: int) -> None:
        """Forget what lies before ``offset``."""
        self.first = offset
        self.records = [record for record in self.records if record.offset >= offset]

    def since(self, offset: int, count: int = 1_000_000) -> list[LogRecord]:
        """What a consumer gets from ``offset`` on."""
        return [record for record in self.records if record.offset >= offset][:count]

    async def identity(self, topic: str) -> str:
        assert topic == "greenpulse.polls"
        return self.topic_identity

    async def bounds(self, topic: str) -> dict[int, OffsetBounds]:
        assert topic == "greenpulse.polls"
        return {0: OffsetBounds(self.first, max(self.end, self.first))}

    async def read(
        self, topic: str, partition: int, first: int, *, limit_records: int = 10_000
    ) -> list[LogRecord]:
        assert (topic, partition) == ("greenpulse.polls", 0)
        return self.since(first, limit_records)
