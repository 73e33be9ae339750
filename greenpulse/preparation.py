"""What must be there before a worker's first service starts; all that is wrong is said now."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from uuid import UUID

from greenpulse.broker.log import Log
from greenpulse.broker.worker_lock import WorkerLock
from greenpulse.clock import Clock
from greenpulse.errors import SettingsError, StoreUnavailable, WarehouseMismatch
from greenpulse.grid.schedule import Series
from greenpulse.lake.claims import Claims
from greenpulse.lake.proved_store import ProvedStore
from greenpulse.records import POLLS_TOPIC
from greenpulse.settings import Settings
from greenpulse.topics import GROUP, topic_specs
from greenpulse.warehouse.load import Loader
from greenpulse.warehouse.warehouse import Bronze, Identity, SeriesPeriod, Warehouse

__all__ = ["open_loader", "prepare"]

log = logging.getLogger(__name__)

_LAKE_SECONDS = 15.0


async def prepare(settings: Settings, broker: Log, store: ProvedStore, claims: Claims) -> None:
    """Take the embedded log, create the topics, prove the store, claim the lake.

    Topics are created here, before any client of this process names them: asking Kafka
    for a missing topic makes one, with the broker's defaults.

    Raises:
        SettingsError: another worker runs on this log, a topic has another partition
            count, the store is not to be trusted, a folder cannot be written.
        BrokerUnavailable: the log cannot be reached.
    """
    _make_folder(settings.data)
    if settings.broker.path is not None:
        WorkerLock(settings.broker.path).acquire()
    specs = topic_specs(settings.partitions, settings.retention_days)
    await broker.ensure_topics(specs)
    await broker.prove_access([spec.name for spec in specs], GROUP)
    try:
        async with asyncio.timeout(_LAKE_SECONDS):
            await store.prove()
            await claims.claim_lake()
    except (StoreUnavailable, TimeoutError) as error:
        # A lake that is away stops the archive, not the polling: it is proved when it is
        # back, before anything is written.
        log.warning("lake_not_reached cause=%s", str(error) or "no answer in time")


def _make_folder(folder: Path) -> None:
    # Faust puts a folder of its own there, but does not make those above it.
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"creating '{folder}': {error.strerror}; set GREENPULSE_DATA to another folder"
        raise SettingsError(message) from error


async def open_loader(  # noqa: PLR0913 - two ports, two facts, time and chance
    warehouse: Warehouse,
    bronze: Bronze,
    claims: Claims,
    *,
    schedule: Sequence[Series],
    clock: Clock,
    new_uuid: Callable[[], UUID],
) -> Loader:
    """A loader of the warehouse that the lake feeds; the first one is claimed.

    The warehouse has its uuid before the lake knows of it: an empty one beside a lake that
    feeds a warehouse already is never that one, but another machine's, or a new file.

    The warehouse learns the schedule, too: GOLD.PIPELINE_HEALTH says what ticks to expect.

    Raises:
        WarehouseMismatch: it is another lake's, or the lake feeds another one.
        TransientError: lake or warehouse are away; call again.
    """
    lake_id = await claims.claim_lake()
    claim = await claims.warehouse()
    await warehouse.prepare()
    own = await warehouse.identity()
    if own is None and claim is not None:
        message = (
            f"opening the warehouse: it is new, and the lake feeds '{claim.warehouse_id}' already;"
            " run all workers where that one is, or 'greenpulse rebuild' where it is lost for ever"
        )
        raise WarehouseMismatch(message)
    if own is None:
        own = await warehouse.claim_identity(Identity(str(new_uuid()), lake_id))
    if claim is None and own.lake_id == lake_id:
        claim = await claims.claim_warehouse(own.warehouse_id)
    warehouse_id = own.warehouse_id if claim is None else claim.warehouse_id
    loader = Loader(warehouse, bronze, topic=POLLS_TOPIC, identity=Identity(warehouse_id, lake_id))
    await loader.start()
    await warehouse.set_schedule(
        [SeriesPeriod(s.name, s.period_seconds, s.offset_seconds, clock.now()) for s in schedule]
    )
    return loader
