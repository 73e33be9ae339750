"""A Kafka that is too old to tell a topic that was made anew is refused."""

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

import pytest
from aiokafka.protocol.admin import (
    ApiVersionRequest_v0,
    ApiVersionResponse_v0,
)
from aiokafka.protocol.metadata import MetadataRequest_v5, MetadataResponse_v5

from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.broker.log import Message, TopicSpec
from greenpulse.errors import SettingsError


class OldKafka:
    """A broker as it was before 2.8: it knows Metadata up to version 9, and no topics."""

    hosts: str

    def __init__(self) -> None:
        self._serving: set[asyncio.Task[None]] = set()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving.add(asyncio.create_task(self._serve(reader, writer)))

    async def has_been_left(self) -> None:
        """Wait until all connections are closed."""
        await asyncio.gather(*self._serving)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                size = int.from_bytes(await reader.readexactly(4), "big")
                key, version, number = struct.unpack_from(">hhi", await reader.readexactly(size))
                answer = struct.pack(">i", number) + self._answer(key, version)
                writer.write(len(answer).to_bytes(4, "big") + answer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    def _answer(self, key: int, version: int) -> bytes:
        host, _, port = self.hosts.partition(":")
        answers = {
            (ApiVersionRequest_v0.API_KEY, 0): ApiVersionResponse_v0(
                0, [(MetadataRequest_v5.API_KEY, 0, 9), (ApiVersionRequest_v0.API_KEY, 0, 3)]
            ),
            (MetadataRequest_v5.API_KEY, 5): MetadataResponse_v5(
                0, [(1, host, int(port), None)], "cluster", 1, []
            ),
        }
        return bytes(answers[key, version].encode())


@pytest.fixture
async def log() -> AsyncIterator[KafkaLog]:
    kafka = OldKafka()
    async with await asyncio.start_server(kafka.accept, "127.0.0.1", 0) as server:
        kafka.hosts = "{}:{}".format(*server.sockets[0].getsockname())
        log = KafkaLog(KafkaConnection(kafka.hosts))
        yield log
        await log.close()
        await kafka.has_been_left()


@pytest.mark.parametrize(
    "use",
    [
        lambda log: log.ensure_topics([TopicSpec("topic", 1)]),
        lambda log: log.identity("topic"),
        lambda log: log.bounds("topic"),
        lambda log: log.append("topic", [Message(b"key", b"value")]),
    ],
    ids=["ensure_topics", "identity", "bounds", "append"],
)
async def test_it_is_refused_in_one_sentence_with_the_way_out(
    use: Callable[[KafkaLog], Awaitable[object]], log: KafkaLog
) -> None:
    with pytest.raises(SettingsError, match=r"older than 2\.8.*: upgrade it, or set ") as refused:
        await use(log)

    assert len(str(refused.value).splitlines()) == 1
