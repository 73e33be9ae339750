"""The steps of a rebuild: what a run does that begins, or goes on where another one died.

What was done shows in the lake and the warehouses themselves: whose uuid lies in the place,
whose beside it, and which of them the lake's newest claim names.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC
from uuid import UUID

from greenpulse.commands.rebuild_proof import ProvedPartition, prove
from greenpulse.errors import (
    ChainBroken,
    SettingsError,
    WarehouseMismatch,
    WarehouseUnavailable,
)
from greenpulse.lake.claims import Claims, WarehouseClaim
from greenpulse.lake.reader import ChainReader
from greenpulse.records import POLLS_TOPIC
from greenpulse.warehouse.load import Loader
from greenpulse.warehouse.rebuild import Replacement
from greenpulse.warehouse.warehouse import Identity, SeriesPeriod, Warehouse

__all__ = ["Rebuilding", "Rebuilt"]

_LOAD_FILES = 1000
_LOAD_BYTES = 32 << 20
"""More than a worker's load: regional answers take thirty times as much of DuckDB's 2 GB."""


@dataclass(slots=True)
class Rebuilt:
    """What a run did."""

    partitions: list[ProvedPartition] = field(default_factory=list)
    has_old: bool = False
    """Whether there was a warehouse to compare with."""
    claim: WarehouseClaim | None = None
    """The warehouse that is in the place now; None where it was not swapped."""
    kept_as: str | None = None
    """Name of the old one."""

    @property
    def is_equal(self) -> bool:
        """Whether the new one is just what bronze says."""
        return not any(part.new_differences for part in self.partitions)


class Rebuilding:
    """Makes the warehouse anew from the chains of a lake.

    Args:
        replacement: The place.
        chain: The lake.
        claims: Of the same lake.
        new_uuid: Gives a fresh uuid at each call.
        loaded: Told how many records were loaded.
        compared: Told how many records were compared.
    """

    def __init__(  # noqa: PLR0913 - two ports, chance, and two ears
        self,
        replacement: Replacement,
        chain: ChainReader,
        claims: Claims,
        *,
        new_uuid: Callable[[], UUID],
        loaded: Callable[[int], None],
        compared: Callable[[int], None],
    ) -> None:
        self._replacement = replacement
        self._chain = chain
        self._claims = claims
        self._new_uuid = new_uuid
        self._loaded = loaded
        self._compared = compared

    async def run(self) -> Rebuilt:
        """Make, prove, compare, swap; nothing is swapped where the proof fails.

        Raises:
            SettingsError, WarehouseMismatch: the lake is empty, or the warehouse is another's.
            ChainBroken: bronze is not whole.
            TransientError: a part is away; run it again.
        """
        partitions = await self._chain.partitions(POLLS_TOPIC)
        if not partitions:
            message = "rebuilding the warehouse: the lake holds no bronze file yet to make it from"
            raise SettingsError(message)
        lake_id = await self._claims.claim_lake()
        old = await self._old(lake_id)
        kept_as = await self._finish_earlier_run(old)
        if kept_as is not None:
            return Rebuilt(claim=await self._claims.warehouse(), kept_as=kept_as)
        identity = await self._begin(lake_id)
        rebuilt = Rebuilt(has_old=old is not None)
        try:
            await self._load(self._replacement.successor, identity)
            rebuilt.partitions = await prove(
                self._chain,
                new=self._replacement.successor,
                old=self._replacement.current,
                compared=self._compared,
            )
        except ChainBroken as error:
            message = f"{error}; nothing was swapped, 'greenpulse audit' tells all that is wrong"
            raise ChainBroken(message) from error
        if await self._replacement.successor.identity() != identity:
            message = "rebuilding the warehouse: another rebuild has ended meanwhile; nothing to do"
            raise WarehouseUnavailable(message)
        if rebuilt.is_equal:
            await self._copy_schedule()
            rebuilt.claim = await self._claim(identity)
            rebuilt.kept_as = await self._replacement.swap(
                identity.warehouse_id, rebuilt.claim.number
            )
            # What was archived meanwhile; where a worker runs, it may be faster.
            await self._load(self._replacement.current, identity)
        return rebuilt

    async def drop_old(self) -> list[str]:
        """Remove what earlier runs left beside the warehouse that the lake feeds.

        Raises:
            WarehouseMismatch: the one in the place is not that one, so the old may be needed.
        """
        claim, left = await self._claims.warehouse(), await self._replacement.left_over()
        identity = await self._replacement.current.identity()
        fed = None if claim is None else claim.warehouse_id
        is_in_force = identity is not None and identity.warehouse_id == fed
        is_unfinished = left is not None and left.warehouse_id != fed
        if not is_in_force and not is_unfinished:
            message = (
                "removing old warehouses: the one in their place is not the one that the lake "
                "feeds, so they may be needed; run 'greenpulse rebuild' first"
            )
            raise WarehouseMismatch(message)
        return await self._replacement.drop_old(old=is_in_force, unfinished=is_unfinished)

    async def _old(self, lake_id: str) -> Identity | None:
        """Who is in the place; claimed, where a worker would have claimed it."""
        old = await self._replacement.current.identity()
        if old is None:
            return None
        if old.lake_id != lake_id:
            message = (
                f"rebuilding the warehouse: it holds lake '{old.lake_id}', and GREENPULSE_LAKE is "
                f"'{lake_id}'; set GREENPULSE_WAREHOUSE to another place"
            )
            raise WarehouseMismatch(message)
        if await self._claims.warehouse() is None:
            await self._claims.claim_warehouse(old.warehouse_id)
        return old

    async def _finish_earlier_run(self, old: Identity | None) -> str | None:
        """Set an old warehouse aside that lies where the next successor should.

        Returns:
            Its name, where a run died right behind its swap, so that all is done.
        """
        left = await self._replacement.left_over()
        claims = await self._claims.warehouses()
        former = {claim.warehouse_id for claim in claims[:-1]}
        if left is None or left.warehouse_id not in former:
            return None
        kept_as = await self._replacement.set_aside(claims[-1].number)
        is_done = old is not None and old.warehouse_id == claims[-1].warehouse_id
        return kept_as if is_done else None

    async def _begin(self, lake_id: str) -> Identity:
        successor = self._replacement.successor
        await self._replacement.begin()
        identity = await successor.claim_identity(Identity(str(self._new_uuid()), lake_id))
        if identity.lake_id != lake_id:
            message = (
                f"rebuilding the warehouse: an unfinished one of lake '{identity.lake_id}' lies "
                "beside it; remove that one"
            )
            raise WarehouseMismatch(message)
        return identity

    async def _load(self, warehouse: Warehouse, identity: Identity) -> None:
        loader = Loader(
            warehouse,
            self._chain,
            topic=POLLS_TOPIC,
            identity=identity,
            max_bytes=_LOAD_BYTES,
            max_files=_LOAD_FILES,
        )
        await loader.start()
        for partition in await self._chain.partitions(POLLS_TOPIC):
            # No further: a worker may archive faster than this loads.
            end = await self._chain.end(POLLS_TOPIC, partition)
            while (load := await loader.load_next(partition)) is not None:
                self._loaded(load.record_count)
                if end is not None and load.end_offset >= end:
                    break

    async def _copy_schedule(self) -> None:
        """Since when which ticks are expected is in no bronze file."""
        current, successor = self._replacement.current, self._replacement.successor
        if await current.identity() is None:
            return
        known, there = await _schedule(current), await _schedule(successor)
        await successor.set_schedule([period for period in known if period not in there])

    async def _claim(self, identity: Identity) -> WarehouseClaim:
        """Let the lake feed the successor from now on."""
        while True:
            claim = await self._claims.warehouse()
            if claim is not None and claim.warehouse_id == identity.warehouse_id:
                return claim
            number = 1 if claim is None else claim.number + 1
            await self._claims.claim_warehouse(identity.warehouse_id, number=number)


async def _schedule(warehouse: Warehouse) -> list[SeriesPeriod]:
    result = await warehouse.query(
        "select series, period_seconds, offset_seconds, valid_from "
        "from ops.schedule order by valid_from"
    )
    return [
        SeriesPeriod(series, period_seconds, offset_seconds, valid_from.replace(tzinfo=UTC))
        for series, period_seconds, offset_seconds, valid_from in result.rows
    ]
