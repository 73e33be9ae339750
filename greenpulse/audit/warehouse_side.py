"""The warehouse as the audit sees it: rows of a piece, and loads that prove the chain."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from greenpulse.audit.chain_lines import digest_of
from greenpulse.audit.comparison import Difference, Holding
from greenpulse.audit.load_proof import LoadProof
from greenpulse.audit.offset_ranges import overlap, ranges_of
from greenpulse.audit.warehouse_rows import RowCursor, loaded_ranges, loads_of
from greenpulse.lake.ranges import OffsetRange
from greenpulse.warehouse.warehouse import LoadedOffset, Warehouse

__all__ = ["WarehouseSide"]


class WarehouseSide:
    """One partition of the warehouse.

    Args:
        warehouse: Where its rows are.
        partition: Which one.
        loaded: First and last offset in the manifest, seen before the chain was read.
    """

    def __init__(self, warehouse: Warehouse, partition: int, loaded: OffsetRange | None) -> None:
        self._warehouse = warehouse
        self._partition = partition
        self.loaded = loaded
        self._last = -1 if loaded is None else loaded.last
        self._rows = RowCursor(warehouse, partition)
        self._proof = LoadProof(loads_of(warehouse, partition, last=self._last))

    async def next_offset(self) -> int | None:
        """Offset of the next row; None where there is no more."""
        return await self._rows.next_offset()

    async def holding(
        self,
        piece: OffsetRange,
        others: Sequence[Holding] = (),
        lines: Sequence[bytes] = (),
    ) -> Holding:
        """The rows of ``piece``; pieces come in order.

        A warehouse that does not keep the bytes of a line has digests of its own kind. A row
        that has the one of a line gets what stands for this line elsewhere.

        Args:
            piece: Up to where.
            others: What other places hold of it.
            lines: Lines of ``piece`` that others have, each ended by LF.
        """
        rows = await self._of_known_loads(await self._rows.take(piece.last))
        same = {digest for other in others for digest in other.digests}
        if any(row.digest not in same for row in rows):
            by_row_digest = {self._warehouse.digest_of(line[:-1]): line for line in lines}
            rows = [self._like(row, by_row_digest) for row in rows]
        return Holding(
            overlap(piece, self.loaded),
            [row.offset for row in rows for _ in range(row.row_count)],
            [row.digest for row in rows for _ in range(row.row_count)],
        )

    @staticmethod
    def _like(row: LoadedOffset, lines: Mapping[str, bytes]) -> LoadedOffset:
        line = lines.get(row.digest)
        return row if line is None else replace(row, digest=digest_of(line))

    async def rest(self) -> list[OffsetRange]:
        """Rows behind all pieces that no load holds."""
        offsets: list[int] = []
        while (offset := await self._rows.next_offset()) is not None:
            rows = await self._of_known_loads(await self._rows.take(offset))
            offsets += [row.offset for row in rows]
        return ranges_of(offsets)

    async def prove(self, offsets: Sequence[int], lines: Sequence[bytes]) -> list[Difference]:
        """Hold the next lines of the chain against the manifest."""
        return await self._proof.feed(offsets, lines)

    def skip_proof(self, span: OffsetRange) -> None:
        """The chain has no lines of ``span``, so loads of it prove nothing."""
        self._proof.skip(span)

    async def finish_proof(self) -> list[Difference]:
        """What of the last loads does not fit."""
        return await self._proof.finish()

    async def _of_known_loads(self, rows: list[LoadedOffset]) -> list[LoadedOffset]:
        """``rows`` without those that were loaded since the manifest was seen."""
        if not rows or rows[-1].offset <= self._last:
            return rows
        # Asked after the rows were read: what was committed with them is in it.
        loaded = (await loaded_ranges(self._warehouse)).get(self._partition)
        last = self._last if loaded is None else loaded.last
        return [row for row in rows if not self._last < row.offset <= last]
