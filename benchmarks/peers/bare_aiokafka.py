"""What aiokafka alone can do: getmany, gzip 1 in a thread, conditional PUT of 10,000 records.

    python bare_aiokafka.py HOSTS TOPIC GROUP BUCKET [bronze]

It promises nothing: offsets are committed by timer, whatever was written, and records are
not looked at. Fetching goes on while files are compressed and written; what is left when
half a second brought nothing is written, too. Region, endpoint and keys of S3 are in the
usual AWS variables. With ``bronze`` the files hold the lines that GreenPulse stores, packed as
it packs them, instead of the values alone.
"""

import asyncio
import gzip
import sys
from collections import defaultdict
from typing import Any

from aiobotocore.session import get_session
from aiokafka import AIOKafkaConsumer, TopicPartition

from greenpulse.broker.kafka_records import log_records
from greenpulse.lake.buffer import Batch
from greenpulse.lake.files import fill_body
from greenpulse.lake.rotation import RotationReason

FILE_RECORDS = 10_000
FILES_AT_ONCE = 4
IDLE_MS = 500


def values_of(records: list[Any]) -> list[Any]:
    return [record.value for record in records]


def joined(_: TopicPartition, values: list[Any]) -> bytes:
    return gzip.compress(b"\n".join(values) + b"\n", compresslevel=1)


def in_bronze_lines(place: TopicPartition, records: list[Any]) -> bytes:
    batch = Batch(records[0].offset, records, 0, 0.0, RotationReason.COUNT)
    return fill_body(place.topic, place.partition, batch)[0]


KINDS = {"values": (values_of, joined), "bronze": (log_records, in_bronze_lines)}


async def main(hosts: str, topic: str, group: str, bucket: str, kind: str = "values") -> None:
    kept_of, packed = KINDS[kind]
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=hosts, group_id=group, auto_offset_reset="earliest"
    )
    free = asyncio.Semaphore(FILES_AT_ONCE)
    async with get_session().create_client("s3") as client, asyncio.TaskGroup() as writing:

        async def write(key: str, place: TopicPartition, kept: list[Any]) -> None:
            body = await asyncio.to_thread(packed, place, kept)
            await client.put_object(Bucket=bucket, Key=key, Body=body, IfNoneMatch="*")
            free.release()

        async def begin_file(place: TopicPartition) -> None:
            await free.acquire()
            kept = held[place]
            key = f"{place.partition:04d}/{begun[place]:08d}.ndjson.gz"
            writing.create_task(write(key, place, kept[:FILE_RECORDS]))
            begun[place] += 1
            del kept[:FILE_RECORDS]

        await consumer.start()
        held: dict[TopicPartition, list[Any]] = defaultdict(list)
        begun: dict[TopicPartition, int] = defaultdict(int)
        while True:
            fetched = await consumer.getmany(timeout_ms=IDLE_MS)
            for place, records in fetched.items():
                held[place].extend(kept_of(records))
                while len(held[place]) >= FILE_RECORDS:
                    await begin_file(place)
            if not fetched:
                for place in [place for place, kept in held.items() if kept]:
                    await begin_file(place)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
