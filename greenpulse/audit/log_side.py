"""The log as the audit sees it: what it should hold of a piece, and what it does hold."""

from greenpulse.audit.chain_lines import ChainLines, digest_of
from greenpulse.audit.comparison import Holding
from greenpulse.audit.offset_ranges import overlap, span_of
from greenpulse.broker.log import Log
from greenpulse.lake.lines import bronze_lines
from greenpulse.lake.ranges import OffsetRange
from greenpulse.records import POLLS_TOPIC

__all__ = ["LogSide"]


class LogSide:
    """One partition of the log.

    Attributes:
        first: Its oldest offset; ``end`` where it is empty.
        end: The next offset to be given; 0 where there is no such partition.
        lines: Of the last piece, those that the chain does not have.
    """

    def __init__(self, log: Log, partition: int) -> None:
        self._log = log
        self._partition = partition
        self.first = 0
        self.end = 0
        self.lines: list[bytes] = []

    @property
    def span(self) -> OffsetRange | None:
        """Offsets of the records that it has."""
        return span_of(self.first, self.end - 1)

    async def look(self) -> None:
        """Ask for the bounds anew: records come, and expire."""
        bounds = (await self._log.bounds(POLLS_TOPIC)).get(self._partition)
        if bounds is not None:
            self.first, self.end = bounds.first, bounds.end

    def next_offset(self, first: int) -> int | None:
        """The first offset from ``first`` on that it should have."""
        return max(first, self.first) if first < self.end and self.span else None

    async def holding(self, piece: OffsetRange, chain: ChainLines | None) -> Holding:
        """Records of ``piece``; those that are lines of ``chain`` are not hashed again."""
        self.lines = []
        if piece.last >= self.end:
            await self.look()
        wanted = overlap(piece, self.span)
        if wanted is None:
            return Holding(None)
        offsets, digests = await self._read(wanted, chain)
        if len(offsets) < wanted.count:
            # The oldest records may have expired since the last look.
            await self.look()
        return Holding(overlap(piece, self.span), offsets, digests)

    async def _read(
        self, wanted: OffsetRange, chain: ChainLines | None
    ) -> tuple[list[int], list[str]]:
        offsets: list[int] = []
        digests: list[str] = []
        first = wanted.first
        while first <= wanted.last:
            limit = wanted.last - first + 1
            records = await self._log.read(POLLS_TOPIC, self._partition, first, limit_records=limit)
            records = [record for record in records if record.offset <= wanted.last]
            if not records:
                break
            lines = bronze_lines(POLLS_TOPIC, self._partition, records).splitlines(keepends=True)
            offsets += [record.offset for record in records]
            known = None if chain is None else chain.digests_of(records[0].offset, lines)
            self.lines += lines if known is None else []
            digests += map(digest_of, lines) if known is None else known
            first = offsets[-1] + 1
        return offsets, digests
