"""Faust tables of how far each partition has come, and of the newest answers; for ``/stats``.

Never the authority: the chain says what is archived, the manifest what is loaded.
Rows are absolute values, so that a record that comes twice changes nothing. A worker
shows those of its own partitions: of the others it may have old ones.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import faust
from faust.types import TableT

from greenpulse.agents.streams import Events, acknowledge, raw_topic, record_in, unacked
from greenpulse.records import (
    FILES_TOPIC,
    LATEST_TOPIC,
    LOADS_TOPIC,
    BronzeFile,
    Latest,
    WarehouseLoad,
)
from greenpulse.status import PipelineStatus

__all__ = ["attach"]


def attach(app: faust.App, status: PipelineStatus, *, partitions: int) -> None:
    """Keep the tables, and show them through ``status``."""

    def table(name: str) -> TableT[Any, Any]:
        # No value_type: Faust cannot recover a table of plain dicts from its changelog.
        return app.Table(name, partitions=partitions, key_type=str)

    archived = table("archived_offsets")
    loaded = table("loaded_offsets")
    newest = table("newest_observations")

    def track(topic: str, kind: type[faust.Record], set_row: Callable[[Any, int], None]) -> None:
        channel = raw_topic(app, topic)

        @app.agent(channel, name=f"greenpulse.track.{topic.rpartition('.')[2]}")
        async def keep(stream: Events) -> None:
            """The newest of each key is kept in a table."""
            async for event in unacked(stream):
                said = record_in(event.value, kind)
                if said is not None:
                    set_row(said, event.message.partition)
                await acknowledge(stream, event)

    def set_archived(file: BronzeFile, partition: int) -> None:
        _advance(archived, partition, file.end_offset, file.last_appended_at)

    def set_loaded(load: WarehouseLoad, partition: int) -> None:
        _advance(loaded, partition, load.end_offset, load.loaded_at)

    def set_newest(latest: Latest, partition: int) -> None:
        row = newest.get(latest.series)
        if row is None or row["answered_at"] <= latest.answered_at:
            newest[latest.series] = {
                "partition": partition,
                "answered_at": latest.answered_at,
                "scheduled_at": latest.scheduled_at,
                "outcome": latest.outcome,
                "observation": latest.observations[-1] if latest.observations else None,
            }

    track(FILES_TOPIC, BronzeFile, set_archived)
    track(LOADS_TOPIC, WarehouseLoad, set_loaded)
    track(LATEST_TOPIC, Latest, set_newest)
    tables = {"archived": archived, "loaded": loaded, "newest": newest}
    status.tables = {name: _OwnRows(rows, status) for name, rows in tables.items()}


class _OwnRows(Mapping[str, object]):
    """The rows of a table that are kept on this worker now."""

    def __init__(self, table: TableT[Any, Any], status: PipelineStatus) -> None:
        self._table = table
        self._status = status

    def __getitem__(self, key: str) -> object:
        return self._table[key]

    def __iter__(self) -> Iterator[str]:
        for key, row in self._table.items():
            if row.get("partition") in self._status.partitions:
                yield key

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _advance(table: TableT[Any, Any], partition: int, end_offset: int, at: str | None) -> None:
    row = table.get(str(partition))
    if row is None or row["end_offset"] < end_offset:
        table[str(partition)] = {"partition": partition, "end_offset": end_offset, "at": at}
