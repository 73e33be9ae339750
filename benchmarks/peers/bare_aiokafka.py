"""What aiokafka alone can do: getmany, gzip 1 in a thread, conditional PUT of 10,000 records.

    python bare_aiokafka.py HOSTS TOPIC GROUP BUCKET

It promises nothing: offsets are committed by timer, whatever was written, and records are
not looked at. Fetching goes on while files are compressed and written; what is left when
half a second brought nothing is written, too. Region, endpoint and keys of S3 are in the
usual AWS variables.
"""

import asyncio
import gzip
import sys
from collections import defaultdict

from aiobotocore.session import get_session
from aiokafka import AIOKafkaConsumer, TopicPartition

FILE_RECORDS = 10_000
FILES_AT_ONCE = 4
IDLE_MS = 500


async def main(hosts: str, topic: str, group: str, bucket: str) -> None:
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=hosts, group_id=group, auto_offset_reset="earliest"
    )
    free = asyncio.Semaphore(FILES_AT_ONCE)
    async with get_session().create_client("s3") as client, asyncio.TaskGroup() as writing:

        async def write(key: str, values: list[bytes]) -> None:
            body = await asyncio.to_thread(compressed, values)
            await client.put_object(Bucket=bucket, Key=key, Body=body, IfNoneMatch="*")
            free.release()

        async def begin_file(place: TopicPartition) -> None:
            await free.acquire()
            values = held[place]
            key = f"{place.partition:04d}/{begun[place]:08d}.ndjson.gz"
            writing.create_task(write(key, values[:FILE_RECORDS]))
            begun[place] += 1
            del values[:FILE_RECORDS]

        await consumer.start()
        held: dict[TopicPartition, list[bytes]] = defaultdict(list)
        begun: dict[TopicPartition, int] = defaultdict(int)
        while True:
            fetched = await consumer.getmany(timeout_ms=IDLE_MS)
            for place, records in fetched.items():
                held[place].extend([record.value for record in records])
                while len(held[place]) >= FILE_RECORDS:
                    await begin_file(place)
            if not fetched:
                for place in [place for place, values in held.items() if values]:
                    await begin_file(place)


def compressed(values: list[bytes]) -> bytes:
    return gzip.compress(b"\n".join(values) + b"\n", compresslevel=1)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
