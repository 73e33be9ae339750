"""What the warehouse has of the polls topic: loads in the manifest, rows in offset order."""

from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from greenpulse.lake.ranges import OffsetRange
from greenpulse.records import POLLS_TOPIC
from greenpulse.warehouse.warehouse import LoadedOffset, Warehouse

__all__ = ["ManifestLoad", "RowCursor", "loaded_ranges", "loads_of", "rows_without_place"]

_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class ManifestLoad:
    """A row of OPS.LOAD_MANIFEST."""

    span: OffsetRange
    record_count: int
    content_sha256: str
    """Hex, over the lines of the span, each ended by LF."""


class RowCursor:
    """The rows of one partition, from the first one on.

    Args:
        warehouse: Where they are.
        partition: Whose rows.
    """

    def __init__(self, warehouse: Warehouse, partition: int) -> None:
        self._warehouse = warehouse
        self._partition = partition
        self._page: deque[LoadedOffset] = deque()
        self._last_read: int | None = None
        self._is_at_end = False

    async def next_offset(self) -> int | None:
        """Offset of the next row; None where there is no more."""
        if not self._page and not self._is_at_end:
            page = await self._warehouse.offsets(self._partition, self._last_read, limit=_PAGE)
            self._page.extend(page)
            self._is_at_end = len(page) < _PAGE
            self._last_read = page[-1].offset if page else self._last_read
        return self._page[0].offset if self._page else None

    async def take(self, last: int) -> list[LoadedOffset]:
        """The next rows, up to offset ``last``."""
        taken = []
        while (offset := await self.next_offset()) is not None and offset <= last:
            taken.append(self._page.popleft())
        return taken


async def loaded_ranges(warehouse: Warehouse) -> dict[int, OffsetRange]:
    """First and last offset of each partition that the manifest has a load of."""
    if await warehouse.identity() is None:
        return {}
    result = await warehouse.query(
        f"""
        select partition_id, min(start_offset), max(end_offset)
        from ops.load_manifest where topic = '{POLLS_TOPIC}' group by partition_id
        """  # noqa: S608 - a constant
    )
    return {partition: OffsetRange(first, last) for partition, first, last in result.rows}


async def loads_of(
    warehouse: Warehouse, partition: int, *, last: int
) -> AsyncIterator[ManifestLoad]:
    """The loads of a partition that end at ``last`` or before, in the order of their offsets."""
    last_start = -1
    while last_start < last:
        result = await warehouse.query(
            f"""
            select start_offset, end_offset, record_count, content_sha256
            from ops.load_manifest
            where topic = '{POLLS_TOPIC}' and partition_id = {partition:d}
            and start_offset > {last_start:d} and end_offset <= {last:d}
            order by start_offset, end_offset limit {_PAGE:d}
            """  # noqa: S608 - a constant and whole numbers
        )
        for start, end, record_count, content_sha256 in result.rows:
            yield ManifestLoad(OffsetRange(start, end), record_count, content_sha256)
            last_start = start
        if len(result.rows) < _PAGE:
            return


async def rows_without_place(warehouse: Warehouse) -> int:
    """How many rows name no partition or no offset, and so belong to no record."""
    if await warehouse.identity() is None:
        return 0
    result = await warehouse.query(
        """
        select count(*) from bronze.raw_intensity
        where v:partition::bigint is null or v:offset::bigint is null or v:offset::bigint < 0
        """
    )
    return int(result.rows[0][0])
