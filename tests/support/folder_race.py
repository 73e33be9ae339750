"""A process that creates keys in a lake beside others; prints those that it won.

Run as ``python -m support.folder_race LAKE WRITER KEYS``; begins when it reads a line.
"""

import asyncio
import sys
from pathlib import Path

from greenpulse.lake.folder import FolderStore


async def win(lake: Path, writer: str, keys: int) -> list[int]:
    """Numbers of the keys that this process created; eight writers a key."""
    store = FolderStore(lake)
    won = []
    for number in range(keys):
        key = f"race/{number:04d}"
        bodies = [f"{writer}-{number}-{thread}" for thread in range(8)]
        answers = await asyncio.gather(
            *(store.create(key, body.encode(), {"writer": body}) for body in bodies)
        )
        won += [number] * sum(answers)
    return won


if __name__ == "__main__":
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    numbers = asyncio.run(win(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
    sys.stdout.write(" ".join(map(str, numbers)) + "\n")
