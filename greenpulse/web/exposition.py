"""The metrics of a worker as Prometheus reads them."""

import math
from collections.abc import Iterator
from datetime import datetime

from prometheus_client import Gauge, generate_latest

from greenpulse.metrics import Metrics
from greenpulse.status import PartitionStatus, PipelineStatus
from greenpulse.web.health import unready_reasons
from greenpulse.web.live import LiveView
from greenpulse.web.stats_page import lag

__all__ = ["exposition"]


def exposition(metrics: Metrics, status: PipelineStatus, view: LiveView, moment: datetime) -> str:
    """All metrics at ``moment``; what is not known has no sample, or NaN.

    Of partitions only those are told that this worker has now: what it knew of others is
    old, and who has them tells it better.
    """
    metrics.ready.set(not unready_reasons(status))
    metrics.leader.set(status.is_leader)
    for name, part in status.parts.items():
        metrics.part_ready.labels(name).set(part.is_ready)
    metrics.clear_partitions()
    for number, partition in status.partitions.items():
        metrics.begin_partition(number)
        for gauge, value in _told(metrics, partition):
            if value is not None:
                gauge.labels(number).set(value)
    age = view.now(moment).data_age_seconds
    metrics.freshness_seconds.set(math.nan if age is None else age)
    return generate_latest(metrics.registry).decode()


def _told(metrics: Metrics, partition: PartitionStatus) -> Iterator[tuple[Gauge, float | None]]:
    """Each gauge of a partition and its value; None: not known."""
    behind = lag(partition)
    yield metrics.partition_open, partition.is_open
    yield metrics.log_start_offset, partition.log_start_offset
    yield metrics.log_end_offset, partition.log_end_offset
    yield metrics.chain_tail_offset, partition.archived_offset
    yield metrics.loaded_offset, partition.loaded_offset
    yield metrics.archive_lag_records, behind.archive_records
    yield metrics.load_lag_records, behind.load_records
    yield metrics.held_records, partition.held_records
    yield metrics.held_bytes, partition.held_bytes
    yield metrics.oldest_held_seconds, partition.oldest_held_seconds
