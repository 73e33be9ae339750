"""From kill -9 of a worker to the first new file of its partitions: failover.py [--rounds N].

Two workers share 4 partitions and a load of 1,000 polls a second, in windows of 2 s. One of
them is killed, and started again for the next round, which kills the other one. Most of the
time passes until Kafka's session time-out, 15 s after the last heartbeat, gives the
partitions to the worker that is left. Afterwards an audit proves that nothing was lost or
doubled.
"""

import asyncio
import time
from contextlib import ExitStack
from statistics import median

from bucket import Bucket
from command_line import from_command_line
from lag import LagWatch
from measured_process import MeasuredProcess
from real_services import real_services
from workers import PARTITIONS, audit, open_log, start_load, start_worker

from greenpulse.lake.keys import partition_prefix
from greenpulse.records import POLLS_TOPIC

RATE = 1_000
LOOK_SECONDS = 0.1
SETTLED_SECONDS = 10.0


async def main(rounds: int) -> None:
    first, last = [], []
    with real_services() as services, ExitStack() as running:
        bucket = services.bucket("failover")
        async with open_log(services) as log:
            names = [f"worker-{number}" for number in range(rounds + 2)]

            def start() -> MeasuredProcess:
                worker = start_worker(services, bucket.name, names.pop(0))
                return running.enter_context(worker)

            workers = [start(), start()]
            with start_load(services, RATE):
                for number in range(rounds):
                    victim = workers.pop(0)
                    partitions = await partitions_of(victim, workers[0], bucket)
                    victim.kill()
                    killed_at = time.time()
                    seconds = [
                        await written_by_another(partition, bucket, killed_at, victim) - killed_at
                        for partition in partitions
                    ]
                    first.append(min(seconds))
                    last.append(max(seconds))
                    print(
                        f"round {number}: partitions {partitions} after {first[-1]:.1f} s,"
                        f" all of them after {last[-1]:.1f} s",
                        flush=True,
                    )
                    workers.append(start())
            await LagWatch(log, *workers).wait_until_archived()
            running.close()
        audit(services, bucket.name)
    print(f"first new file   median {median(first):.1f} s, most {max(first):.1f} s")
    print(f"of each of them  median {median(last):.1f} s, most {max(last):.1f} s")


async def partitions_of(
    victim: MeasuredProcess, other: MeasuredProcess, bucket: Bucket
) -> list[int]:
    """The partitions that ``victim`` writes, once each has been one worker's for a while."""
    while True:
        since = time.time() - SETTLED_SECONDS
        writers = [{pid for pid, _ in written(n, bucket, since)} for n in range(PARTITIONS)]
        if {victim.pid} in writers and all(w in ({victim.pid}, {other.pid}) for w in writers):
            return [n for n, writer in enumerate(writers) if writer == {victim.pid}]
        for worker in (victim, other):
            worker.must_run()
        await asyncio.sleep(LOOK_SECONDS)


async def written_by_another(
    partition: int, bucket: Bucket, since: float, victim: MeasuredProcess
) -> float:
    """When the first file of ``partition`` since then was written that is not the victim's."""
    while True:
        for pid, written_at in written(partition, bucket, since):
            if pid != victim.pid:
                return written_at
        await asyncio.sleep(LOOK_SECONDS)


def written(partition: int, bucket: Bucket, since: float) -> list[tuple[int, float]]:
    """The process and the time of each file of ``partition`` that is younger, oldest first."""
    prefix = f"lake/{partition_prefix(POLLS_TOPIC, partition)}"
    return [
        # A worker's name in the metadata is its host and its process.
        (int(bucket.metadata(file.key)["writer"].rpartition("-")[2]), file.written_at)
        for file in bucket.files(prefix)
        if file.written_at > since
    ]


if __name__ == "__main__":
    asyncio.run(main(**from_command_line(__doc__, rounds=5)))
