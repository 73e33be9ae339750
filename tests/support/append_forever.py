"""A program that appends 0, 1, 2 and so on to partition 0, and prints what was acknowledged."""

import asyncio
import itertools
import sys

from support.brokers import log_at

from greenpulse.broker.log import Message


async def append_forever(address: str, topic: str) -> None:
    log = log_at(address)
    for number in itertools.count():
        (offset,) = await log.append(topic, [Message(b"key", b"%d" % number, 0)])
        sys.stdout.write(f"{offset}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(append_forever(*sys.argv[1:]))
