"""Where no Kafka is reached: one sentence, which says what is wrong and what to do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from support.service_fixtures import running
from support.services.addresses import KafkaAddress
from support.services.kafka import KafkaServer
from support.services.ports import free_port
from support.worker_process import WorkerProcess

from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.broker.log import TopicSpec
from greenpulse.errors import BrokerUnavailable

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(answer: Answer) -> AsyncIterator[str]:
    """Somebody who is no Kafka, at ``host:port``."""

    ended: list[asyncio.Event] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ended.append(asyncio.Event())
        await reader.read(1)
        await answer(reader, writer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        ended[-1].set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield "{}:{}".format(*server.sockets[0].getsockname())
        await asyncio.gather(*(event.wait() for event in ended))


async def as_a_web_server(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")


async def as_one_that_hangs_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def as_one_that_is_silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.read()


async def refusal(hosts: str) -> str:
    log = KafkaLog(KafkaConnection(hosts))
    with pytest.raises(BrokerUnavailable) as refused:
        await log.ensure_topics([TopicSpec("topic", 1)])
    await log.close()
    (sentence,) = str(refused.value).splitlines()
    return sentence


async def test_nobody_listens() -> None:
    hosts = f"127.0.0.1:{free_port()}"

    assert await refusal(hosts) == (
        f"connecting to Kafka at '{hosts}': nothing listens there: start Kafka, or set "
        "GREENPULSE_BROKER to where it is"
    )


async def test_a_host_that_nobody_knows() -> None:
    said = await refusal("no-such-host.invalid:9092")

    assert said.startswith("connecting to Kafka at 'no-such-host.invalid:9092': ")
    assert said.endswith("check the host in GREENPULSE_BROKER")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (as_a_web_server, "a web server answers there: set GREENPULSE_BROKER to a Kafka"),
        (as_one_that_hangs_up, "it closes the connection without an answer"),
        (as_one_that_is_silent, "no answer within 5 s: see whether a Kafka runs there"),
    ],
)
async def test_somebody_else_listens(answer: Answer, reason: str) -> None:
    async with listening(answer) as hosts:
        assert f"connecting to Kafka at '{hosts}': {reason}" in await refusal(hosts)


async def test_one_host_of_several_is_enough(kafka: KafkaAddress) -> None:
    log = KafkaLog(KafkaConnection(f"127.0.0.1:{free_port()},{kafka.hosts}"))

    assert "broker" in await log.describe()
    await log.close()


async def test_a_broker_that_names_itself_otherwise_is_told_from_one_that_is_away(
    tmp_path: Path,
) -> None:
    elsewhere = f"127.0.0.1:{free_port()}"

    with running(lambda folder: advertised_elsewhere(folder, elsewhere), tmp_path) as server:
        said = await refusal(server.second_hosts)

    assert f"it names its brokers '{elsewhere}', and none of them lets this machine in" in said
    assert "let advertised.listeners of Kafka name addresses that this machine reaches" in said


def advertised_elsewhere(folder: Path, elsewhere: str) -> KafkaServer:
    server = KafkaServer(folder, second_listener="PLAINTEXT")
    hosts = {"PLAINTEXT": server.hosts, "SECOND": elsewhere}
    named = ",".join(f"{name}://{place}" for name, place in hosts.items())
    server.set_property("advertised.listeners", named)
    return server


async def test_without_a_coordinator_of_groups_it_is_said_what_kafka_lacks(tmp_path: Path) -> None:
    def make(folder: Path) -> KafkaServer:
        return KafkaServer(folder, properties={"offsets.topic.replication.factor": "3"})

    with running(make, tmp_path) as server:
        log = KafkaLog(KafkaConnection(server.hosts))
        await log.ensure_topics([TopicSpec("topic", 1)])
        with pytest.raises(BrokerUnavailable, match=r"offsets\.topic\.replication\.factor"):
            await log.prove_access(["topic"], "group")
        await log.close()


@pytest.mark.parametrize(
    "command", [("worker",), ("audit",), ("doctor",), ("import", "polls.ndjson")]
)
async def test_every_command_says_it_in_one_line_and_exits_with_2(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "polls.ndjson").touch()
    nobody = f"127.0.0.1:{free_port()}"
    process = WorkerProcess(tmp_path, f"http://{nobody}", BROKER=f"kafka://{nobody}")

    code, stdout, stderr = await process.command(*command)

    lines = (stdout if command == ("doctor",) else stderr).splitlines()
    assert code == 2
    assert len([line for line in lines if "nothing listens there: start Kafka" in line]) == 1
    assert "Traceback" not in stdout + stderr
    assert len(stderr.splitlines()) == (0 if command == ("doctor",) else 1)
