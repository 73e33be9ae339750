"""The settings that GreenPulse's topics have on Kafka, and what a difference leads to.

What altering a topic can set right is set right, since it touches no record. Refused is
what may already have cost records, or the order of them: another partition count and
compaction. Only said is what to mend would be dangerous (a shorter retention deletes
records that may be in no file yet: somebody may have lengthened it by hand for that very
reason) or is not ours to do (moving replicas).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from greenpulse.broker.kafka_records import COMPRESSION, MAX_BATCH_BYTES
from greenpulse.broker.log import Consequence, TopicDifference, TopicSpec
from greenpulse.broker.refusals import other_partition_count

__all__ = ["VITAL", "FoundTopic", "differences", "replication", "wanted_settings"]

_MOST_REPLICAS = 3
_NO_LIMIT = "-1"
_SEGMENTS_A_RETENTION = 6
"""Kafka drops whole segments, by default of a week: three days would be kept for ten."""
_LEAST_SEGMENT_SECONDS = 60.0
_MOST_SEGMENT_SECONDS = 7 * 86_400.0
_TO_DELETE = "delete the greenpulse topics and the consumer group"

VITAL = frozenset({"max.message.bytes", "message.timestamp.type"})
"""Settings without which nothing may start, where this user may not mend them."""


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic as it is: all its settings, and which of them are the topic's own."""

    partitions: int
    replicas: int
    """Of the partition that has the fewest."""
    in_sync: int
    """Replicas that have all records, again of the partition that has the fewest."""
    settings: Mapping[str, str]
    own: frozenset[str]


def replication(brokers: int) -> int:
    """How many replicas a new topic gets.

    Three where there are as many brokers, whatever the brokers' default says: that default
    is one, with which the first lost disk loses records that were acknowledged.
    """
    return max(1, min(_MOST_REPLICAS, brokers))


def wanted_settings(spec: TopicSpec, replicas: int) -> dict[str, str]:
    """The topic's own settings, as they are wanted with that many replicas."""
    settings = {
        "cleanup.policy": "compact" if spec.is_compacted else "delete",
        "compression.type": COMPRESSION,
        "max.message.bytes": str(MAX_BATCH_BYTES),
        # One replica may be away, and what is acknowledged is still on two disks.
        "min.insync.replicas": str(max(1, replicas - 1)),
    }
    if spec.is_compacted:
        return settings
    settings["message.timestamp.type"] = "LogAppendTime"
    settings["retention.bytes"] = _NO_LIMIT
    settings["retention.ms"] = _NO_LIMIT
    if spec.retention_seconds is not None:
        settings["retention.ms"] = str(round(spec.retention_seconds * 1000))
        segment_seconds = spec.retention_seconds / _SEGMENTS_A_RETENTION
        bounded = min(max(segment_seconds, _LEAST_SEGMENT_SECONDS), _MOST_SEGMENT_SECONDS)
        settings["segment.ms"] = str(round(bounded * 1000))
    return settings


def differences(spec: TopicSpec, found: FoundTopic, brokers: int) -> list[TopicDifference]:
    """How ``found`` differs from ``spec``, each setting by itself."""
    if found.partitions != spec.partitions:
        return [other_partition_count(spec, found.partitions, _TO_DELETE)]
    differing = [
        _difference(spec, found, name, wanted)
        for name, wanted in wanted_settings(spec, found.replicas).items()
        if not _fits(name, found.settings.get(name, ""), wanted)
    ]
    if found.replicas < replication(brokers):
        differing.append(
            TopicDifference(
                spec.name,
                "the replication factor",
                str(found.replicas),
                str(replication(brokers)),
                Consequence.SAID,
                "give it more replicas with kafka-reassign-partitions",
            )
        )
    return differing


def _fits(name: str, found: str, wanted: str) -> bool:
    if name == "max.message.bytes":
        return int(found) >= int(wanted)
    if name == "min.insync.replicas":
        return int(found) == int(wanted)
    if name == "segment.ms":
        return int(found) <= int(wanted)
    return found == wanted


def _difference(spec: TopicSpec, found: FoundTopic, name: str, wanted: str) -> TopicDifference:
    value = found.settings.get(name, "")
    consequence, way_out = Consequence.MENDED, "the next start of 'greenpulse worker' sets it"
    alter = (
        f"kafka-configs --alter --entity-type topics --entity-name {spec.name} --add-config "
        f"{name}={wanted}"
    )
    if name == "cleanup.policy" and not spec.is_compacted:
        consequence = Consequence.REFUSED
        way_out = (
            f"records may be gone already; run '{alter}', then 'greenpulse audit', which names "
            "what is missing"
        )
    elif name == "min.insync.replicas" and int(value) > int(wanted):
        consequence = Consequence.SAID
        way_out = f"no broker may be away; to change that, run '{alter}'"
    elif name == "retention.ms" and _is_longer(value, wanted):
        consequence = Consequence.SAID
        way_out = (
            "a shorter one deletes records that may be in no file yet; where "
            f"'greenpulse audit --complete' is content, run '{alter}'"
        )
    return TopicDifference(spec.name, name, value, wanted, consequence, way_out)


def _is_longer(found: str, wanted: str) -> bool:
    return found == _NO_LIMIT or (wanted != _NO_LIMIT and int(found) > int(wanted))
