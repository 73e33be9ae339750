"""The loader: follows each chain and brings the warehouse up to its end."""

import hashlib
from collections.abc import Sequence

from greenpulse.errors import WarehouseMismatch
from greenpulse.records import BronzeFile, WarehouseLoad
from greenpulse.warehouse.warehouse import Bronze, Identity, Staged, Warehouse

__all__ = ["Loader"]


class Loader:
    """Loads bronze files, many small ones at once, each exactly once.

    The manifest says where a partition's next load begins; what this loader committed
    itself it remembers, so that waking up for nothing opens no warehouse.

    Args:
        warehouse: Where rows go.
        bronze: The chains.
        topic: Whose chains.
        identity: The lake's uuid, and the uuid of the warehouse that the lake feeds.
        max_bytes: A load takes files until their lines sum up to so much.
        max_files: A load takes at most so many files.
    """

    def __init__(  # noqa: PLR0913 - two ports, what to load, and two bounds
        self,
        warehouse: Warehouse,
        bronze: Bronze,
        *,
        topic: str,
        identity: Identity,
        max_bytes: int = 8 << 20,
        max_files: int = 100,
    ) -> None:
        self._warehouse = warehouse
        self._bronze = bronze
        self._topic = topic
        self._identity = identity
        self._max_bytes = max_bytes
        self._max_files = max_files
        self._ends: dict[int, int] | None = None

    async def start(self) -> None:
        """Create what is absent in the warehouse, and make sure that it is this lake's.

        Raises:
            WarehouseUnavailable: try again later.
            WarehouseMismatch: it feeds on another lake, or the lake feeds another one.
        """
        await self._warehouse.prepare()
        found = await self._warehouse.claim_identity(self._identity)
        if found == self._identity:
            return
        if found.lake_id != self._identity.lake_id:
            message = (
                f"opening the warehouse: it holds lake '{found.lake_id}', and GREENPULSE_LAKE is "
                f"'{self._identity.lake_id}'; set GREENPULSE_WAREHOUSE to the lake's own, or to an "
                "empty one"
            )
        else:
            message = (
                f"opening the warehouse: it is '{found.warehouse_id}', and the lake feeds "
                f"'{self._identity.warehouse_id}' now; set GREENPULSE_WAREHOUSE to that one, or "
                "run 'greenpulse rebuild'"
            )
        raise WarehouseMismatch(message)

    async def load_next(self, partition: int) -> WarehouseLoad | None:
        """Load the next files that the chain of ``partition`` holds behind the manifest's end.

        Returns:
            The load that was committed; None where there is nothing to load.

        Raises:
            WarehouseUnavailable, StoreUnavailable: call again later, nothing is lost.
            WarehouseMismatch, ChainBroken: this partition cannot go on.
        """
        while True:
            if self._ends is None:
                self._ends = await self._warehouse.manifest_ends(self._topic)
            end = self._ends.get(partition)
            staged = await self._stage(partition, end)
            if staged is None:
                return None
            load = await self._load(staged, end)
            if load is not None:
                return load

    def end_of(self, partition: int) -> int | None:
        """The last loaded offset of ``partition``; None: nothing is loaded, or known yet."""
        return None if self._ends is None else self._ends.get(partition)

    async def _load(self, staged: Staged, end: int | None) -> WarehouseLoad | None:
        """Load ``staged``; None where another loader was here, and the end is another."""
        try:
            load = await self._warehouse.load(staged)
        except WarehouseMismatch:
            self._ends = await self._warehouse.manifest_ends(self._topic)
            if self._ends.get(staged.partition) == end:
                raise
            return None
        if load is None:
            self._ends = None
        elif self._ends is not None:
            self._ends[staged.partition] = staged.end_offset
        return load

    async def _stage(self, partition: int, end: int | None) -> Staged | None:
        files = await self._bronze.files_after(self._topic, partition, end, limit=self._max_files)
        taken: list[BronzeFile] = []
        bodies: list[bytes] = []
        for file in files:
            lines = await self._bronze.lines(file)
            if bodies and sum(map(len, bodies)) + len(lines) > self._max_bytes:
                break
            taken.append(file)
            bodies.append(lines)
        return _staged(taken, b"".join(bodies)) if taken else None


def _staged(files: Sequence[BronzeFile], ndjson: bytes) -> Staged:
    return Staged(
        topic=files[0].topic,
        partition=files[0].partition,
        start_offset=files[0].start_offset,
        end_offset=files[-1].end_offset,
        record_count=sum(file.record_count for file in files),
        content_sha256=hashlib.sha256(ndjson).hexdigest(),
        ndjson=ndjson,
    )
