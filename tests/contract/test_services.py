"""The real services that tests start: the same data after kill -9, and no orphans."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from uuid import uuid4

from support.services.kafka import KafkaServer

from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.broker.log import Message, TopicSpec

TESTS = Path(__file__).parents[1]

OWNER = """
import sys, time
from pathlib import Path
from support.services.minio import MinioServer

server = MinioServer(Path(sys.argv[1]))
server.start()
print(server.pid, flush=True)
time.sleep(600)
"""


async def test_a_kafka_that_was_killed_comes_back_with_its_data_at_its_address(
    own_kafka: KafkaServer,
) -> None:
    hosts, topic = own_kafka.hosts, f"test.{uuid4()}"
    log = KafkaLog(KafkaConnection(hosts))
    await log.ensure_topics([TopicSpec(topic, 1)])
    await log.append(topic, [Message(None, b"a", 0)])
    await log.close()

    await asyncio.to_thread(own_kafka.kill)
    await asyncio.to_thread(own_kafka.start)

    log = KafkaLog(KafkaConnection(hosts))
    assert await log.append(topic, [Message(None, b"b", 0)]) == [1]
    assert [record.value for record in await log.read(topic, 0, 0)] == [b"a", b"b"]
    await log.close()


async def test_a_service_ends_with_its_owner_however_that_ends(
    own_minio: object, tmp_path: Path
) -> None:
    del own_minio  # asked for, so that this is skipped where there is none
    owner = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", OWNER, str(tmp_path / "other")),
        cwd=TESTS,
        stdout=asyncio.subprocess.PIPE,
    )
    assert owner.stdout is not None
    service = int(await owner.stdout.readline())

    owner.send_signal(signal.SIGKILL)
    await owner.wait()

    async with asyncio.timeout(120):
        while is_alive(service):
            await asyncio.sleep(0.1)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
