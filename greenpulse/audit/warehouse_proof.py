"""Warehouses beside the chain, without the log: is each of them just what bronze says?"""

from collections.abc import AsyncIterator, Callable, Sequence
from itertools import pairwise

from greenpulse.audit.chain_lines import ChainLines, grouped
from greenpulse.audit.comparison import Difference, Holding, Kind, Place
from greenpulse.audit.offset_ranges import ranges_of, span_of
from greenpulse.audit.report import merged
from greenpulse.audit.warehouse_side import WarehouseSide
from greenpulse.errors import ChainBroken
from greenpulse.lake.ranges import OffsetRange
from greenpulse.lake.verification import ChainPart

__all__ = ["ChainProof"]


class ChainProof:
    """Holds some warehouses against one partition's chain, which is read once, every hash.

    Args:
        partition: Which one.
        parts: Its chain, as ``ChainReader.verify`` gives it.
        sides: The warehouses; each is held to what its manifest says is loaded.
        advance: Told how many records were compared.
    """

    def __init__(
        self,
        partition: int,
        parts: AsyncIterator[ChainPart],
        sides: Sequence[WarehouseSide],
        advance: Callable[[int], None],
    ) -> None:
        self._partition = partition
        self._parts = parts
        self._sides = sides
        self._advance = advance
        self._found: list[list[Difference]] = [[] for _ in sides]
        self.in_chain: OffsetRange | None = None
        """First and last offset of the chain."""
        self.records = 0
        """In the chain."""

    async def run(self) -> list[list[Difference]]:
        """Where each of the warehouses differs from the chain, in the order of ``sides``.

        Raises:
            ChainBroken: the chain itself is not whole, so that it proves nothing.
        """
        next_offset = 0
        async for group in grouped(self._parts):
            self._refuse_broken(group)
            piece = OffsetRange(next_offset, group.last)
            for side, found in zip(self._sides, self._found, strict=True):
                found.extend(await self._compare(piece, group, side))
            first = group.first if self.in_chain is None else self.in_chain.first
            self.in_chain = OffsetRange(first, group.last)
            self.records += len(group.offsets)
            self._advance(len(group.offsets))
            next_offset = group.last + 1
        for side, found in zip(self._sides, self._found, strict=True):
            found.extend(await self._behind(side, next_offset))
        return [merged(found) for found in self._found]

    def _refuse_broken(self, group: ChainLines) -> None:
        for part in group.parts:
            if part.problems:
                message = (
                    f"reading partition {self._partition} of the lake: {part.problems[0]}; put it "
                    "back from a copy"
                )
                raise ChainBroken(message)

    async def _compare(
        self, piece: OffsetRange, group: ChainLines, side: WarehouseSide
    ) -> list[Difference]:
        chain = group.holding(piece)
        rows = await side.holding(piece, [chain], group.lines)
        last = -1 if side.loaded is None else side.loaded.last
        return _differences(chain, rows, last) + await side.prove(group.offsets, group.lines)

    async def _behind(self, side: WarehouseSide, next_offset: int) -> list[Difference]:
        """What the warehouse has behind the chain, and loads that do not fit."""
        extra: list[OffsetRange] = []
        loaded_beyond = span_of(next_offset, -1 if side.loaded is None else side.loaded.last)
        if loaded_beyond is not None:
            rows = await side.holding(loaded_beyond)
            extra += ranges_of(rows.offsets)
        extra += await side.rest()
        found = [Difference(Place.WAREHOUSE, Kind.EXTRA, span) for span in extra]
        return found + await side.finish_proof()


def _differences(chain: Holding, rows: Holding, last_loaded: int) -> list[Difference]:
    """What is wrong with ``rows``, which should be those of ``chain`` up to the last load."""
    if rows.offsets == chain.offsets and rows.digests == chain.digests:
        return []
    digests = dict(zip(chain.offsets, chain.digests, strict=True))
    present = set(rows.offsets)
    wrong = {
        Kind.MISSING: (o for o in digests if o <= last_loaded and o not in present),
        Kind.EXTRA: (o for o in present if o not in digests),
        Kind.DOUBLED: (one for one, other in pairwise(rows.offsets) if one == other),
        Kind.ALTERED: (
            offset
            for offset, digest in zip(rows.offsets, rows.digests, strict=True)
            if digests.get(offset, digest) != digest
        ),
    }
    return [
        Difference(Place.WAREHOUSE, kind, span)
        for kind, offsets in wrong.items()
        for span in ranges_of(offsets)
    ]
