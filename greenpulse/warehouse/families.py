"""What a load does for each family of answers, once its polls are in silver."""

from collections.abc import Mapping
from typing import Any, Protocol

__all__ = ["FAMILY_STEPS", "Steps", "add_facts"]

FAMILY_STEPS: Mapping[str, tuple[str, ...]] = {
    "national": (
        "records_to_read",
        "national_intensity",
        "newest_national_run",
        "forecast_error",
    ),
    "regional": (
        "records_to_read",
        "regional_sightings",
        "regional_generation_mix",
        "late_regional_sightings",
        "regional_intensity",
    ),
    "generation": ("records_to_read", "generation_mix"),
}
"""Steps of ``sql/load`` that read a family, in order; families as ``families.sql`` counts them."""

_STEPS_IN_PIECES = ("late_regional_sightings",)
"""They go on behind the record that they answered with, so that their memory is bounded."""

_MOST_UNREAD_PIECES = 6
"""A load reads so many pieces of what is left unread, so that it takes seconds, not hours."""


class Steps(Protocol):
    """Whatever runs a step of ``sql/load``, as a LoadSession does."""

    def run(self, step: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Run it; return the row of its last statement."""
        ...


def add_facts(session: Steps, values: Mapping[str, Any]) -> None:
    """Add what the polls of the range say to silver; a family without news costs nothing.

    Each load also reads a few of the answers that an older version, which had no tables for
    their family, left unread.

    Args:
        session: With an open transaction, in which ``silver.poll`` has the range.
        values: At least partition_id, start_offset, end_offset, load_id.
    """
    *counts, unread_count = session.run("families", values)
    for family, count in zip(FAMILY_STEPS, counts, strict=True):
        if count:
            _add(session, family, values)
    if unread_count:
        _add_unread(session, values)


def _add_unread(session: Steps, values: Mapping[str, Any]) -> None:
    """Read some of what is left, a few at a time, as if each few were a load."""
    for piece in range(1, _MOST_UNREAD_PIECES + 1):
        unread = session.run("unread_answers", values)
        if not unread:
            return
        family, partition, start, end = unread
        few = {
            **values,
            "family": family,
            "partition_id": partition,
            "start_offset": start,
            "end_offset": end,
            "load_id": f"{values['load_id']} {piece}",
        }
        _add(session, family, few)
        session.run("answers_are_read", few)


def _add(session: Steps, family: str, values: Mapping[str, Any]) -> None:
    for step in FAMILY_STEPS[family]:
        read: tuple[Any, ...] = (-1, -1)
        while read:
            behind = {"read_partition_id": read[0], "read_offset": read[1]}
            answer = session.run(step, {**values, "family": family, **behind})
            read = answer if step in _STEPS_IN_PIECES else ()
