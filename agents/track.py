"""Faust tables of how far each partition has come, and of the newest answers; for ``/stats``.

Never the authority: the chain says what is archived, the manifest what is loaded.
Rows are absolute values, so that a record that comes twice changes nothing.
"""

from collections.abc import Callable
from typing import Any

import faust
from faust.types import TableT

from greenpulse.agents.streams import Events, acknowledge, unacked
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

    def track(topic: str, record: type[faust.Record], set_row: Callable[[Any], None]) -> None:
        channel = app.topic(topic, value_type=record, internal=True)

        @app.agent(channel, name=f"greenpulse.track.{topic.rpartition('.')[2]}")
        async def keep(stream: Events) -> None:
            """The newest of each key is kept in a table."""
            async for event in unacked(stream):
                set_row(event.value)
                await acknowledge(stream, event)

    def set_archived(file: BronzeFile) -> None:
        _advance(archived, file.partition, file.end_offset, file.last_appended_at)

    def set_loaded(load: WarehouseLoad) -> None:
        _advance(loaded, load.partition, load.end_offset, load.loaded_at)

    def set_newest(latest: Latest) -> None:
        row = newest.get(latest.series)
        if row is None or row["answered_at"] <= latest.answered_at:
            newest[latest.series] = {
                "answered_at": latest.answered_at,
                "scheduled_at": latest.scheduled_at,
                "outcome": latest.outcome,
                "observation": latest.observations[-1] if latest.observations else None,
            }

    track(FILES_TOPIC, BronzeFile, set_archived)
    track(LOADS_TOPIC, WarehouseLoad, set_loaded)
    track(LATEST_TOPIC, Latest, set_newest)
    status.tables = {"archived": archived, "loaded": loaded, "newest": newest}


def _advance(table: TableT[Any, Any], partition: int, end_offset: int, at: str | None) -> None:
    row = table.get(str(partition))
    if row is None or row["end_offset"] < end_offset:
        table[str(partition)] = {"end_offset": end_offset, "at": at}
