"""Whether anything grows: soak.py [--minutes N] [--rate N].

One worker archives a constant load of 500 polls a second in 4 partitions for 60 minutes, in
windows of 2 s. Each minute shows its memory, open files, CPU and lag. Afterwards an audit
proves that nothing was lost or doubled.
"""

import asyncio

from command_line import from_command_line
from lag import LagWatch
from real_services import real_services
from workers import audit, open_log, start_load, start_worker

MINUTE_SECONDS = 60.0


async def main(minutes: int, rate: int) -> None:
    usages = []
    with real_services() as services:
        bucket = services.bucket("soak")
        async with open_log(services) as log:
            with start_worker(services, bucket.name, "worker") as worker:
                watch = LagWatch(log, worker)
                with start_load(services, rate):
                    for minute in range(1, minutes + 1):
                        lag = await watch.follow(MINUTE_SECONDS)
                        usages.append(usage := worker.usage())
                        print(
                            f"minute {minute:3}  {usage.resident_mib:.0f} MiB,"
                            f" {usage.open_files} files, CPU {usage.cpu_seconds:.0f} s,"
                            f" lag {lag.records:,} records, the oldest {lag.oldest_seconds:.1f} s",
                            flush=True,
                        )
                await watch.wait_until_archived()
        audit(services, bucket.name)
    first, last = usages[0], usages[-1]
    print(f"memory      {first.resident_mib:.0f} to {last.resident_mib:.0f} MiB")
    print(f"open files  {first.open_files} to {last.open_files}")


if __name__ == "__main__":
    asyncio.run(main(**from_command_line(__doc__, minutes=60, rate=500)))
