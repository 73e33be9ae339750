"""Which rights Kafka gives us on topics and group, before anything fails for one.

Kafka tells with the metadata of a topic what the asking user may do with it, from version 8
of the request on (Kafka 2.3); aiokafka's ends with 5.
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupAuthorizationFailedError
from aiokafka.protocol.admin import DescribeGroupsRequest_v3, DescribeGroupsResponse_v3
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Int16, Int32, Schema, String

__all__ = ["missing_rights"]

_NOT_SAID = -(1 << 31)
_AUTHORISATION_FAILED = (29, 30)
"""Of a topic, of a group."""


class _Right(IntEnum):
    """The bits of what Kafka calls authorized operations."""

    READ = 3
    WRITE = 4


class _RightsResponse(Response):  # type: ignore[misc] # aiokafka says no types
    API_KEY = 3
    API_VERSION = 8
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "brokers",
            Array(
                ("node_id", Int32),
                ("host", String("utf-8")),
                ("port", Int32),
                ("rack", String("utf-8")),
            ),
        ),
        ("cluster_id", String("utf-8")),
        ("controller_id", Int32),
        (
            "topics",
            Array(
                ("error_code", Int16),
                ("topic", String("utf-8")),
                ("is_internal", Boolean),
                (
                    "partitions",
                    Array(
                        ("error_code", Int16),
                        ("partition", Int32),
                        ("leader", Int32),
                        ("leader_epoch", Int32),
                        ("replicas", Array(Int32)),
                        ("isr", Array(Int32)),
                        ("offline_replicas", Array(Int32)),
                    ),
                ),
                ("authorized_operations", Int32),
            ),
        ),
        ("cluster_authorized_operations", Int32),
    )


class _RightsRequestV8(RequestStruct):  # type: ignore[misc] # aiokafka says no types
    API_KEY = 3
    API_VERSION = 8
    RESPONSE_TYPE = _RightsResponse
    SCHEMA = Schema(
        ("topics", Array(String("utf-8"))),
        ("allow_auto_topic_creation", Boolean),
        ("include_cluster_authorized_operations", Boolean),
        ("include_topic_authorized_operations", Boolean),
    )


class _RightsRequest(Request[_RightsRequestV8]):  # type: ignore[misc] # as above
    API_KEY = 3

    def __init__(self, topics: Sequence[str]) -> None:
        self._topics = list(topics)

    def build(self, request_struct_class: type[_RightsRequestV8]) -> _RightsRequestV8:
        return request_struct_class(self._topics, False, False, True)  # noqa: FBT003 - by position


class _GroupRightsRequestV3(RequestStruct):  # type: ignore[misc] # as above
    # aiokafka's own reads the answer as if it were an older one.
    API_KEY = 15
    API_VERSION = 3
    RESPONSE_TYPE = DescribeGroupsResponse_v3
    SCHEMA = DescribeGroupsRequest_v3.SCHEMA


class _GroupRightsRequest(Request[_GroupRightsRequestV3]):  # type: ignore[misc] # as above
    API_KEY = 15

    def __init__(self, group: str) -> None:
        self._group = group

    def build(self, request_struct_class: type[_GroupRightsRequestV3]) -> _GroupRightsRequestV3:
        return request_struct_class([self._group], True)  # noqa: FBT003 - by position


async def missing_rights(
    admin: AIOKafkaAdminClient, topics: Sequence[str], group: str
) -> list[str]:
    """The rights that a worker needs and does not have, each as ``Read on topic 'x'``.

    Empty where Kafka is too old to say.
    """
    missing = []
    client: Any = admin._client  # noqa: SLF001 - aiokafka has no public way to send a request
    try:
        response = await client.send(client.get_random_node(), _RightsRequest(topics))
    except NotImplementedError:
        return []
    for code, topic, _, _, operations in response.topics:
        missing += [
            f"{right.name.capitalize()} on topic '{topic}'"
            for right in (_Right.READ, _Right.WRITE)
            if code in _AUTHORISATION_FAILED or not _has(operations, right)
        ]
    if await _may_not_join(admin, group):
        missing.append(f"Read on group '{group}'")
    return missing


async def _may_not_join(admin: AIOKafkaAdminClient, group: str) -> bool:
    client: Any = admin._client  # noqa: SLF001 - as above
    try:
        coordinator = await admin.find_coordinator(group)
        response = await client.send(coordinator, _GroupRightsRequest(group))
    except GroupAuthorizationFailedError:
        return True
    code, *_, operations = response.groups[0]
    return code in _AUTHORISATION_FAILED or not _has(operations, _Right.READ)


def _has(operations: int, right: _Right) -> bool:
    return operations == _NOT_SAID or bool(operations >> right & 1)
