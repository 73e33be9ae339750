"""Which rights Kafka gives us on topics and group, before anything fails for one."""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupAuthorizationFailedError
from aiokafka.protocol.admin import DescribeGroupsRequest_v3, DescribeGroupsResponse_v3
from aiokafka.protocol.api import Request, RequestStruct

from greenpulse.broker.kafka_metadata import topic_metadata

__all__ = ["missing_rights"]

_NOT_SAID = -(1 << 31)
_AUTHORISATION_FAILED = (29, 30)
"""Of a topic, of a group."""


class _Right(IntEnum):
    """The bits of what Kafka calls authorized operations."""

    READ = 3
    WRITE = 4


class _GroupRightsRequestV3(RequestStruct):  # type: ignore[misc] # aiokafka says no types
    # aiokafka's own reads the answer as if it were an older one.
    API_KEY = 15
    API_VERSION = 3
    RESPONSE_TYPE = DescribeGroupsResponse_v3
    SCHEMA = DescribeGroupsRequest_v3.SCHEMA


class _GroupRightsRequest(Request[_GroupRightsRequestV3]):  # type: ignore[misc] # aiokafka says no types
    API_KEY = 15

    def __init__(self, group: str) -> None:
        self._group = group

    def build(self, request_struct_class: type[_GroupRightsRequestV3]) -> _GroupRightsRequestV3:
        return request_struct_class([self._group], True)  # noqa: FBT003 - by position


async def missing_rights(
    admin: AIOKafkaAdminClient, topics: Sequence[str], group: str
) -> list[str]:
    """The rights that a worker needs and does not have, each as ``Read on topic 'x'``."""
    missing = [
        f"{right.name.capitalize()} on topic '{topic.name}'"
        for topic in await topic_metadata(admin, topics)
        for right in (_Right.READ, _Right.WRITE)
        if topic.error_code in _AUTHORISATION_FAILED or not _has(topic.operations, right)
    ]
    if await _may_not_join(admin, group):
        missing.append(f"Read on group '{group}'")
    return missing


async def _may_not_join(admin: AIOKafkaAdminClient, group: str) -> bool:
    client: Any = admin._client  # noqa: SLF001 - aiokafka has no public way to send a request
    try:
        coordinator = await admin.find_coordinator(group)
        response = await client.send(coordinator, _GroupRightsRequest(group))
    except GroupAuthorizationFailedError:
        return True
    code, *_, operations = response.groups[0]
    return code in _AUTHORISATION_FAILED or not _has(operations, _Right.READ)


def _has(operations: int, right: _Right) -> bool:
    return operations == _NOT_SAID or bool(operations >> right & 1)
