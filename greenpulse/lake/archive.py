"""The archive: records in offset order become a chain of bronze files, each offset once.

The store is the authority on what is archived, the consumer group's offset a hint. What
is not durable is only in memory here, and is read again from the log after any failure.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from greenpulse.clock import Clock
from greenpulse.errors import ChainBroken
from greenpulse.lake.buffer import Batch, Buffer, rising_from
from greenpulse.lake.claims import Claims
from greenpulse.lake.lines import Record
from greenpulse.lake.origin import Origin
from greenpulse.lake.ranges import OffsetRange, holes_between
from greenpulse.lake.resume import find_end, first_readable, refuse_recreated, same_lake
from greenpulse.lake.rotation import RotationPolicy, RotationReason
from greenpulse.lake.store import Store
from greenpulse.lake.verification import refuse_broken
from greenpulse.lake.writer import ChainEnd, ChainWriter, WrittenFile

__all__ = ["Archive", "Held", "WrittenFile"]


@dataclass(frozen=True, slots=True)
class Held:
    """What of one partition is only in memory."""

    records: int
    bytes: int
    oldest_seconds: float
    """Since its first record came; 0 where nothing is held."""


@dataclass(slots=True)
class _Lane:
    """One open partition: the chain, the file being filled, and those closed before it."""

    writer: ChainWriter
    identity: str
    """Of the topic that the records come from."""
    buffer: Buffer
    resume_at: int
    """Not below this offset is anything wanted: what lies before is accepted as lost."""
    closed: deque[Batch] = field(default_factory=deque)
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)

    def oldest_to_write(self) -> Batch | None:
        """What of the oldest closed file is not durable yet; those that are, are let go."""
        while self.closed:
            rest = self.closed[0].after(self.writer.end.offset)
            if rest is not None:
                return rest
            self.closed.popleft()
        return None


class Archive:
    """Archives the partitions of one topic that are assigned to this worker.

    Args:
        store: Where the chains lie.
        log: Where the records come from.
        clock: Monotonic time for windows and pauses.
        topic: Whose records.
        writer: Name of this worker, for the metadata.
        rotation: When a file is closed.
        verify: ``full`` walks and hashes the whole chain before a partition is opened.
    """

    def __init__(  # noqa: PLR0913 - the composition root names each of them
        self,
        store: Store,
        log: Origin,
        clock: Clock,
        *,
        topic: str,
        writer: str,
        rotation: RotationPolicy,
        verify: Literal["tail", "full"] = "tail",
    ) -> None:
        self._store = store
        self._log = log
        self._clock = clock
        self._claims = Claims(store)
        self._topic = topic
        self._writer = writer
        self._rotation = rotation
        self._verify = verify
        self._lanes: dict[int, _Lane] = {}
        self._lake_id: str | None = None
        """Of the lake in which the first partition was opened."""

    async def open(self, partition: int) -> int:
        """Find where the chain ends and take on ``partition`` from there, afresh.

        Returns:
            The next offset wanted of the log.

        Raises:
            LogMismatch: chain and log are not of one origin; says the way out.
            ChainBroken: the last file is damaged (with ``full``, any).
            PermanentError: the log has lost offsets that no file holds; says how to accept
                that. Or the lake was emptied, or made anew, since a partition was opened.
            TransientError: store or log cannot be reached.
        """
        self._lanes.pop(partition, None)
        self._lake_id = await same_lake(self._claims, self._lake_id)
        if self._verify == "full":
            await refuse_broken(self._store, self._topic, partition)
        # Before the log is compared with the chain: what comes later is seen by ``write``.
        identity = await self._log.identity(self._topic)
        end = await self._find_end(partition)
        wanted = await first_readable(
            self._log, self._claims, self._topic, partition, end.offset + 1
        )
        writer = ChainWriter(
            self._store,
            self._clock,
            topic=self._topic,
            partition=partition,
            writer=self._writer,
            end=end,
        )
        self._lanes[partition] = _Lane(
            writer, identity, Buffer(end.offset + 1, self._rotation), wanted
        )
        return wanted

    async def add(self, partition: int, records: Sequence[Record]) -> None:
        """Take ``records`` of an open partition; what got full waits for ``write``.

        Records delivered before are dropped.

        Raises:
            ChainBroken: offsets before ``records`` were not delivered, though the log has
                them; nothing was taken: deliver from ``next_offset`` on.
            PermanentError: they cannot be read any more, as with ``open``.
        """
        lane = self._lane(partition)
        fresh, holes = self._fresh(partition, records)
        if holes:
            # Where another worker wrote them in the meantime, nothing is missing.
            await self._catch_up(partition, lane)
            fresh, holes = self._fresh(partition, records)
            for hole in holes:
                await self._explain(partition, hole)
        lane.closed += lane.buffer.fill(fresh, self._clock.monotonic())

    def close(self, partition: int, reason: RotationReason) -> None:
        """Let the file that is being filled end here, where it has records."""
        lane = self._lane(partition)
        lane.closed += lane.buffer.close(reason)

    async def write(self, partition: int) -> WrittenFile | None:
        """Write the oldest closed file of an open partition, or what of it is not durable.

        One at a time, in order, whoever calls. Meanwhile ``add`` fills the next ones.

        Returns:
            The file that became durable; None where none is closed.

        Raises:
            LogMismatch: the topic was made anew; nothing of it was written.
            PermanentError: the chain cannot be written, as ``ChainWriter.write`` says.
        """
        lane = self._lane(partition)
        async with lane.writing:
            rest = lane.oldest_to_write()
            if rest is None:
                return None
            await refuse_recreated(self._log, self._topic, partition, lane.identity)
            written = await lane.writer.write(rest)
            lane.buffer.move_to(lane.writer.end.offset + 1)
            lane.oldest_to_write()
            return written

    def drop(self, partition: int) -> None:
        """Forget what is held of ``partition``; it is wanted again from ``durable_offset`` on."""
        lane = self._lanes.get(partition)
        if lane is not None:
            lane.closed.clear()
            # Whoever was trying to write has been told to give up.
            lane.writer.trouble = None
            lane.resume_at = lane.writer.end.offset + 1
            lane.buffer = Buffer(lane.resume_at, self._rotation)

    def due(self) -> list[int]:
        """Partitions whose window is over."""
        now = self._clock.monotonic()
        return sorted(p for p, lane in self._lanes.items() if lane.buffer.is_due(now))

    def held(self, partition: int) -> Held:
        """What of ``partition`` is only in memory; nothing where it is not open."""
        lane = self._lanes.get(partition)
        if lane is None:
            return Held(0, 0, 0.0)
        buffers: list[Batch | Buffer] = [*lane.closed]
        if lane.buffer.records:
            buffers.append(lane.buffer)
        opened_at = min((held.opened_at for held in buffers), default=None)
        return Held(
            sum(len(held.records) for held in buffers),
            sum(held.size_bytes for held in buffers),
            0.0 if opened_at is None else self._clock.monotonic() - opened_at,
        )

    def next_offset(self, partition: int) -> int:
        """The next offset wanted of an open partition: behind what is durable or held."""
        lane = self._lane(partition)
        return max(lane.buffer.next_offset, lane.resume_at)

    def durable_offset(self, partition: int) -> int:
        """Where the chain of an open partition ends; one before its base without a file."""
        return self._lane(partition).writer.end.offset

    @property
    def trouble(self) -> str | None:
        """Why the store takes no files, in one sentence, while it does not."""
        troubles = (lane.writer.trouble for lane in self._lanes.values())
        return next((trouble for trouble in troubles if trouble), None)

    def _lane(self, partition: int) -> _Lane:
        try:
            return self._lanes[partition]
        except KeyError:
            message = f"want an open partition, got {partition}"
            raise ValueError(message) from None

    def _fresh(
        self, partition: int, records: Sequence[Record]
    ) -> tuple[Sequence[Record], list[OffsetRange]]:
        """What of ``records`` is wanted, and what is left out before and within it."""
        wanted = self.next_offset(partition)
        fresh = rising_from(wanted, records)
        return fresh, holes_between(wanted, [record.offset for record in fresh])

    async def _catch_up(self, partition: int, lane: _Lane) -> None:
        """Move to where the chain ends now; what is held and lies before is durable."""
        async with lane.writing:
            lane.writer.end = await self._find_end(partition)
            lane.buffer.move_to(lane.writer.end.offset + 1)

    async def _find_end(self, partition: int) -> ChainEnd:
        return await find_end(self._store, self._log, self._claims, self._topic, partition)

    async def _explain(self, partition: int, hole: OffsetRange) -> None:
        """See that ``hole`` cannot be read any more and is accepted as lost."""
        readable = await first_readable(self._log, self._claims, self._topic, partition, hole.first)
        if readable <= hole.last:
            message = (
                f"archiving partition {partition} of '{self._topic}': offsets {readable} to "
                f"{hole.last} were not delivered, and the log has them"
            )
            raise ChainBroken(message)
