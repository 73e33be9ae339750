"""What is claimed once and for all beside the chains, each in a small JSON object.

Whoever loses a claim reads the winner's: all workers agree, whoever came first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar
from uuid import UUID, uuid4

import orjson

from greenpulse.errors import PermanentError, SourceMismatch, StoreUnavailable
from greenpulse.lake.ranges import OffsetRange
from greenpulse.lake.store import Store

__all__ = ["Claims", "Source", "WarehouseClaim"]

_LAKE = "claims/lake"
_SOURCE = "claims/source"
_WAREHOUSES = "claims/warehouse/"
_MAX_LISTED = 100_000

_T = TypeVar("_T", str, int)


class Source(Enum):
    """Who answers the polls of this lake."""

    REAL = "real"
    SIMULATED = "simulated"


@dataclass(frozen=True, slots=True)
class WarehouseClaim:
    """A warehouse that the lake feeds; of several the highest number is in force."""

    number: int
    warehouse_id: str

    @property
    def key(self) -> str:
        """Where in the lake it is claimed."""
        return f"{_WAREHOUSES}{self.number:06d}"


class Claims:
    """The claims of one lake; methods that begin with ``claim`` or ``accept`` write.

    Args:
        store: Where the lake lies.
        new_uuid: Gives a fresh uuid at each call.
    """

    def __init__(self, store: Store, new_uuid: Callable[[], UUID] = uuid4) -> None:
        self._store = store
        self._new_uuid = new_uuid

    async def lake_id(self) -> str | None:
        """The lake's uuid; None before ``claim_lake``."""
        return await self._read(_LAKE, "lake_id", str)

    async def claim_lake(self) -> str:
        """Give the lake a uuid where it has none; return the one in force."""
        return await self._claim(_LAKE, "lake_id", str(self._new_uuid()))

    async def base(self, topic: str, partition: int) -> int | None:
        """First offset of a chain; None where none was begun."""
        return await self._read(_base_key(topic, partition), "first_offset", int)

    async def claim_base(self, topic: str, partition: int, first_offset: int) -> int:
        """Begin a chain at ``first_offset``; return where it does begin."""
        return await self._claim(_base_key(topic, partition), "first_offset", first_offset)

    async def source(self) -> Source | None:
        """Who answers the polls of this lake; None before the first answer."""
        claim = await self._read(_SOURCE, "source", str)
        return None if claim is None else _read_source(claim)

    async def claim_source(self, source: Source) -> None:
        """Say who answers.

        Raises:
            SourceMismatch: the lake is of the other kind.
        """
        claimed = _read_source(await self._claim(_SOURCE, "source", source.value))
        if claimed is not source:
            message = (
                f"archiving {source.value} answers: this lake holds {claimed.value} ones; set "
                "GREENPULSE_DATA (or GREENPULSE_LAKE, _BROKER and _WAREHOUSE) to another place, "
                "or GREENPULSE_API_URL to the other source"
            )
            raise SourceMismatch(message)

    async def warehouse(self) -> WarehouseClaim | None:
        """The warehouse in force; None where the lake feeds none yet."""
        keys = await self._store.keys(_WAREHOUSES, limit=_MAX_LISTED)
        return await self._read_warehouse(keys[-1]) if keys else None

    async def warehouses(self) -> list[WarehouseClaim]:
        """All warehouses that the lake has fed, in the order of their numbers."""
        keys = await self._store.keys(_WAREHOUSES, limit=_MAX_LISTED)
        return [await self._read_warehouse(key) for key in keys]

    async def claim_warehouse(self, warehouse_id: str, *, number: int = 1) -> WarehouseClaim:
        """Feed ``warehouse_id`` under ``number``; return what is claimed under it."""
        wanted = WarehouseClaim(number, warehouse_id)
        claimed_id = await self._claim(wanted.key, "warehouse_id", warehouse_id)
        return WarehouseClaim(number, claimed_id)

    async def accepted_gaps(self, topic: str, partition: int) -> list[OffsetRange]:
        """Offsets that somebody declared as lost for ever, in order."""
        keys = await self._store.keys(_gap_prefix(topic, partition), limit=_MAX_LISTED)
        gaps = []
        for key in keys:
            last = await self._read(key, "last_offset", int)
            first = key.rpartition("/")[2]
            if last is None or not first.isdecimal():
                raise _damaged(key)
            gaps.append(OffsetRange(int(first), last))
        return gaps

    async def accept_gap(self, topic: str, partition: int, gap: OffsetRange) -> OffsetRange:
        """Declare ``gap`` as lost for ever; return what is declared from its first offset on."""
        key = f"{_gap_prefix(topic, partition)}{gap.first:020d}"
        last = await self._claim(key, "last_offset", gap.last, first_offset=gap.first)
        return OffsetRange(gap.first, last)

    async def _read_warehouse(self, key: str) -> WarehouseClaim:
        warehouse_id = await self._read(key, "warehouse_id", str)
        number = key.removeprefix(_WAREHOUSES)
        if warehouse_id is None or not number.isdecimal():
            raise _damaged(key)
        return WarehouseClaim(int(number), warehouse_id)

    async def _claim(self, key: str, name: str, value: _T, **more: int) -> _T:
        claimed = await self._read(key, name, type(value))
        if claimed is not None:
            return claimed
        await self._store.create(key, orjson.dumps({**more, name: value}))
        claimed = await self._read(key, name, type(value))
        if claimed is None:
            message = f"claiming '{key}': the store shows nothing there yet"
            raise StoreUnavailable(message)
        return claimed

    async def _read(self, key: str, name: str, kind: type[_T]) -> _T | None:
        stored = await self._store.read(key)
        if stored is None:
            return None
        try:
            claim = orjson.loads(stored.body)
        except ValueError as error:
            raise _damaged(key) from error
        value = claim.get(name) if isinstance(claim, dict) else None
        if not isinstance(value, kind):
            raise _damaged(key)
        return value


def _base_key(topic: str, partition: int) -> str:
    return f"claims/base/{topic}/{partition:04d}"


def _gap_prefix(topic: str, partition: int) -> str:
    return f"claims/gaps/{topic}/{partition:04d}/"


def _read_source(claim: str) -> Source:
    try:
        return Source(claim)
    except ValueError as error:
        raise _damaged(_SOURCE) from error


def _damaged(key: str) -> PermanentError:
    message = f"reading '{key}': it is no claim of GreenPulse; put it back from a copy"
    return PermanentError(message)
