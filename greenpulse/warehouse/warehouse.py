"""The warehouse, as the loader and the commands need it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from greenpulse.records import BronzeFile, WarehouseLoad

__all__ = [
    "Bronze",
    "Identity",
    "LoadedOffset",
    "QueryResult",
    "SeriesPeriod",
    "Staged",
    "Warehouse",
]


@dataclass(frozen=True, slots=True)
class Identity:
    """Uuids of this warehouse and of the lake that it feeds on."""

    warehouse_id: str
    lake_id: str


@dataclass(frozen=True, slots=True)
class Staged:
    """Consecutive bronze files of one partition, ready for one load."""

    topic: str
    partition: int
    start_offset: int
    end_offset: int
    record_count: int
    content_sha256: str
    """Hex sha256 over ``ndjson``, the uncompressed lines."""
    ndjson: bytes
    """One bronze line a record, each ended by LF."""


@dataclass(frozen=True, slots=True)
class QueryResult:
    """Rows of a SELECT; ``types`` are the engine's names of the column types."""

    columns: Sequence[str]
    types: Sequence[str]
    rows: Sequence[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class LoadedOffset:
    """What the raw table holds of one offset."""

    offset: int
    row_count: int
    """1 where all is well."""
    digest: str
    """As ``Warehouse.digest_of`` of the row's bronze line; of doubled rows, the least."""


@dataclass(frozen=True, slots=True)
class SeriesPeriod:
    """When ticks of a series are expected: on multiples of the period, plus the offset."""

    series: str
    period_seconds: float
    offset_seconds: float
    """Behind the multiples of the period since 1970-01-01T00:00Z."""
    valid_from: datetime
    """Aware. Kept as it is where the period and the offset did not change."""


class Bronze(Protocol):
    """The chain, as the loader reads it."""

    async def partitions(self, topic: str) -> list[int]:
        """Partitions that have a chain."""
        ...

    async def files_after(
        self, topic: str, partition: int, end_offset: int | None, *, limit: int
    ) -> list[BronzeFile]:
        """The next files of the chain, oldest first; None: from its base on."""
        ...

    async def lines(self, file: BronzeFile) -> bytes:
        """The uncompressed NDJSON of a file, its hash checked.

        Raises:
            ChainBroken: the body is absent or its hash is another.
        """
        ...


class Warehouse(Protocol):
    """Rows and views; each load is one transaction.

    All methods raise WarehouseUnavailable where the call may succeed later (a locked
    file, a lost race for the lease, no answer).
    """

    async def deploy(self) -> None:
        """Create what ``sql/`` names and is absent; again and again without harm."""
        ...

    async def prepare(self) -> None:
        """Make sure, before the first load, that what ``sql/`` names is there.

        Raises:
            SettingsError: something is absent, and this role may not create it.
        """
        ...

    async def identity(self) -> Identity | None:
        """Who this warehouse is; None before ``claim_identity``."""
        ...

    async def claim_identity(self, identity: Identity) -> Identity:
        """Write the identity where there is none; return the one in force."""
        ...

    async def manifest_ends(self, topic: str) -> dict[int, int]:
        """The last loaded offset of each partition that has a load."""
        ...

    async def load(self, staged: Staged) -> WarehouseLoad | None:
        """Load in one transaction; None where the manifest already holds the range.

        Lease, manifest row, raw rows, silver rows, the count, COMMIT. A commit whose
        answer was lost is looked up in the manifest.

        Raises:
            WarehouseMismatch: the range neither follows the manifest nor lies in it, or
                the rows do not count up to it.
        """
        ...

    async def offsets(
        self, partition: int, after: int | None, *, limit: int = 10_000
    ) -> list[LoadedOffset]:
        """What the raw table holds behind offset ``after``, in order; None: from the first.

        Fewer than ``limit`` means that there are no more. It looks at the rows
        themselves, never at the manifest.
        """
        ...

    def digest_of(self, line: bytes) -> str:
        """The digest that ``offsets`` gives for the row of a bronze line, without its LF."""
        ...

    async def raw_partitions(self) -> list[int]:
        """Partitions of which the raw table has a row, sorted."""
        ...

    async def set_schedule(self, periods: Sequence[SeriesPeriod]) -> None:
        """Say when ticks are expected from now on; what was expected before stays so."""
        ...

    async def query(self, sql: str) -> QueryResult:
        """One SELECT in Snowflake's dialect; it can write, read files, set nothing.

        Raises:
            SettingsError: it is no single SELECT, or the engine refuses it; the message
                is one sentence.
        """
        ...

    async def close(self) -> None:
        """Free connections and files; later calls are an error."""
        ...
