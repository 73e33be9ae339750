"""Memory while a million polls wait: backlog.py [--records N] [--delay-seconds N].

The topic holds 1,000,000 polls, some 550 MB, before a worker starts, and each request to S3
is delayed by up to 3 s, so that the worker has always more to read than it can write. Shown
are its largest resident memory, and how long it took.
"""

import asyncio
import time
from random import Random

from command_line import from_command_line
from lag import LagWatch
from real_services import real_services
from support.services.faulty_proxy import FaultyProxy
from workers import audit, open_log, start_worker


async def main(records: int, delay_seconds: float) -> None:
    with real_services() as services:
        bucket = services.bucket("backlog")
        async with (
            open_log(services, records=records) as log,
            FaultyProxy(services.minio.endpoint, Random(1)) as proxy,
        ):
            proxy.faults.delayed, proxy.faults.delay_seconds = 1.0, delay_seconds
            began = time.monotonic()
            with start_worker(services, bucket.name, "worker", endpoint=proxy.endpoint) as worker:
                await LagWatch(log, worker).wait_until_archived()
                seconds = time.monotonic() - began
                usage = worker.usage()
        audit(services, bucket.name)
    print(f"backlog         {records:,} records in {seconds:.0f} s, start included")
    print(f"peak memory     {usage.peak_mib:.0f} MiB")


if __name__ == "__main__":
    asyncio.run(main(**from_command_line(__doc__, records=1_000_000, delay_seconds=3.0)))
