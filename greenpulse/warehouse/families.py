"""What a load does for each family of answers, once its polls are in silver."""

from collections.abc import Mapping
from typing import Any, Protocol

__all__ = ["FAMILY_STEPS", "Steps", "add_facts"]

FAMILY_STEPS: Mapping[str, tuple[str, ...]] = {
    "national": ("national_intensity", "forecast_error"),
    "regional": (
        "regional_sightings",
        "late_regional_sightings",
        "regional_intensity",
        "regional_generation_mix",
    ),
    "generation": ("generation_mix",),
}
"""Steps of ``sql/load`` that read a family, in their order."""

_STEPS_IN_PIECES = ("late_regional_sightings",)
"""They go on behind the record that they answered with, so that their memory is bounded."""


class Steps(Protocol):
    """Whatever runs a step of ``sql/load``, as a LoadSession does."""

    def run(self, step: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Run it; return the row of its last statement."""
        ...


def add_facts(session: Steps, values: Mapping[str, Any]) -> None:
    """Add what the polls of the range say to silver; a family without news costs nothing.

    Where a family's tables are empty, all of its polls are read: an older version, which
    had no such tables, may have loaded some.

    Args:
        session: With an open transaction, in which ``silver.poll`` has the range.
        values: At least partition_id, start_offset, end_offset, load_id.
    """
    national, regional, generation, knows_regional, knows_generation = session.run(
        "families", values
    )
    if national:
        _add(session, "national", values)
    for family, count, is_known in (
        ("regional", regional, knows_regional),
        ("generation", generation, knows_generation),
    ):
        if count and is_known:
            _add(session, family, values)
        elif count:
            _add_all(session, family, values)


def _add_all(session: Steps, family: str, values: Mapping[str, Any]) -> None:
    """Read all polls of ``family``, a few at a time, as if each few were a load."""
    read: tuple[Any, ...] = (-1, -1)
    piece = 0
    while unread := session.run("unread_polls", {"family": family, **_behind(read)}):
        partition, start, end = unread
        read, piece = (partition, end), piece + 1
        few = {
            "partition_id": partition,
            "start_offset": start,
            "end_offset": end,
            "load_id": f"{values['load_id']} {piece}",
        }
        _add(session, family, {**values, **few})


def _add(session: Steps, family: str, values: Mapping[str, Any]) -> None:
    for step in FAMILY_STEPS[family]:
        read: tuple[Any, ...] = (-1, -1)
        while read:
            answer = session.run(step, {**values, **_behind(read)})
            read = answer if step in _STEPS_IN_PIECES else ()


def _behind(read: tuple[Any, ...]) -> dict[str, Any]:
    return {"read_partition_id": read[0], "read_offset": read[1]}
