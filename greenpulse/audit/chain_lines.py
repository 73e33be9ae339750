"""Some consecutive files of a chain, read: their lines in offset order, with digests."""

import hashlib
from bisect import bisect_left, bisect_right
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from greenpulse.audit.comparison import Holding
from greenpulse.lake.ranges import OffsetRange
from greenpulse.lake.verification import ChainPart

__all__ = ["ChainLines", "digest_of", "grouped"]

_GROUP_RECORDS = 10_000
_GROUP_BYTES = 16 << 20


@dataclass(slots=True)
class ChainLines:
    """Lines of neighbouring files; none where the chain has no readable file."""

    first: int
    last: int
    """Inclusive."""
    parts: list[ChainPart] = field(default_factory=list)
    offsets: list[int] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    """Each ended by LF."""
    digests: list[str] = field(default_factory=list)
    size_bytes: int = 0

    @property
    def is_sound(self) -> bool:
        """Whether all hashes of its files fit."""
        return not any(part.problems for part in self.parts)

    def holding(self, piece: OffsetRange) -> Holding:
        """The lines of ``piece``."""
        first = bisect_left(self.offsets, piece.first)
        taken = slice(first, bisect_right(self.offsets, piece.last, first))
        return Holding(piece, self.offsets[taken], self.digests[taken])

    def lines_of(self, piece: OffsetRange) -> list[bytes]:
        """The lines of ``piece``, each ended by LF."""
        first = bisect_left(self.offsets, piece.first)
        return self.lines[first : bisect_right(self.offsets, piece.last, first)]

    def digests_of(self, first: int, lines: list[bytes]) -> list[str] | None:
        """Digests of ``lines``, where the chain has just these from offset ``first`` on."""
        index = bisect_left(self.offsets, first)
        same = slice(index, index + len(lines))
        return self.digests[same] if self.lines[same] == lines else None

    def next_offset(self, first: int) -> int | None:
        """The first offset from ``first`` on that has a line."""
        index = bisect_left(self.offsets, first)
        return self.offsets[index] if index < len(self.offsets) else None

    def add(self, part: ChainPart) -> None:
        """Put the lines of the next file behind the others."""
        self.last = max(self.last, part.last_offset)
        self.parts.append(part)
        self.offsets += part.offsets
        self.lines += part.lines
        self.digests += [digest_of(line) for line in part.lines]
        self.size_bytes += sum(map(len, part.lines))


def digest_of(line: bytes) -> str:
    """What stands for a record: hex sha256 of its line without the LF."""
    return hashlib.sha256(line[:-1]).hexdigest()


async def grouped(parts: AsyncIterator[ChainPart]) -> AsyncIterator[ChainLines]:
    """Small files together, so that each question to log and warehouse is worth it.

    A file that is absent or cannot be read stands alone, as does one that begins within
    the file before it.
    """
    group: ChainLines | None = None
    async for part in parts:
        is_next = group is not None and part.first_offset == group.last + 1
        if group is not None and (not is_next or part.file is None or _is_full(group)):
            yield group
            group = None
        if group is None:
            group = ChainLines(part.first_offset, part.last_offset)
        group.add(part)
        if part.file is None:
            yield group
            group = None
    if group is not None:
        yield group


def _is_full(group: ChainLines) -> bool:
    return len(group.offsets) >= _GROUP_RECORDS or group.size_bytes >= _GROUP_BYTES
