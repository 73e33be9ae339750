"""Workers that archive a log into a lake, in as many files as a test wants."""

from collections.abc import Sequence

from support.manual_clock import ManualClock
from support.record_log import RecordLog

from greenpulse.lake.archive import Archive
from greenpulse.lake.rotation import RotationPolicy, RotationReason
from greenpulse.lake.store import Store

__all__ = ["TOPIC", "archive_in_files", "archive_of"]

TOPIC = "greenpulse.polls"
_ROOMY = RotationPolicy(window_seconds=30.0, max_records=10_000, max_bytes=1 << 23)


def archive_of(store: Store, log: RecordLog, *, writer: str = "worker-1") -> Archive:
    """A worker whose files hold whatever lies between two flushes."""
    return Archive(store, log, ManualClock(), topic=TOPIC, writer=writer, rotation=_ROOMY)


async def archive_in_files(store: Store, log: RecordLog, counts: Sequence[int]) -> None:
    """Archive ``log`` from where the chain ends, so many records a file."""
    archive = archive_of(store, log)
    wanted = await archive.open(0)
    for count in counts:
        await archive.add(0, log.since(wanted, count))
        await archive.flush(0, RotationReason.WINDOW)
        wanted = archive.next_offset(0)
