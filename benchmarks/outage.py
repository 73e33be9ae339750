"""Catching up after MinIO was away: outage.py [--rounds N] [--seconds N] [--rate N].

One worker archives a load of 2,000 polls a second in 4 partitions, in windows of 2 s. MinIO
is stopped for 60 s and started again; the load goes on. Caught up is when the oldest record
that waits is younger than a window and what its write takes. Afterwards an audit proves that
nothing was lost or doubled.
"""

import asyncio
import time
from statistics import median

from command_line import from_command_line
from lag import LagWatch
from real_services import real_services
from workers import WINDOW_SECONDS, audit, open_log, start_load, start_worker

USUAL_SECONDS = WINDOW_SECONDS + 1.5
STEADY_SECONDS = 15.0


async def main(rounds: int, seconds: float, rate: int) -> None:
    catching_up = []
    with real_services() as services:
        bucket = services.bucket("outage")
        async with open_log(services) as log:
            with start_worker(services, bucket.name, "worker") as worker:
                watch = LagWatch(log, worker)
                with start_load(services, rate):
                    for number in range(rounds):
                        await watch.follow(STEADY_SECONDS)
                        usual = await watch.wait_until_below(USUAL_SECONDS)
                        await asyncio.to_thread(services.minio.stop)
                        waiting = await watch.follow(seconds)
                        await asyncio.to_thread(services.minio.start)
                        returned = time.monotonic()
                        await watch.wait_until_below(USUAL_SECONDS)
                        catching_up.append(time.monotonic() - returned)
                        print(
                            f"round {number}: usual lag {usual.records:,} records; at the return"
                            f" {waiting.records:,}, the oldest {waiting.oldest_seconds:.0f} s old;"
                            f" caught up {catching_up[-1]:.1f} s later",
                            flush=True,
                        )
                await watch.wait_until_archived()
                usage = worker.usage()
        audit(services, bucket.name)
    print(f"catching up     median {median(catching_up):.1f} s, most {max(catching_up):.1f} s")
    print(f"peak memory     {usage.peak_mib:.0f} MiB")


if __name__ == "__main__":
    asyncio.run(main(**from_command_line(__doc__, rounds=3, seconds=60.0, rate=2_000)))
