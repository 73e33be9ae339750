"""Ranges of offsets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenpulse.lake.ranges import (
    OffsetRange,
    holes_between,
    not_covered,
    read_ranges,
    write_ranges,
)

RANGES = st.builds(
    lambda first, more: OffsetRange(first, first + more), st.integers(0, 40), st.integers(0, 9)
)


def offsets_of(*ranges: OffsetRange) -> set[int]:
    return {offset for span in ranges for offset in range(span.first, span.last + 1)}


@given(st.lists(RANGES))
def test_ranges_are_read_as_they_were_written(ranges: list[OffsetRange]) -> None:
    assert read_ranges(write_ranges(ranges)) == ranges


@pytest.mark.parametrize("text", ["3", "3-", "-1-2", "3-4;", "3-4,", "a-b", "4-3", " 3-4"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="want"):
        read_ranges(text)


@given(st.integers(0, 10), st.sets(st.integers(10, 60)))
def test_holes_and_offsets_together_are_the_whole_span(start: int, offsets: set[int]) -> None:
    holes = holes_between(start, sorted(offsets))

    end = max(offsets, default=start - 1)
    assert offsets_of(*holes) == set(range(start, end + 1)) - offsets
    assert sum(hole.count for hole in holes) == len(offsets_of(*holes))


@given(RANGES, st.lists(RANGES))
def test_what_is_not_covered_begins_and_ends_with_offsets_that_are_not(
    span: OffsetRange, covers: list[OffsetRange]
) -> None:
    rest = not_covered(span, covers)

    open_offsets = offsets_of(span) - offsets_of(*covers)
    expected = (min(open_offsets), max(open_offsets)) if open_offsets else None
    assert (rest and (rest.first, rest.last)) == expected


def test_a_range_holds_at_least_one_offset() -> None:
    with pytest.raises(ValueError, match=r"want 0 <= first <= last, got 4\.\.3"):
        OffsetRange(4, 3)
