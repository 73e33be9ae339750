"""What Kafka says of topics that are named: their identity, their partitions, our rights.

Version 10 of the Metadata request, which Kafka has from 2.8 on; aiokafka's ends with 5, and
says neither identities nor rights.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import IncompatibleBrokerVersion
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactString,
    Int16,
    Int32,
    Schema,
    TaggedFields,
)

__all__ = ["TopicMetadata", "topic_metadata"]


@dataclass(frozen=True, slots=True)
class TopicMetadata:
    """One topic as this user sees it."""

    name: str
    error_code: int
    identity: UUID
    """Another one after the topic was deleted and made anew."""
    partitions: int
    operations: int
    """Bits of what the user may do, by Kafka's numbers of operations."""


class _Uuid:
    @staticmethod
    def encode(value: UUID) -> bytes:
        return value.bytes

    @staticmethod
    def decode(data: BytesIO) -> UUID:
        return UUID(bytes=data.read(16))


class _Response(Response):  # type: ignore[misc] # aiokafka says no types
    API_KEY = 3
    API_VERSION = 10
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            CompactArray(
                ("node_id", Int32),
                ("host", CompactString("utf-8")),
                ("port", Int32),
                ("rack", CompactString("utf-8")),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_id", CompactString("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            CompactArray(
                ("error_code", Int16),
                ("topic", CompactString("utf-8")),
                ("topic_id", _Uuid),
                ("is_internal", Boolean),
                (
                    "partitions",
                    CompactArray(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", CompactArray(Int32)),
                        ("isr", CompactArray(Int32)),
                        ("offline_replicas", CompactArray(Int32)),
                        ("tags", TaggedFields),
                    ),
                ),
                ("authorized_operations", Int32),
                ("tags", TaggedFields),
            ),
        ),
        ("cluster_authorized_operations", Int32),
        ("tags", TaggedFields),
    )


class _RequestV10(RequestStruct):  # type: ignore[misc] # aiokafka says no types
    API_KEY = 3
    API_VERSION = 10
    FLEXIBLE_VERSION = True
    RESPONSE_TYPE = _Response
    SCHEMA = Schema(
        (
            "topics",
            CompactArray(
                ("topic_id", _Uuid), ("name", CompactString("utf-8")), ("tags", TaggedFields)
            ),
        ),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
        ("tags", TaggedFields),
    )


class _Request(Request[_RequestV10]):  # type: ignore[misc] # aiokafka says no types
    API_KEY = 3

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics: list[Any] = [(UUID(int=0), topic, {}) for topic in topics]

    def build(self, request_struct_class: type[_RequestV10]) -> _RequestV10:
        return request_struct_class(self._topics, False, False, True, {})  # noqa: FBT003 - by position


async def topic_metadata(admin: AIOKafkaAdminClient, topics: Sequence[str]) -> list[TopicMetadata]:
    """What is known of ``topics``; none is made by asking.

    Raises:
        IncompatibleBrokerVersion: this Kafka is too old to say.
    """
    client: Any = admin._client  # noqa: SLF001 - aiokafka has no public way to send a request
    try:
        response = await client.send(client.get_random_node(), _Request(topics))
    except NotImplementedError as error:
        raise IncompatibleBrokerVersion from error
    return [
        TopicMetadata(name, code, identity, len(partitions), operations)
        for code, name, identity, _, partitions, operations, _ in response.topics
    ]
