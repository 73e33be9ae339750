"""What a topic on Kafka is wanted to be, and what is made of another one."""

import pytest

from greenpulse.broker.kafka_topic_settings import (
    FoundTopic,
    differences,
    replication,
    wanted_settings,
)
from greenpulse.broker.log import Consequence, TopicSpec

DAY = 86_400
POLLS = TopicSpec("greenpulse.polls", 3, retention_seconds=30 * DAY)


def found(settings: dict[str, str]) -> FoundTopic:
    """The polls topic as it is wanted on one broker, but for ``settings``."""
    return FoundTopic(3, 1, 1, wanted_settings(POLLS, 1) | settings, frozenset(settings))


@pytest.mark.parametrize(("brokers", "replicas"), [(0, 1), (1, 1), (2, 2), (3, 3), (9, 3)])
def test_a_topic_has_as_many_replicas_as_there_are_brokers_three_at_most(
    brokers: int, replicas: int
) -> None:
    assert replication(brokers) == replicas


@pytest.mark.parametrize(("replicas", "in_sync"), [(1, "1"), (2, "1"), (3, "2")])
def test_one_broker_may_be_away(replicas: int, in_sync: str) -> None:
    assert wanted_settings(POLLS, replicas)["min.insync.replicas"] == in_sync


@pytest.mark.parametrize(
    ("retention_seconds", "segment_ms"),
    [(60, "60000"), (3 * DAY, "43200000"), (90 * DAY, "604800000")],
)
def test_a_segment_ends_long_before_its_records_may_go(
    retention_seconds: float, segment_ms: str
) -> None:
    spec = TopicSpec("topic", 1, retention_seconds)

    assert wanted_settings(spec, 1)["segment.ms"] == segment_ms


def test_a_table_keeps_its_records_for_ever() -> None:
    settings = wanted_settings(TopicSpec("table", 1, is_compacted=True), 1)

    assert settings["cleanup.policy"] == "compact"
    assert not [name for name in settings if name.startswith("retention")]


@pytest.mark.parametrize(
    ("settings", "consequence"),
    [
        ({"cleanup.policy": "compact"}, Consequence.REFUSED),
        ({"cleanup.policy": "compact,delete"}, Consequence.REFUSED),
        ({"message.timestamp.type": "CreateTime"}, Consequence.MENDED),
        ({"max.message.bytes": "1048588"}, Consequence.MENDED),
        ({"retention.ms": "1"}, Consequence.MENDED),
        ({"retention.ms": str(31 * DAY * 1000)}, Consequence.SAID),
        ({"retention.ms": "-1"}, Consequence.SAID),
        ({"retention.bytes": "1000"}, Consequence.MENDED),
        ({"segment.ms": "604800000"}, Consequence.MENDED),
        ({"compression.type": "producer"}, Consequence.MENDED),
        ({"min.insync.replicas": "2"}, Consequence.SAID),
    ],
)
def test_each_difference_has_its_consequence_and_a_way_out(
    settings: dict[str, str], consequence: Consequence
) -> None:
    (difference,) = differences(POLLS, found(settings), brokers=1)

    assert difference.setting == next(iter(settings))
    assert difference.consequence is consequence
    assert difference.way_out


@pytest.mark.parametrize("settings", [{}, {"max.message.bytes": "99999999"}, {"segment.ms": "1"}])
def test_what_is_better_than_wanted_is_no_difference(settings: dict[str, str]) -> None:
    assert differences(POLLS, found(settings), brokers=1) == []


def test_too_few_replicas_are_only_said() -> None:
    (difference,) = differences(POLLS, found({}), brokers=3)

    assert (difference.found, difference.wanted) == ("1", "3")
    assert difference.consequence is Consequence.SAID
