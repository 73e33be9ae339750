"""Topics on Kafka: which there are, how GreenPulse creates its own, and mends them."""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import (
    NoError,
    TopicAlreadyExistsError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
    for_code,
)

from greenpulse.broker.kafka_metadata import topic_metadata
from greenpulse.broker.kafka_topic_settings import (
    VITAL,
    FoundTopic,
    differences,
    replication,
    wanted_settings,
)
from greenpulse.broker.log import Consequence, TopicDifference, TopicSpec, sentences
from greenpulse.errors import SettingsError

__all__ = ["KafkaTopics", "partition_counts"]

log = logging.getLogger(__name__)

_PROPAGATION_SECONDS = 0.1
_PROPAGATION_LOOKS = 100
_NOT_SEEN = {TopicAuthorizationFailedError, UnknownTopicOrPartitionError}
_TOPICS_OWN = 1
"""What DescribeConfigs says of a setting that the topic has itself."""


async def partition_counts(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> dict[str, int]:
    """The partitions of those of ``topics`` that exist and that this user may see."""
    counts = {}
    for topic in await topic_metadata(admin, topics):
        error = for_code(topic.error_code)
        if error is NoError:
            counts[topic.name] = topic.partitions
        elif error not in _NOT_SEEN:
            raise error
    return counts


class KafkaTopics:
    """The topics of one Kafka, seen by one user, whom ``user`` names in sentences."""

    def __init__(self, admin: AIOKafkaAdminClient, user: str) -> None:
        self._admin = admin
        self._user = user

    async def ensure(self, specs: Sequence[TopicSpec]) -> None:
        """Create the topics that are absent, and mend what may be mended of the others.

        Raises:
            SettingsError: a topic cannot be used as it is, or Kafka refuses to create it;
                each reason is a line.
        """
        await self._create(specs)
        found = await self.compare(specs)
        refused = [d for d in found if d.consequence is Consequence.REFUSED]
        if not refused:
            refused = await self._mend([d for d in found if d.consequence is Consequence.MENDED])
        if refused:
            raise SettingsError("\n".join(sentences(refused)))
        for sentence in sentences(d for d in found if d.consequence is Consequence.SAID):
            log.warning("topic_differs %s", sentence)

    async def compare(self, specs: Sequence[TopicSpec]) -> list[TopicDifference]:
        """How topics that exist differ from ``specs``."""
        brokers = len((await self._admin.describe_cluster())["brokers"])
        found = await self._found([spec.name for spec in specs])
        return [
            difference
            for spec in specs
            if spec.name in found
            for difference in differences(spec, found[spec.name], brokers)
        ]

    async def has_too_few_in_sync(self, topic: str) -> bool:
        """Whether a partition cannot take records until more brokers are there."""
        found = (await self._found([topic])).get(topic)
        return found is not None and found.in_sync < int(found.settings["min.insync.replicas"])

    async def _create(self, specs: Sequence[TopicSpec]) -> None:
        counts = await partition_counts(self._admin, [spec.name for spec in specs])
        missing = [spec for spec in specs if spec.name not in counts]
        if not missing:
            return
        replicas = replication(len((await self._admin.describe_cluster())["brokers"]))
        response = await self._admin.create_topics([_new_topic(s, replicas) for s in missing])
        for name, code, reason in response.topic_errors:
            error = for_code(code)
            # Another worker that starts at the same time may have been faster.
            if error not in {NoError, TopicAlreadyExistsError}:
                message = (
                    f"creating topic '{name}': Kafka refuses it ({reason or error.__name__}): let "
                    f"'{self._user}' create it, or create it yourself; docs/kafka.md says with "
                    "what settings and rights"
                )
                raise SettingsError(message)
        await self._wait_for([spec.name for spec in missing])

    async def _wait_for(self, names: Sequence[str]) -> None:
        for _ in range(_PROPAGATION_LOOKS):
            absent = set(names) - (await partition_counts(self._admin, names)).keys()
            if not absent:
                return
            await asyncio.sleep(_PROPAGATION_SECONDS)
        message = (
            f"looking up topic '{min(names)}': it exists, but '{self._user}' does not see it: give "
            "that user the right Describe on it"
        )
        raise SettingsError(message)

    async def _found(self, names: Sequence[str]) -> dict[str, FoundTopic]:
        topics = {t["topic"]: t["partitions"] for t in await self._admin.describe_topics()}
        existing = [name for name in names if name in topics]
        settings = await self._settings(existing)
        return {
            name: FoundTopic(
                partitions=len(topics[name]),
                replicas=min(len(partition["replicas"]) for partition in topics[name]),
                in_sync=min(len(partition["isr"]) for partition in topics[name]),
                settings={key: value for key, (value, _) in settings[name].items()},
                own=frozenset(key for key, (_, is_own) in settings[name].items() if is_own),
            )
            for name in existing
        }

    async def _settings(self, names: Sequence[str]) -> dict[str, dict[str, tuple[str, bool]]]:
        """By topic and name: the value, and whether it is the topic's own."""
        if not names:
            return {}
        resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
        settings = {}
        for response in await self._admin.describe_configs(resources):
            for code, reason, _, name, entries in response.resources:
                if code:
                    message = (
                        f"looking up the settings of topic '{name}': Kafka refuses it "
                        f"({reason or for_code(code).__name__}): give '{self._user}' the right "
                        "DescribeConfigs on it"
                    )
                    raise SettingsError(message)
                settings[name] = {e[0]: (e[1] or "", e[3] == _TOPICS_OWN) for e in entries}
        return settings

    async def _mend(self, mendable: Sequence[TopicDifference]) -> list[TopicDifference]:
        """Alter the topics; return what had to be mended and could not."""
        failed = []
        found = await self._found(sorted({difference.topic for difference in mendable}))
        for name, topic in found.items():
            mine = [difference for difference in mendable if difference.topic == name]
            wanted = {difference.setting: difference.wanted for difference in mine}
            reason = await self._alter(name, topic, wanted)
            for difference in mine:
                if reason is None:
                    log.warning("topic_mended %s", _in_short(difference))
                elif difference.setting in VITAL:
                    failed.append(_not_mended(difference, reason, self._user))
                else:
                    (sentence,) = sentences([_not_mended(difference, reason, self._user)])
                    log.warning("topic_differs %s", sentence)
        return failed

    async def _alter(self, name: str, topic: FoundTopic, wanted: Mapping[str, str]) -> str | None:
        """Set what is wanted; return why that is refused, None where it is not."""
        # This request, unlike its younger kin, takes away what it does not name.
        kept = {key: topic.settings[key] for key in topic.own}
        resource = ConfigResource(ConfigResourceType.TOPIC, name, {**kept, **wanted})
        for response in await self._admin.alter_configs([resource]):
            for code, reason, *_ in response.resources:
                if code:
                    return str(reason or for_code(code).__name__)
        return await self._wait_until_set(name, wanted)

    async def _wait_until_set(self, name: str, wanted: Mapping[str, str]) -> str | None:
        """Wait until the broker that is asked works with what the controller has taken."""
        for _ in range(_PROPAGATION_LOOKS):
            settings = (await self._settings([name]))[name]
            if all(settings[key][0] == value for key, value in wanted.items()):
                return None
            await asyncio.sleep(_PROPAGATION_SECONDS)
        return "it took it, and still has the old one after 10 s"


def _not_mended(difference: TopicDifference, reason: str, user: str) -> TopicDifference:
    return TopicDifference(
        difference.topic,
        difference.setting,
        difference.found,
        difference.wanted,
        difference.consequence,
        f"Kafka refuses to set it ({reason}): give '{user}' the right AlterConfigs on the topic, "
        "or set it yourself",
    )


def _in_short(difference: TopicDifference) -> str:
    return (
        f"topic={difference.topic} setting={difference.setting} was={difference.found} "
        f"is={difference.wanted}"
    )


def _new_topic(spec: TopicSpec, replicas: int) -> NewTopic:
    settings = wanted_settings(spec, replicas)
    return NewTopic(spec.name, spec.partitions, replicas, topic_configs=settings)
