"""Where a range stands against what was loaded."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.staging import batch

from greenpulse.warehouse.manifest import Position, is_spent, position_of, stage_file_of

OFFSETS = st.integers(0, 50)


@pytest.mark.parametrize(
    ("start", "end", "loaded", "position"),
    [
        (0, 9, None, Position.FOLLOWS),
        (500, 509, None, Position.FOLLOWS),
        (10, 19, (0, 9), Position.FOLLOWS),
        (10, 10, (5, 9), Position.FOLLOWS),
        (0, 9, (0, 9), Position.LIES_IN),
        (3, 5, (0, 9), Position.LIES_IN),
        (9, 9, (0, 9), Position.LIES_IN),
        (5, 10, (0, 9), Position.NEITHER),
        (11, 19, (0, 9), Position.NEITHER),
        (0, 9, (5, 9), Position.NEITHER),
        (0, 4, (5, 9), Position.NEITHER),
    ],
)
def test_a_range_follows_or_was_loaded_or_is_refused(
    start: int, end: int, loaded: tuple[int, int] | None, position: Position
) -> None:
    assert position_of(start, end, loaded) is position


@given(first=OFFSETS, length=st.integers(1, 20), start=OFFSETS, more=st.integers(0, 20))
def test_what_is_loaded_stays_one_range_without_a_gap(
    first: int, length: int, start: int, more: int
) -> None:
    loaded = set(range(first, first + length))
    wanted = set(range(start, start + more + 1))

    position = position_of(start, start + more, (first, first + length - 1))

    together = sorted(loaded | wanted)
    is_one_range = together == list(range(together[0], together[-1] + 1))
    expected = {
        Position.FOLLOWS: not loaded & wanted and is_one_range and start > first,
        Position.LIES_IN: wanted <= loaded,
    }
    assert [p for p, holds in expected.items() if holds] == [p for p in expected if p is position]


def test_the_name_of_a_stage_file_is_its_range_and_its_hash() -> None:
    lines = batch(5, partition=3)

    name = stage_file_of(lines)

    digits = hashlib.sha256(lines.ndjson).hexdigest()[:12]
    assert name == f"p0003_00000000000000000005_00000000000000000009_{digits}.json.gz"


@pytest.mark.parametrize(
    ("loaded", "spent"),
    [
        ((5, 9), True),
        ((0, 100), True),
        ((0, 4), False),  # the load to come, or under way
        ((0, 8), False),  # partly loaded: one that begins behind 8 takes its place first
        ((6, 100), False),
    ],
)
def test_a_stage_file_is_spent_once_all_of_its_range_is_loaded(
    loaded: tuple[int, int], *, spent: bool
) -> None:
    name = stage_file_of(batch(5, partition=3))

    assert is_spent(name, {3: loaded, 4: (0, 1)}) is spent
    assert not is_spent(name, {4: (0, 1_000)})


@pytest.mark.parametrize("name", ["", "mine.json.gz", "p0003_5_9_0123456789ab.json.gz"])
def test_a_staged_file_that_is_not_ours_is_never_spent(name: str) -> None:
    assert not is_spent(name, {3: (0, 1_000)})
