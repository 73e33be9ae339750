"""The manifest as a witness: what was loaded is what the chain still says."""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import AsyncIterator, Sequence

from greenpulse.audit.comparison import Difference, Kind, Place
from greenpulse.audit.offset_ranges import overlap, span_of
from greenpulse.audit.warehouse_rows import ManifestLoad
from greenpulse.lake.ranges import OffsetRange

__all__ = ["LoadProof"]


class LoadProof:
    """Proves the loads of one partition against the chain's lines, which come in order.

    Args:
        loads: In the order of their offsets.
    """

    def __init__(self, loads: AsyncIterator[ManifestLoad]) -> None:
        self._loads = loads
        self._load: ManifestLoad | None = None
        self._is_begun = False
        self._hash = hashlib.sha256()
        self._count = 0
        self._unreadable: list[OffsetRange] = []

    async def feed(self, offsets: Sequence[int], lines: Sequence[bytes]) -> list[Difference]:
        """Take the next lines of the chain, each ended by LF; say what does not fit."""
        differences = []
        index = 0
        while index < len(offsets):
            differences += await self._open(offsets[index])
            if self._load is None:
                break
            first = bisect_left(offsets, self._load.span.first, index)
            index = bisect_right(offsets, self._load.span.last, first)
            self._hash.update(b"".join(lines[first:index]))
            self._count += index - first
        return differences

    def skip(self, span: OffsetRange) -> None:
        """Offsets that the chain should have and has not: loads of them prove nothing."""
        self._unreadable.append(span)

    async def finish(self) -> list[Difference]:
        """Say what of the last loads does not fit; nothing more is fed."""
        differences = []
        while self._load is not None or not self._is_begun:
            differences += await self._advance()
        return differences

    async def _open(self, offset: int) -> list[Difference]:
        """Go to the load that ``offset`` is of, or to the next one."""
        differences = []
        while not self._is_begun or (self._load is not None and self._load.span.last < offset):
            differences += await self._advance()
        return differences

    async def _advance(self) -> list[Difference]:
        differences = [] if self._load is None else self._check(self._load)
        before, self._load = self._load, await anext(self._loads, None)
        self._is_begun = True
        self._hash = hashlib.sha256()
        self._count = 0
        if before is not None and self._load is not None:
            differences += _sequence(before.span, self._load.span)
        return differences

    def _check(self, load: ManifestLoad) -> list[Difference]:
        self._unreadable = [span for span in self._unreadable if span.last >= load.span.first]
        if any(overlap(span, load.span) for span in self._unreadable):
            return []
        if self._count != load.record_count:
            reason = f"the manifest counts {load.record_count} records, the chain {self._count}"
        elif self._hash.hexdigest() != load.content_sha256:
            reason = "the manifest has another content_sha256 than the chain's lines"
        else:
            return []
        return [Difference(Place.WAREHOUSE, Kind.ALTERED, load.span, reason)]


def _sequence(before: OffsetRange, after: OffsetRange) -> list[Difference]:
    if hole := span_of(before.last + 1, after.first - 1):
        reason = "no load in the manifest holds them"
        return [Difference(Place.WAREHOUSE, Kind.MISSING, hole, reason)]
    if both := overlap(before, after):
        reason = "two loads in the manifest hold them"
        return [Difference(Place.WAREHOUSE, Kind.DOUBLED, both, reason)]
    return []
