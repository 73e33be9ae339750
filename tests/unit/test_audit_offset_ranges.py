"""Ranges of offsets mean the same as the sets of offsets that they stand for."""

from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from greenpulse.audit.offset_ranges import joined, overlap, ranges_of, without
from greenpulse.lake.ranges import OffsetRange

offsets = st.integers(0, 60)
ranges = st.builds(
    lambda first, count: OffsetRange(first, first + count), offsets, st.integers(0, 9)
)


def members(spans: Iterable[OffsetRange]) -> set[int]:
    return {offset for span in spans for offset in range(span.first, span.last + 1)}


def are_fewest(spans: list[OffsetRange]) -> bool:
    """Whether no two of them could be one, and they are in order."""
    return all(one.last + 1 < two.first for one, two in pairwise(spans))


@given(st.lists(offsets))
def test_ranges_of_hold_exactly_the_given_offsets(given_offsets: list[int]) -> None:
    result = ranges_of(given_offsets)

    assert members(result) == set(given_offsets)
    assert are_fewest(result)


@given(st.lists(ranges))
def test_joining_ranges_keeps_what_they_hold(spans: list[OffsetRange]) -> None:
    result = joined(spans)

    assert members(result) == members(spans)
    assert are_fewest(result)


@given(st.lists(ranges), st.lists(ranges))
def test_taking_ranges_away_leaves_the_difference_of_the_sets(
    spans: list[OffsetRange], taken: list[OffsetRange]
) -> None:
    result = without(spans, taken)

    assert members(result) == members(spans) - members(taken)


@given(st.none() | ranges, st.none() | ranges)
def test_an_overlap_is_what_both_hold(one: OffsetRange | None, other: OffsetRange | None) -> None:
    result = overlap(one, other)

    both = members([one] if one else []) & members([other] if other else [])
    assert members([result] if result else []) == both
