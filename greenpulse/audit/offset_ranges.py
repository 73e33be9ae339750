"""Arithmetic of offset ranges: exact, and as cheap for a million offsets as for one."""

from collections.abc import Iterable, Sequence

from greenpulse.lake.ranges import OffsetRange

__all__ = ["joined", "overlap", "ranges_of", "span_of", "without"]


def span_of(first: int, last: int) -> OffsetRange | None:
    """The range ``first..last``; None where it holds nothing."""
    return OffsetRange(first, last) if first <= last else None


def overlap(one: OffsetRange | None, other: OffsetRange | None) -> OffsetRange | None:
    """What both ranges hold; None where that is nothing.

    >>> overlap(OffsetRange(0, 9), OffsetRange(7, 12))
    OffsetRange(first=7, last=9)
    """
    if one is None or other is None:
        return None
    return span_of(max(one.first, other.first), min(one.last, other.last))


def joined(spans: Iterable[OffsetRange]) -> list[OffsetRange]:
    """The fewest ranges that hold the same offsets, in order.

    >>> joined([OffsetRange(4, 6), OffsetRange(0, 3), OffsetRange(9, 9)])
    [OffsetRange(first=0, last=6), OffsetRange(first=9, last=9)]
    """
    result: list[OffsetRange] = []
    for span in sorted(spans):
        if result and span.first <= result[-1].last + 1:
            before = result.pop()
            result.append(OffsetRange(before.first, max(before.last, span.last)))
        else:
            result.append(span)
    return result


def ranges_of(offsets: Iterable[int]) -> list[OffsetRange]:
    """The fewest ranges that hold exactly ``offsets``, in order; each may come often.

    >>> ranges_of([3, 1, 2, 7, 7])
    [OffsetRange(first=1, last=3), OffsetRange(first=7, last=7)]
    """
    result: list[OffsetRange] = []
    first = last = None
    for offset in sorted(set(offsets)):
        if first is None or last is None:
            first = last = offset
        elif offset == last + 1:
            last = offset
        else:
            result.append(OffsetRange(first, last))
            first = last = offset
    if first is not None and last is not None:
        result.append(OffsetRange(first, last))
    return result


def without(spans: Iterable[OffsetRange], taken: Sequence[OffsetRange]) -> list[OffsetRange]:
    """What of ``spans`` lies in none of ``taken``, in order.

    >>> without([OffsetRange(0, 9)], [OffsetRange(3, 4), OffsetRange(8, 12)])
    [OffsetRange(first=0, last=2), OffsetRange(first=5, last=7)]
    """
    cuts = joined(taken)
    result: list[OffsetRange] = []
    index = 0
    for span in joined(spans):
        first = span.first
        while index < len(cuts) and cuts[index].last < first:
            index += 1
        following = index
        while following < len(cuts) and cuts[following].first <= span.last:
            if first < cuts[following].first:
                result.append(OffsetRange(first, cuts[following].first - 1))
            first = max(first, cuts[following].last + 1)
            following += 1
        if first <= span.last:
            result.append(OffsetRange(first, span.last))
    return result
