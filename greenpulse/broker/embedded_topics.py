"""Faust's way of declaring a topic, on the embedded log."""

from mode.utils.times import Seconds, want_seconds

from greenpulse.broker.embedded_log import EmbeddedLog
from greenpulse.broker.log import TopicSpec

__all__ = ["declare_topic"]


async def declare_topic(
    log: EmbeddedLog,
    topic: str,
    partitions: int,
    retention: Seconds | None,
    compacting: bool | None,  # noqa: FBT001 - as Faust hands it over
) -> None:
    """Create ``topic`` where it is absent; leave it as it is where it is not.

    As on Kafka, an existing topic keeps its partition count and its retention.
    """
    if topic in {spec.name for spec in await log.topics()}:
        return
    retention_seconds = want_seconds(retention) if retention else None
    spec = TopicSpec(topic, partitions, retention_seconds, bool(compacting))
    await log.ensure_topics([spec])
