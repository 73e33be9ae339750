"""The embedded log's operations, blocking: topics, records, committed offsets."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from greenpulse.broker import sqlite_schema as sql
from greenpulse.broker.embedded_differences import move_away
from greenpulse.broker.log import LogRecord, Message, OffsetBounds, TopicSpec, sentences, size_of
from greenpulse.broker.refusals import no_such_topic, other_partition_count, place_messages
from greenpulse.broker.sqlite_file import SqliteFile
from greenpulse.broker.stored_value import inflate_value, stored_value
from greenpulse.errors import GreenpulseError, SettingsError

__all__ = ["Append", "Fetch", "LogFile", "Place"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EXPIRE_AT_ONCE = 5_000
"""Records that one transaction drops, so that appends never wait long."""

Place = TypeVar("Place", bound=tuple[str, int])
"""A topic and the number of one of its partitions."""
_Row = tuple[int, int, bytes | None, int, bytes | None]


@dataclass(frozen=True, slots=True)
class Append:
    """Messages that become durable together, in order."""

    topic: str
    messages: Sequence[Message]
    appended_at: datetime


@dataclass(frozen=True, slots=True)
class Fetch:
    """What one partition holds from an offset on: some records, and where it ends."""

    records: list[LogRecord]
    end: int


@dataclass(frozen=True, slots=True)
class _Topic:
    topic_id: int
    spec: TopicSpec
    partition_ids: list[int]
    """By partition number."""


@dataclass(slots=True)
class _Tail:
    next_offset: int
    last_appended_ms: int


class LogFile:
    """The log at ``path``, for one thread. Raises our errors only."""

    def __init__(self, path: Path) -> None:
        self._file = SqliteFile(path)
        self._topics: dict[str, _Topic] = {}
        self._learnt_at_opening = 0
        self._keyless = 0

    def topics(self) -> list[TopicSpec]:
        """Every topic, in the order of creation."""
        with self._file.reading("listing the topics") as connection:
            if connection is not None:
                self._learn_topics(connection)
                return [topic.spec for topic in self._topics.values()]
            return []

    def ensure_topics(self, specs: Sequence[TopicSpec]) -> None:
        """Create what is absent, and take over what ``specs`` say of retention.

        Raises:
            SettingsError: a topic has another partition count.
        """
        with self._file.writing("creating topics") as connection:
            self._learn_topics(connection)
            for spec in specs:
                known = self._topics.get(spec.name)
                if known is None:
                    _create_topic(connection, spec)
                elif known.spec.partitions != spec.partitions:
                    refused = other_partition_count(
                        spec, known.spec.partitions, move_away(self._file.path)
                    )
                    raise SettingsError("\n".join(sentences([refused])))
                elif known.spec != spec:
                    values = (spec.retention_seconds, spec.is_compacted, known.topic_id)
                    connection.execute(sql.UPDATE_TOPIC, values)
            self._learn_topics(connection)

    def bounds(self, topic: str) -> dict[int, OffsetBounds]:
        """Bounds of each partition; empty where there is no such topic."""
        with self._file.reading(f"looking up {topic!r}") as connection:
            known = self._topic(connection, topic)
            if connection is None or known is None:
                return {}
            return {
                number: OffsetBounds(*connection.execute(sql.BOUNDS, (partition_id,)).fetchone())
                for number, partition_id in enumerate(known.partition_ids)
            }

    def append(self, appends: Sequence[Append]) -> list[list[int] | GreenpulseError]:
        """Make all of ``appends`` durable at once.

        Returns:
            For each append its offsets, or why it was refused; a refused one leaves no
            record and does not touch the others.
        """
        outcomes: list[list[int] | GreenpulseError] = []
        with self._file.writing(f"appending to {appends[0].topic!r}") as connection:
            tails: dict[int, _Tail] = {}
            for append in appends:
                try:
                    partition_ids = self._place(connection, append)
                except GreenpulseError as refusal:
                    outcomes.append(refusal)
                else:
                    outcomes.append(_write(connection, append, partition_ids, tails))
            connection.executemany(
                sql.MOVE_TAIL,
                [(t.next_offset, t.last_appended_ms, number) for number, t in tails.items()],
            )
        return outcomes

    def fetch(
        self,
        first: Mapping[Place, int],
        *,
        limit_records: int,
        limit_bytes: int,
    ) -> dict[Place, Fetch]:
        """Read each (topic, partition) from its first offset on, up to both limits each.

        Of a partition that has records at least one comes, whatever its size; partitions
        that are not there are left out.
        """
        fetched = {}
        with self._file.reading(f"reading {sorted(first)!r}") as connection:
            for place, offset in first.items():
                name, number = place
                known = self._topic(connection, name)
                if connection is None or known is None or number >= len(known.partition_ids):
                    continue
                partition_id = known.partition_ids[number]
                tail = connection.execute(sql.TAIL, (partition_id,)).fetchone()
                rows = connection.execute(sql.READ, (partition_id, offset, limit_records))
                fetched[place] = Fetch(_records(rows, limit_bytes), tail[0])
        return fetched

    def expire(self, topic: str, partition: int, older_than: datetime, keep_from: int) -> int:
        """Drop some of the oldest records that are older, and below ``keep_from``.

        Returns:
            How many; 0 when there is nothing more to drop.
        """
        older_than_ms = _milliseconds(older_than)
        with self._file.writing(f"expiring records of {topic!r}") as connection:
            known = self._topic(connection, topic)
            if known is None:
                return 0
            partition_id = known.partition_ids[partition]
            oldest = connection.execute(sql.OLDEST, (partition_id, _EXPIRE_AT_ONCE)).fetchall()
            expired = [offset for offset, ms in oldest if ms < older_than_ms and offset < keep_from]
            if expired:
                connection.execute(sql.DROP_THROUGH, (partition_id, expired[-1]))
            return len(expired)

    def compact(self, topic: str, partition: int) -> int:
        """Drop the records whose key has a newer one; return how many."""
        with self._file.writing(f"compacting {topic!r}") as connection:
            known = self._topic(connection, topic)
            if known is None:
                return 0
            values = {"partition_id": known.partition_ids[partition]}
            return connection.execute(sql.COMPACT, values).rowcount

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """The next offset that ``group`` wants of each partition that it committed."""
        with self._file.reading(f"looking up the offsets of {group!r}") as connection:
            known = self._topic(connection, topic)
            if connection is None or known is None:
                return {}
            return dict(connection.execute(sql.COMMITTED, (group, known.topic_id)).fetchall())

    def commit(self, group: str, offsets: Mapping[Place, int]) -> None:
        """Keep, durably, which offset ``group`` wants next of each (topic, partition)."""
        with self._file.writing(f"committing offsets of {group!r}") as connection:
            for place, next_offset in offsets.items():
                name, number = place
                known = self._topic(connection, name)
                if known is not None:
                    values = (group, known.partition_ids[number], next_offset)
                    connection.execute(sql.COMMIT, values)

    def has_changed(self) -> bool:
        """Whether another program has written to the file since this was last asked."""
        return self._file.has_changed()

    def close(self) -> None:
        """Close the file; the next call opens it again."""
        self._file.close()

    def _topic(self, connection: sqlite3.Connection | None, name: str) -> _Topic | None:
        if connection is None:
            return None
        if name not in self._topics or self._learnt_at_opening != self._file.openings:
            self._learn_topics(connection)
        return self._topics.get(name)

    def _learn_topics(self, connection: sqlite3.Connection) -> None:
        self._topics.clear()
        self._learnt_at_opening = self._file.openings
        for name, topic_id, count, retention, is_compacted, partition_id in connection.execute(
            sql.TOPICS
        ):
            spec = TopicSpec(name, count, retention, bool(is_compacted))
            topic = self._topics.setdefault(name, _Topic(topic_id, spec, []))
            topic.partition_ids.append(partition_id)

    def _place(self, connection: sqlite3.Connection, append: Append) -> list[int]:
        """The partition id of each message."""
        topic = self._topic(connection, append.topic)
        if topic is None:
            raise no_such_topic(append.topic, str(self._file.path))
        count = topic.spec.partitions
        numbers = place_messages(append.topic, append.messages, count, self._keyless)
        self._keyless += len(numbers)
        return [topic.partition_ids[number] for number in numbers]


def _create_topic(connection: sqlite3.Connection, spec: TopicSpec) -> None:
    values = (spec.name, spec.partitions, spec.retention_seconds, spec.is_compacted)
    topic_id = connection.execute(sql.INSERT_TOPIC, values).lastrowid
    numbers = range(spec.partitions)
    connection.executemany(sql.INSERT_PARTITION, [(topic_id, number) for number in numbers])


def _write(
    connection: sqlite3.Connection,
    append: Append,
    partition_ids: Sequence[int],
    tails: dict[int, _Tail],
) -> list[int]:
    """Give each message the next offset of its partition, and insert it."""
    now_ms = _milliseconds(append.appended_at)
    rows = []
    for partition_id, message in zip(partition_ids, append.messages, strict=True):
        tail = tails.get(partition_id)
        if tail is None:
            tail = _Tail(*connection.execute(sql.TAIL, (partition_id,)).fetchone())
            tails[partition_id] = tail
        offset, tail.next_offset = tail.next_offset, tail.next_offset + 1
        # The wall clock may jump back; the log's time does not.
        tail.last_appended_ms = max(tail.last_appended_ms, now_ms)
        is_deflated, value = stored_value(message.value)
        rows.append((partition_id, offset, tail.last_appended_ms, message.key, is_deflated, value))
    connection.executemany(sql.INSERT_RECORD, rows)
    return [row[1] for row in rows]


def _records(rows: Iterable[_Row], limit_bytes: int) -> list[LogRecord]:
    """The records of ``rows``, until they take ``limit_bytes``; the first one in any case."""
    records: list[LogRecord] = []
    size_bytes = 0
    last_ms, appended_at = 0, _EPOCH
    for offset, appended_ms, key, is_deflated, stored in rows:
        if appended_ms != last_ms:
            last_ms, appended_at = appended_ms, _EPOCH + timedelta(milliseconds=appended_ms)
        value = inflate_value(stored) if is_deflated and stored is not None else stored
        record = LogRecord(offset, appended_at, key, value)
        size_bytes += size_of([record])
        if records and size_bytes > limit_bytes:
            break
        records.append(record)
    return records


def _milliseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
