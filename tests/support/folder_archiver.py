"""A process that archives a log of ten thousand records into a folder until it is killed.

Run as ``python -m support.folder_archiver LAKE``; prints the end of each file it wrote.
"""

import asyncio
import sys
from pathlib import Path

from support.archiving import archive_of, flush
from support.record_log import RecordLog, make_records

from greenpulse.lake.folder import FolderStore
from greenpulse.lake.rotation import RotationReason

RECORDS = 10_000
_RECORDS_A_FILE = 7


async def archive_until_killed(lake: Path) -> None:
    """Write small files one after another, from where the chain ends."""
    log = RecordLog(make_records(0, RECORDS))
    archive = archive_of(FolderStore(lake), log)
    wanted = await archive.open(0)
    while wanted < log.end:
        await archive.add(0, log.since(wanted, _RECORDS_A_FILE))
        for written in await flush(archive, 0, RotationReason.COUNT):
            sys.stdout.write(f"{written.file.end_offset}\n")
            sys.stdout.flush()
        wanted = archive.next_offset(0)


if __name__ == "__main__":
    asyncio.run(archive_until_killed(Path(sys.argv[1])))
