"""Appends heartbeats at a constant rate, for ever: constant_load.py HOSTS PARTITIONS A_SECOND.

A process of its own, so that neither it nor who watches is late for the other. What it was
late with, because Kafka was away, say, is made up for.
"""

import asyncio
import sys
import time

from polls_topic import append

from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_log import KafkaLog

STEP_SECONDS = 0.1


async def main(hosts: str, partitions: int, a_second: int) -> None:
    log = KafkaLog(KafkaConnection(hosts))
    began, appended = time.monotonic(), 0
    while True:
        due = int((time.monotonic() - began) * a_second)
        if due > appended:
            await append(log, partitions, due - appended, first=appended)
            appended = due
        await asyncio.sleep(STEP_SECONDS)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
