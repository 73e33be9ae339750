"""Polls as the log holds them, staged for a load as the loader stages them."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from greenpulse.clock import Clock
from greenpulse.lake.lines import bronze_lines
from greenpulse.records import POLLS_TOPIC, WarehouseLoad
from greenpulse.warehouse.duckdb import DuckDBWarehouse
from greenpulse.warehouse.warehouse import SeriesPeriod, Staged

__all__ = ["DuckDBRows", "batch", "body_of", "item", "poll", "staged", "value_of_poll"]

APPENDED_AT = datetime(2026, 2, 5, 21, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Record:
    offset: int
    value: bytes | None
    key: bytes | None = b"national"
    appended_at: datetime = APPENDED_AT


def poll(
    poll_id: str, answered_at: str | None, body: str | None, **fields: object
) -> dict[str, Any]:
    """A Poll as the poller writes it; ``fields`` stand in place of what is given here."""
    return {
        "poll_id": poll_id,
        "family": "national",
        "series": "intensity",
        "url": "http://127.0.0.1/intensity",
        "scheduled_at": answered_at,
        "requested_at": answered_at,
        "answered_at": answered_at,
        "status": 200,
        "headers": {},
        "body": body,
        "error": None,
        "attempts": 1,
        "worker": "test",
        **fields,
    }


def item(
    start: str, end: str, forecast: object, actual: object, index: object = "low"
) -> dict[str, Any]:
    """An item of a body of the national family."""
    intensity = {"forecast": forecast, "actual": actual, "index": index}
    return {"from": start, "to": end, "intensity": intensity}


def body_of(*items: object) -> str:
    """A body as the API answers it."""
    return json.dumps({"data": list(items)})


def value_of_poll(fields: object) -> bytes:
    """The record's value as it lies in the log."""
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()


def staged(values: Sequence[bytes | None], start_offset: int = 0, partition: int = 0) -> Staged:
    """The records of one load."""
    records = [_Record(start_offset + number, value) for number, value in enumerate(values)]
    ndjson = bronze_lines(POLLS_TOPIC, partition, records)
    return Staged(
        topic=POLLS_TOPIC,
        partition=partition,
        start_offset=start_offset,
        end_offset=start_offset + len(values) - 1,
        record_count=len(values),
        content_sha256=hashlib.sha256(ndjson).hexdigest(),
        ndjson=ndjson,
    )


def batch(start_offset: int, record_count: int = 5, partition: int = 0) -> Staged:
    """Polls, a second apart, of a half hour whose actual they see change."""
    polls = [
        poll(
            f"poll {partition} {offset}",
            f"2026-02-05T21:{offset // 60 % 60:02}:{offset % 60:02}Z",
            body_of(item("2026-02-05T20:30Z", "2026-02-05T21:00Z", 117, 130 + offset // 3)),
        )
        for offset in range(start_offset, start_offset + record_count)
    ]
    return staged([value_of_poll(fields) for fields in polls], start_offset, partition)


class DuckDBRows:
    """A warehouse in ``path`` that is loaded and queried step by step, without a loop.

    ``load`` gives each record the next offset of its partition.
    """

    def __init__(self, path: Path, clock: Clock | None = None) -> None:
        self.path = path
        self._warehouse = DuckDBWarehouse(path, clock=clock)
        self._next_offsets: dict[int, int] = {}
        asyncio.run(self._warehouse.deploy())

    def load(self, *values: bytes | None, partition: int = 0) -> list[int]:
        """Load one batch; return the offsets that it got."""
        load = self.load_and_tell(*values, partition=partition)
        return list(range(load.start_offset, load.end_offset + 1))

    def load_and_tell(self, *values: bytes | None, partition: int = 0) -> WarehouseLoad:
        """Load one batch; return what the warehouse says of it."""
        start = self._next_offsets.get(partition, 0)
        load = asyncio.run(self._warehouse.load(staged(values, start, partition)))
        assert load is not None
        self._next_offsets[partition] = start + len(values)
        return load

    def load_polls(self, *polls: dict[str, Any]) -> list[int]:
        return self.load(*map(value_of_poll, polls))

    def select(self, sql: str) -> list[tuple[Any, ...]]:
        return list(asyncio.run(self._warehouse.query(sql)).rows)

    def rows_of(self, sql: str) -> list[dict[str, Any]]:
        """Rows of ``sql``, each by column."""
        result = asyncio.run(self._warehouse.query(sql))
        return [dict(zip(result.columns, row, strict=True)) for row in result.rows]

    def polls(self) -> dict[int, dict[str, Any]]:
        """Rows of SILVER.POLL, by offset."""
        return {row["log_offset"]: row for row in self.rows_of("select * from silver.poll")}

    def set_now(self, moment: str) -> None:
        """Put a standing clock in the place of OPS.NOW."""
        with duckdb.connect(self.path) as connection:
            connection.execute(
                f"create or replace view ops.now as select timestamp '{moment}' as now_at"
            )

    def set_schedule(self, *periods: SeriesPeriod) -> None:
        asyncio.run(self._warehouse.set_schedule(periods))

    def close(self) -> None:
        asyncio.run(self._warehouse.close())
