"""The pipeline, for people: how far each partition is, and what waits for what."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from greenpulse.status import PartitionStatus, PipelineStatus
from greenpulse.web.assets import render
from greenpulse.web.live import LiveView
from greenpulse.web.wording import Wording

__all__ = ["Lag", "lag", "stats_page"]


@dataclass(frozen=True, slots=True)
class Lag:
    """Records that one stage has and the next has not; None: not known."""

    archive_records: int | None
    load_records: int | None


def lag(partition: PartitionStatus) -> Lag:
    """How far ``partition`` lags behind, archive behind log and load behind archive."""
    return Lag(
        archive_records=_behind(partition.log_end_offset, partition.archived_offset),
        load_records=_behind(partition.archived_offset, partition.loaded_offset),
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
        tables=_tables(status.tables),
    )


def _tables(tables: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, str]]:
    return {
        name: {str(key): str(tables[name][key]) for key in sorted(tables[name], key=str)}
        for name in sorted(tables)
    }


def _behind(ahead: int | None, behind: int | None) -> int | None:
    if ahead is None or behind is None:
        return None
    return max(0, ahead - behind)
