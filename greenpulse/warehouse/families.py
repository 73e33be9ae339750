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
"""Steps of ``sql/load`` that read a family, in the order of the columns of ``families``."""

_STEPS_IN_PIECES = ("late_regional_sightings",)
"""They go on behind the record that they answered with, so that their memory is bounded."""


class Steps(Protocol):
    """Whatever runs a step of ``sql/load``, as a LoadSession does."""

    def run(self, step: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Run it; return the row of its last statement."""
        ...


def add_facts(session: Steps, values: Mapping[str, Any]) -> None:
    """Add what the polls of the range say to silver; a family without news costs nothing.

    Args:
        session: With an open transaction, in which ``silver.poll`` has the range.
        values: At least partition_id, start_offset, end_offset, load_id.
    """
    counts = session.run("families", values)
    for steps, count in zip(FAMILY_STEPS.values(), counts, strict=True):
        if count:
            for step in steps:
                _run(session, step, values)


def _run(session: Steps, step: str, values: Mapping[str, Any]) -> None:
    read: tuple[Any, ...] = (-1, -1)
    while read:
        place = {"read_partition_id": read[0], "read_offset": read[1]}
        answer = session.run(step, {**values, **place})
        read = answer if step in _STEPS_IN_PIECES else ()
