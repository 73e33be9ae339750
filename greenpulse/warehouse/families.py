"""What a load does for each family of answers, once its polls are in silver."""

from collections.abc import Mapping
from typing import Any, Protocol

__all__ = ["FAMILY_STEPS", "Steps", "add_facts"]

FAMILY_STEPS: Mapping[str, tuple[str, ...]] = {
    "national": ("national_intensity", "forecast_error"),
    "regional": ("regional_intensity", "regional_generation_mix"),
    "generation": ("generation_mix",),
}
"""Steps of ``sql/load`` that read a family, in the order of the columns of ``families``."""


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
                session.run(step, values)
