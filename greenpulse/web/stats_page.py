"""The pipeline, for people: how far each partition is, and what waits for what."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from greenpulse.status import PartitionStatus, PipelineStatus
from greenpulse.web.assets import render
from greenpulse.web.live import LiveView
from greenpulse.web.wording import NOT_KNOWN, Wording

__all__ = ["Lag", "lag", "stats_page"]

_MICROSECONDS = re.compile(r"\.[0-9]{6}Z$")


@dataclass(frozen=True, slots=True)
class Lag:
    """Records that one stage has and the next has not; None: not known."""

    archive_records: int | None
    load_records: int | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the stream: cells by key, one for each of ``columns``."""

    name: str
    columns: Sequence[str]
    rows: Mapping[str, Sequence[str]]


def lag(partition: PartitionStatus) -> Lag:
    """How far ``partition`` lags behind, archive behind log and load behind archive.

    The log's end is the offset that comes next; the others are the last ones done.
    """
    archived = partition.archived_offset
    return Lag(
        archive_records=_behind(archived, partition.log_end_offset),
        load_records=_behind(partition.loaded_offset, None if archived is None else archived + 1),
    )


def stats_page(view: LiveView, status: PipelineStatus, moment: datetime, wording: Wording) -> str:
    """The whole page as HTML, complete without any script."""
    series = sorted({*status.series, *view.polls})
    return render(
        "stats.html",
        wording=wording,
        now=view.now(moment),
        status=status,
        partitions={number: status.partitions[number] for number in sorted(status.partitions)},
        lag=lag,
        series=series,
        polls=view.polls,
        tables=[_table(name, rows) for name, rows in sorted(status.tables.items())],
    )


def _table(name: str, rows: Mapping[str, object]) -> Table:
    fields = {key: row if isinstance(row, Mapping) else {"value": row} for key, row in rows.items()}
    columns = list(dict.fromkeys(column for row in fields.values() for column in row))
    return Table(
        name,
        columns,
        {
            str(key): [_in_a_cell(fields[key].get(column)) for column in columns]
            for key in sorted(fields, key=str)
        },
    )


def _in_a_cell(value: object) -> str:
    if value is None:
        return NOT_KNOWN
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_in_a_cell(inner)}" for name, inner in value.items())
    return _MICROSECONDS.sub("Z", str(value))


def _behind(done_offset: int | None, next_offset: int | None) -> int | None:
    if done_offset is None or next_offset is None:
        return None
    return max(0, next_offset - (done_offset + 1))
