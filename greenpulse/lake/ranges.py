"""Ranges of offsets, both ends included, and what is missing between them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["OffsetRange", "holes_between", "not_covered", "read_ranges", "write_ranges"]

_RANGES = re.compile(r"\d+-\d+(?:,\d+-\d+)*")


@dataclass(frozen=True, slots=True, order=True)
class OffsetRange:
    """Offsets ``first..last`` of one partition, both ends included."""

    first: int
    last: int

    def __post_init__(self) -> None:
        if not 0 <= self.first <= self.last:
            message = f"want 0 <= first <= last, got {self.first}..{self.last}"
            raise ValueError(message)

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"

    @property
    def count(self) -> int:
        """How many offsets the range has."""
        return self.last - self.first + 1


def write_ranges(ranges: Iterable[OffsetRange]) -> str:
    """Write ranges as ``missing-offsets`` holds them.

    >>> write_ranges([OffsetRange(3, 7), OffsetRange(9, 9)])
    '3-7,9-9'
    """
    return ",".join(str(span) for span in ranges)


def read_ranges(text: str) -> list[OffsetRange]:
    """Read what ``write_ranges`` wrote; the empty text has no ranges.

    Raises:
        ValueError: ``text`` is no such list.
    """
    if not text:
        return []
    if not _RANGES.fullmatch(text):
        message = f"want ranges such as 3-7,9-9, got {text!r}"
        raise ValueError(message)
    return [OffsetRange(*map(int, span.split("-"))) for span in text.split(",")]


def holes_between(start: int, offsets: Sequence[int]) -> list[OffsetRange]:
    """What ``offsets``, which rise from ``start`` or later, leave out from ``start`` on.

    >>> holes_between(3, [5, 6, 9])
    [OffsetRange(first=3, last=4), OffsetRange(first=7, last=8)]
    """
    if not offsets or offsets[-1] - start + 1 == len(offsets):
        return []
    wanted = [start, *(offset + 1 for offset in offsets)]
    return [
        OffsetRange(want, offset - 1)
        for want, offset in zip(wanted, offsets, strict=False)
        if offset > want
    ]


def not_covered(span: OffsetRange, covers: Iterable[OffsetRange]) -> OffsetRange | None:
    """What of ``span`` lies in none of ``covers``, as one range; None where all of it does.

    >>> not_covered(OffsetRange(3, 9), [OffsetRange(6, 7), OffsetRange(0, 4)])
    OffsetRange(first=5, last=9)
    """
    first, last = span.first, span.last
    for cover in sorted(covers):
        if cover.first <= first <= cover.last:
            first = cover.last + 1
    for cover in sorted(covers, key=lambda cover: cover.last, reverse=True):
        if cover.first <= last <= cover.last:
            last = cover.first - 1
    return OffsetRange(first, last) if first <= last else None
