"""The embedded log: topics and partitions in one SQLite file, for one machine."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from greenpulse.broker.embedded_differences import embedded_differences
from greenpulse.broker.log import LogRecord, Message, OffsetBounds, TopicDifference, TopicSpec
from greenpulse.broker.log_file import Append, Fetch, LogFile, Place
from greenpulse.broker.log_thread import LogThread, Watch
from greenpulse.clock import Clock, SystemClock

__all__ = ["EmbeddedLog"]

_READ_BYTES = 16 * 1024 * 1024
_FOLLOW_BYTES = 1024 * 1024
_LOOK_SECONDS = 0.15
"""How long an append of another process stays unseen; this process's own wake at once."""
_ALL_RECORDS = 1_000_000


class EmbeddedLog:
    """A ``greenpulse.broker.log.Log`` in the SQLite file at ``path``.

    Any number of these may be open on one file, in this process and in others. Those of
    one process share one thread and one connection, so that what one appends wakes the
    others at once. Nothing is opened before the first call, and nothing is created
    before the first write: without a file the log is empty.

    Besides BrokerUnavailable, every method raises SettingsError where the file is
    damaged, is something else, or may not be written.
    """

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self._path = path
        self._clock = clock or SystemClock()
        self._thread = LogThread.of(path)
        self._is_closed = False

    async def ensure_topics(self, specs: Sequence[TopicSpec]) -> None:
        """Create the topics that are absent; safe when several start at once.

        What ``specs`` say of retention and compaction holds from now on.

        Raises:
            SettingsError: a topic exists with another partition count.
        """
        await self._thread.call(LogFile.ensure_topics, specs)

    async def compare_topics(self, specs: Sequence[TopicSpec]) -> list[TopicDifference]:
        """How existing topics differ from ``specs``; absent ones are no difference."""
        return embedded_differences(await self.topics(), specs, self._path)

    async def prove_access(self, topics: Sequence[str], group: str) -> None:
        """Do nothing: who may write the file may write every topic."""

    async def identity(self, topic: str) -> str:
        """The topic's name: none of this log is ever deleted but with its file."""
        return topic

    async def describe(self) -> str:
        """What the log is, for people."""
        return f"one SQLite file (SQLite {sqlite3.sqlite_version})"

    async def topics(self) -> list[TopicSpec]:
        """Every topic."""
        return await self._thread.call(LogFile.topics)

    async def bounds(self, topic: str) -> dict[int, OffsetBounds]:
        """Bounds of each partition; empty where the topic does not exist (none is made)."""
        return await self._thread.call(LogFile.bounds, topic)

    async def append(self, topic: str, messages: Sequence[Message]) -> list[int]:
        """Append in order; return the offsets once all are durable.

        Raises:
            SettingsError: there is no such topic.
            PermanentError: a message is over 16 MiB, or names a partition that is absent.
        """
        if not messages:
            return []
        return await self._thread.append(Append(topic, messages, self._clock.now()))

    async def read(
        self, topic: str, partition: int, first: int, *, limit_records: int = 10_000
    ) -> list[LogRecord]:
        """Records from ``first`` on, in offset order; empty at the end of the log.

        Fewer than ``limit_records`` come where they sum up to 16 MiB.
        """
        place = (topic, partition)
        fetched = await self._thread.call(
            LogFile.fetch, {place: first}, limit_records=limit_records, limit_bytes=_READ_BYTES
        )
        return fetched[place].records if place in fetched else []

    async def follow(
        self, topic: str, start: Mapping[int, int]
    ) -> AsyncIterator[tuple[int, list[LogRecord]]]:
        """Batches of all partitions as they come, from ``start`` on, without a group.

        A partition that ``start`` does not name begins at its oldest record. Never ends
        by itself.
        """
        wanted: dict[tuple[str, int], int] = {}
        with self.watching() as watch:
            while True:
                if not wanted:
                    bounds = await self.bounds(topic)
                    wanted = {(topic, number): start.get(number, 0) for number in bounds}
                fetched = await self.fetch(wanted, limit_bytes=_FOLLOW_BYTES)
                for place, fetch in fetched.items():
                    if fetch.records:
                        wanted[place] = fetch.records[-1].offset + 1
                        yield place[1], fetch.records
                if not any(fetch.records for fetch in fetched.values()):
                    await self.wait_for_append(watch, timeout_seconds=1.0)

    async def fetch(self, first: Mapping[Place, int], *, limit_bytes: int) -> dict[Place, Fetch]:
        """Read each (topic, partition) from its first offset on, up to the limit each."""
        return await self._thread.call(
            LogFile.fetch, first, limit_records=_ALL_RECORDS, limit_bytes=limit_bytes
        )

    @contextmanager
    def watching(self) -> Iterator[Watch]:
        """For ``wait_for_append``: nothing that comes within the block is missed."""
        watch = self._thread.watch()
        try:
            yield watch
        finally:
            self._thread.unwatch(watch)

    async def wait_for_append(self, watch: Watch, *, timeout_seconds: float) -> bool:
        """Whether something was appended since the last wait, or is within the time."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_seconds
        while not await watch.wait(min(_LOOK_SECONDS, deadline - loop.time())):
            if loop.time() >= deadline:
                return False
            await self._thread.look_for_changes()
        return True

    async def committed(self, group: str, topic: str) -> dict[int, int]:
        """The next offset that ``group`` wants of each partition that it committed."""
        return await self._thread.call(LogFile.committed, group, topic)

    async def commit(self, group: str, offsets: Mapping[Place, int]) -> None:
        """Keep, durably, which offset ``group`` wants next of each (topic, partition)."""
        await self._thread.call(LogFile.commit, group, offsets)

    async def expire(
        self, topic: str, partition: int, *, older_than: datetime, keep_from: int
    ) -> int:
        """Drop the records that are older than that and below ``keep_from``.

        Returns:
            How many were dropped.
        """
        dropped = 0
        while now_dropped := await self._thread.call(
            LogFile.expire, topic, partition, older_than, keep_from
        ):
            dropped += now_dropped
        return dropped

    async def clean(self, *, kept: Collection[str]) -> int:
        """Do what the topics' retention and compaction say, but leave ``kept`` alone.

        Returns:
            How many records were dropped.
        """
        dropped = 0
        for spec in await self.topics():
            if spec.name in kept:
                continue
            for number, bounds in (await self.bounds(spec.name)).items():
                if spec.is_compacted:
                    dropped += await self._thread.call(LogFile.compact, spec.name, number)
                elif spec.retention_seconds is not None:
                    age = timedelta(seconds=spec.retention_seconds)
                    dropped += await self.expire(
                        spec.name,
                        number,
                        older_than=self._clock.now() - age,
                        keep_from=bounds.end,
                    )
        return dropped

    async def close(self) -> None:
        """Free the file; later calls are an error, but for this one."""
        if not self._is_closed:
            self._is_closed = True
            await self._thread.leave()
