"""Where a range of offsets stands against what the manifest holds of its partition."""

import re
from collections.abc import Mapping
from enum import Enum

from greenpulse.warehouse.warehouse import Staged

__all__ = ["Position", "is_spent", "position_of", "stage_file_of"]

_HASH_DIGITS = 12
_STAGE_FILE = re.compile(r"p(\d{4,})_(\d{20})_(\d{20})_[0-9a-f]{12}\.json\.gz")


class Position(Enum):
    """How a range relates to the loads of its partition."""

    FOLLOWS = "follows"
    """It begins right behind the last load, or there is none: load it."""
    LIES_IN = "lies in"
    """All of it was loaded before: nothing to do."""
    NEITHER = "neither"
    """It overlaps a load in part, or leaves a gap: refuse it."""


def position_of(start_offset: int, end_offset: int, loaded: tuple[int, int] | None) -> Position:
    """Place ``start_offset..end_offset`` against ``loaded``, both ends included.

    ``loaded`` is the first and the last offset of the manifest's rows of the partition,
    which follow without a gap; None where it has none.

    >>> position_of(10, 19, loaded=(0, 9))
    <Position.FOLLOWS: 'follows'>
    """
    if loaded is None or start_offset == loaded[1] + 1:
        return Position.FOLLOWS
    if loaded[0] <= start_offset and end_offset <= loaded[1]:
        return Position.LIES_IN
    return Position.NEITHER


def stage_file_of(staged: Staged) -> str:
    """Name of the staged file: the range and its hash, so that it is never used twice."""
    span = f"{staged.start_offset:020d}_{staged.end_offset:020d}"
    return f"p{staged.partition:04d}_{span}_{staged.content_sha256[:_HASH_DIGITS]}.json.gz"


def is_spent(stage_file: str, loaded: Mapping[int, tuple[int, int]]) -> bool:
    """Whether no load can need a staged file any more, neither one to come nor one under way.

    A load takes what begins right behind the manifest's end, so it needs nothing that lies in
    what was loaded: by this file, or by one of a longer range, which took its place.

    Args:
        stage_file: Its name; one of another form than ours is not ours to judge.
        loaded: By partition, the first and the last offset that the manifest holds.

    >>> name = "p0000_00000000000000000000_00000000000000000004_0123456789ab.json.gz"
    >>> is_spent(name, {0: (0, 9)}), is_spent(name, {0: (0, 3)}), is_spent(name, {})
    (True, False, False)
    """
    found = _STAGE_FILE.fullmatch(stage_file)
    if found is None:
        return False
    partition, start, end = map(int, found.groups())
    return position_of(start, end, loaded.get(partition)) is Position.LIES_IN
