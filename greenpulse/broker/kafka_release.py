"""Which release a Kafka has at least; it never says that itself, but by what it can do."""

from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import ApiVersionRequest

__all__ = ["oldest_release"]

_FETCH = 1
_RELEASES = {11: "2.3", 12: "2.7", 13: "3.1", 15: "3.5", 16: "3.7", 17: "3.9", 18: "4.1"}
"""By the newest version of Fetch: the first release that had it."""


async def oldest_release(admin: AIOKafkaAdminClient) -> str:
    """The oldest release that can do what this Kafka can, such as ``4.1``."""
    client: Any = admin._client  # noqa: SLF001 - aiokafka has no public way to send a request
    response = await client.send(client.get_random_node(), ApiVersionRequest())
    newest = {key: newest for key, _, newest in response.api_versions}[_FETCH]
    known = [release for version, release in _RELEASES.items() if version <= newest]
    return known[-1] if known else "0.11"
