"""The topics as they are wanted; ``worker``, ``import`` and ``backfill`` create them."""

from greenpulse.broker.log import TopicSpec
from greenpulse.records import FILES_TOPIC, LATEST_TOPIC, LOADS_TOPIC, POLLS_TOPIC

__all__ = ["GROUP", "topic_specs"]

GROUP = "greenpulse"
"""The consumer group of all workers, which is the name of the Faust app."""

_TABLES = ("archived_offsets", "loaded_offsets", "newest_observations")
"""Of greenpulse.agents.track; that these are all is pinned in tests/unit/test_topics.py."""
_SECONDS_A_DAY = 86_400.0
_WAKE_UP_DAYS = 30
_LATEST_DAYS = 3


def topic_specs(partitions: int, retention_days: float) -> list[TopicSpec]:
    """Every topic of GreenPulse, Faust's own for it among them, the polls topic first.

    Args:
        partitions: Of each of them: Faust joins only topics of one partition count.
        retention_days: Of the polls topic. The others are never the authority: what they
            lose after their own time, the chain and the manifest still know.
    """
    wake_up_seconds = _WAKE_UP_DAYS * _SECONDS_A_DAY
    return [
        TopicSpec(POLLS_TOPIC, partitions, retention_days * _SECONDS_A_DAY),
        TopicSpec(FILES_TOPIC, partitions, wake_up_seconds),
        TopicSpec(LOADS_TOPIC, partitions, wake_up_seconds),
        TopicSpec(LATEST_TOPIC, partitions, _LATEST_DAYS * _SECONDS_A_DAY),
        # Made by Faust they would have one replica, and messages of 1 MB at most.
        *(TopicSpec(f"{GROUP}-{t}-changelog", partitions, is_compacted=True) for t in _TABLES),
        # Who owns its only partition is the leader; nobody ever writes to it.
        TopicSpec(f"{GROUP}-__assignor-__leader", 1, wake_up_seconds),
    ]
