"""A Faust consumer on the embedded log: the one member of its group."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, cast

from faust.transport.consumer import Consumer, RecordMap
from faust.types import TP, ConsumerMessage
from mode.utils.times import Seconds

from greenpulse.broker.embedded_log import EmbeddedLog
from greenpulse.broker.embedded_topics import declare_topic
from greenpulse.broker.log import LogRecord
from greenpulse.broker.partitioning import partition_of_key
from greenpulse.broker.worker_lock import WorkerLock
from greenpulse.errors import BrokerUnavailable

__all__ = ["EmbeddedConsumer"]

_MEMBER = "worker"
_LOG_APPEND_TIME = 1
_AWAY_SECONDS = 1.0


class _Cluster:
    """What Faust's assignor asks of a cluster."""

    def __init__(self, partition_counts: Mapping[str, int]) -> None:
        self._partition_counts = partition_counts

    def partitions_for_topic(self, topic: str) -> set[int]:
        return set(range(self._partition_counts.get(topic, 0)))


class EmbeddedConsumer(Consumer):
    """Behaves as a Kafka consumer that is alone in its group.

    It gets all partitions of the topics that it subscribes to; the rebalance that comes
    with it calls the same methods and signals, in the same order, as on Kafka. A
    partition that was never committed begins at the log's start.
    """

    def __post_init__(self) -> None:
        """Open nothing yet."""
        super().__post_init__()
        path = cast("Any", self.transport).path
        self._embedded_log = EmbeddedLog(path)
        self._worker_lock = WorkerLock(path)
        self._has_locked = False
        self._rebalance_lock = asyncio.Lock()
        self._assigned: set[TP] = set()
        self._positions: dict[TP, int] = {}
        self._ends: dict[TP, int] = {}
        self._partition_counts: dict[str, int] = {}

    async def on_start(self) -> None:
        """Become the log's one worker.

        Raises:
            SettingsError: another process is.
        """
        self._has_locked = self._worker_lock.acquire()
        await super().on_start()

    async def on_shutdown(self) -> None:
        """Let another process be the log's worker."""
        await super().on_shutdown()
        await self._embedded_log.close()
        if self._has_locked:
            self._worker_lock.release()

    # -- membership

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Ask for all partitions of ``topics``; they are assigned soon after."""
        # Faust's assignment callback waits for the end of this call.
        self.add_future(self._rebalance(set(topics)))

    async def _rebalance(self, topics: set[str]) -> None:
        async with self._rebalance_lock:
            specs = await self._embedded_log.topics()
            self._partition_counts = {spec.name: spec.partitions for spec in specs}
            for topic in sorted(topics - set(self._partition_counts)):
                self.log.warning("there is no topic %r: nothing is read from it", topic)
            self.app.on_rebalance_start()
            await self.on_partitions_revoked(set(self._assigned))
            self._assigned = self._assign(topics)
            self._positions.clear()
            generation = self.app.consumer_generation_id + 1
            self.app.consumer_generation_id = generation
            await self.on_partitions_assigned(set(self._assigned), generation)

    def _assign(self, topics: set[str]) -> set[TP]:
        """Let Faust's own assignor hand all partitions to the one member, as on Kafka."""
        assignor = cast("Any", self.app.assignor)
        assignments = assignor.assign(
            _Cluster(self._partition_counts), {_MEMBER: assignor.metadata(topics)}
        )
        assignor.on_assignment(assignments[_MEMBER])
        return {
            TP(topic, number)
            for topic, numbers in assignments[_MEMBER].assignment
            for number in numbers
        }

    def assignment(self) -> set[TP]:
        """The partitions assigned now."""
        return set(self._assigned)

    def close(self) -> None:
        """Nothing is left open that ``on_shutdown`` does not close."""

    # -- fetching

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> RecordMap:  # noqa: ASYNC109 - Faust's
        deadline = self.loop.time() + timeout
        with self._embedded_log.watching() as watch:
            while self.flow_active and not self.should_stop:
                try:
                    if fetched := await self._fetch(active_partitions):
                        return fetched
                    rest = deadline - self.loop.time()
                    if rest <= 0 or not await self._embedded_log.wait_for_append(
                        watch, timeout_seconds=rest
                    ):
                        break
                except BrokerUnavailable as error:
                    self.log.warning("%s", error)
                    await self.sleep(_AWAY_SECONDS)
        return {}

    async def _fetch(self, active_partitions: set[TP] | None) -> RecordMap:
        partitions = self._assigned if active_partitions is None else active_partitions
        wanted = {tp: self._positions[tp] for tp in partitions if tp in self._positions}
        fetched = await self._embedded_log.fetch(
            wanted, limit_bytes=self.app.conf.consumer_max_fetch_size
        )
        delivered: dict[TP, list[LogRecord]] = {}
        for tp, position in wanted.items():
            fetch = fetched.get(tp)
            # A seek meanwhile makes what was read before it stale.
            if fetch is None or self._positions.get(tp) != position:
                continue
            self._ends[tp] = fetch.end
            if fetch.records:
                self._positions[tp] = fetch.records[-1].offset + 1
                delivered[tp] = fetch.records
        return delivered

    def _to_message(self, tp: TP, record: LogRecord) -> ConsumerMessage:
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            record.offset,
            record.appended_at.timestamp(),
            _LOG_APPEND_TIME,
            headers=None,
            key=record.key,
            value=record.value,
            checksum=None,
            tp=tp,
            generation_id=self.app.consumer_generation_id,
        )

    # -- positions

    async def position(self, tp: TP) -> int | None:
        """The offset that is fetched next."""
        return self._positions.get(tp)

    async def _seek(self, partition: TP, offset: int) -> None:
        self._positions[partition] = offset

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        """Go to an offset in each partition."""
        for tp, offset in partitions.items():
            await self.seek(tp, offset)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Go to the committed offsets, else to the log's start; return where that is."""
        starts = dict(await self.earliest_offsets(*self._assigned))
        for topic in {tp.topic for tp in self._assigned}:
            committed = await self._embedded_log.committed(self.app.conf.id, topic)
            for number, offset in committed.items():
                tp = TP(topic, number)
                if tp in starts:
                    starts[tp] = max(offset, starts[tp])
        self._positions.update(starts)
        return starts

    async def earliest_offsets(self, *partitions: TP) -> Mapping[TP, int]:
        """The oldest offset that the log still has of each partition."""
        return {tp: first for tp, (first, _) in (await self._bounds(partitions)).items()}

    async def highwaters(self, *partitions: TP) -> Mapping[TP, int]:
        """The next offset that each partition will give."""
        return {tp: end for tp, (_, end) in (await self._bounds(partitions)).items()}

    async def _bounds(self, partitions: Iterable[TP]) -> dict[TP, tuple[int, int]]:
        found = {}
        for topic in {tp.topic for tp in partitions}:
            for number, bounds in (await self._embedded_log.bounds(topic)).items():
                found[TP(topic, number)] = (bounds.first, bounds.end)
        return {tp: found[tp] for tp in partitions if tp in found}

    def highwater(self, tp: TP) -> int:
        """The next offset that the partition will give, as of the last fetch."""
        return self._ends.get(tp, 0)

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        try:
            await self._embedded_log.commit(self.app.conf.id, offsets)
        except BrokerUnavailable as error:
            self.log.warning("%s", error)
            return False
        return True

    # -- topics

    def _new_topicpartition(self, topic: str, partition: int) -> TP:
        return TP(topic, partition)

    def topic_partitions(self, topic: str) -> int | None:
        """The number of partitions; None where there is no such topic."""
        return self._partition_counts.get(topic)

    def key_partition(
        self, topic: str, key: bytes | None, partition: int | None = None
    ) -> int | None:
        """The partition of a record with ``key``; None where it cannot be known."""
        count = self._partition_counts.get(topic)
        if partition is not None or key is None or count is None:
            return partition
        return partition_of_key(key, count)

    async def create_topic(
        self,
        topic: str,
        partitions: int,
        replication: int,  # noqa: ARG002 - Faust's
        *,
        retention: Seconds | None = None,
        compacting: bool | None = None,
        **_: object,
    ) -> None:
        """Create a topic where it is absent."""
        await declare_topic(self._embedded_log, topic, partitions, retention, compacting)
