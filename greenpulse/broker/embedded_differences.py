"""How topics of the embedded log differ from what is wanted."""

from collections.abc import Sequence
from pathlib import Path

from greenpulse.broker.log import Consequence, TopicDifference, TopicSpec
from greenpulse.broker.refusals import other_partition_count

__all__ = ["embedded_differences", "move_away"]

_SECONDS_A_DAY = 86_400


def embedded_differences(
    known: Sequence[TopicSpec], wanted: Sequence[TopicSpec], path: Path
) -> list[TopicDifference]:
    """How the ``known`` topics of the log at ``path`` differ from the ``wanted`` ones."""
    by_name = {spec.name: spec for spec in known}
    differing = []
    for spec in wanted:
        found = by_name.get(spec.name, spec)
        if found.partitions != spec.partitions:
            differing.append(other_partition_count(spec, found.partitions, move_away(path)))
        elif found != spec:
            differing.append(
                TopicDifference(
                    spec.name,
                    "what it keeps",
                    _kept(found),
                    _kept(spec),
                    Consequence.MENDED,
                    "the next start of 'greenpulse worker' sets it",
                )
            )
    return differing


def move_away(path: Path) -> str:
    """What to do with a log that cannot be used any more."""
    return f"move the log {str(path)!r} away"


def _kept(spec: TopicSpec) -> str:
    if spec.is_compacted:
        return "the newest of each key"
    if spec.retention_seconds is None:
        return "everything"
    return f"{spec.retention_seconds / _SECONDS_A_DAY:g} days"
