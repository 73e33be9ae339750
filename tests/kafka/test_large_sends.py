"""What Faust's own producer sends may be as large as what ours appends."""

from hashlib import shake_128
from pathlib import Path
from uuid import uuid4

import faust
import pytest
from support.services.addresses import KafkaAddress
from yarl import URL

from greenpulse.broker.kafka import Transport
from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.broker.log import TopicSpec
from greenpulse.errors import PermanentError


async def test_a_worker_sends_16_mebibytes_and_is_told_of_what_is_larger(
    kafka: KafkaAddress, tmp_path: Path
) -> None:
    log, topic = KafkaLog(KafkaConnection(kafka.hosts)), f"sends.{uuid4()}"
    await log.ensure_topics([TopicSpec(topic, 1)])
    app = faust.App("sender", broker=f"kafka://{kafka.hosts}", datadir=tmp_path, store="memory://")
    app.transport = app.producer_transport = Transport([URL(f"kafka://{kafka.hosts}")], app)
    # Nothing that a codec could make small.
    largest = shake_128(b"seed").digest(16 * 1024 * 1024)

    await app.producer.start()
    for value in (b"small", largest):
        await (await app.producer.send(topic, b"", value, 0, None, None))
    with pytest.raises(PermanentError, match=r"max\.message\.bytes"):
        await (await app.producer.send(topic, b"", largest + bytes(1 << 20), 0, None, None))
    await app.producer.stop()

    first = await log.read(topic, 0, 0)
    rest = await log.read(topic, 0, len(first)) if len(first) < 2 else []
    await log.close()
    assert [record.value for record in [*first, *rest]] == [b"small", largest]
