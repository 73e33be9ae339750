"""A bad network before a real MinIO: resets, delays, 503, and PUTs whose answer is swallowed."""

import random
from uuid import uuid4

from support.archiving import archive_of, flush, offsets_in
from support.manual_clock import ManualClock
from support.memory_store import MemoryStore
from support.record_log import RecordLog, make_records
from support.s3_stores import account_of
from support.services.addresses import S3Address
from support.services.faulty_proxy import Faults, FaultyProxy

from greenpulse.lake.claims import Claims
from greenpulse.lake.rotation import RotationReason
from greenpulse.lake.s3 import S3Store
from greenpulse.lake.s3_client import S3Account
from greenpulse.lake.store import Store


class ImpatientClock(ManualClock):
    """Time passes at once for whoever sleeps: pauses between tries cost nothing."""

    async def sleep(self, seconds: float) -> None:
        self._monotonic += seconds


async def test_each_record_is_archived_once_however_bad_the_network_is(minio: S3Address) -> None:
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    location = f"greenpulse-{uuid4()}/lake"
    async with FaultyProxy(minio.endpoint, random.Random(seed)) as proxy:
        account = S3Account(proxy.endpoint, minio.access_key, minio.secret_key)
        store = S3Store(location, account, silence_seconds=5.0)
        await Claims(store).claim_lake()
        log = RecordLog(make_records(0, 200))
        archive = archive_of(store, log, ImpatientClock())
        await archive.open(0)
        proxy.faults = Faults(0.1, 0.2, 0.2, 0.3, delay_seconds=0.05)

        for first in range(0, 200, 8):
            await archive.add(0, log.records[first : first + 8])
            await flush(archive, 0, RotationReason.WINDOW)

        await store.close()

    assert all(proxy.counts[fault] > 0 for fault in ("reset", "unavailable", "swallowed"))
    directly = S3Store(location, account_of(minio))
    assert offsets_in(await _copy(directly)) == list(range(200))
    await directly.close()


async def _copy(store: Store) -> MemoryStore:
    """What of the chain lies in ``store`` now."""
    copy = MemoryStore()
    for key in await store.keys("topic="):
        stored = await store.read(key)
        assert stored is not None
        copy.objects[key] = stored
    return copy
