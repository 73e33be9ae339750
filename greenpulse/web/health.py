"""Whether this worker works, for orchestrators, and its metrics, for Prometheus."""

import math
from datetime import datetime

from prometheus_client import generate_latest

from greenpulse.metrics import Metrics
from greenpulse.status import PipelineStatus
from greenpulse.web.api import parts_json
from greenpulse.web.live import LiveView
from greenpulse.web.stats_page import lag

__all__ = ["exposition", "readiness_json", "unready_reasons"]

_NEEDED = ("broker", "lake", "archive")
"""Without these the worker is no use; source and warehouse may come and go."""


def unready_reasons(status: PipelineStatus) -> list[str]:
    """One sentence for each thing that keeps the worker from its work; empty: it works."""
    reasons = ["the worker is stopping"] if status.is_stopping else []
    parts = ((name, status.parts[name]) for name in _NEEDED)
    return reasons + [f"{name}: {part.reason}" for name, part in parts if not part.is_ready]


def readiness_json(status: PipelineStatus) -> dict[str, object]:
    """The body of ``/health/ready``; it names source and warehouse, too."""
    reasons = unready_reasons(status)
    return {"is_ready": not reasons, "reasons": reasons, "parts": parts_json(status)}


def exposition(metrics: Metrics, status: PipelineStatus, view: LiveView, moment: datetime) -> str:
    """All metrics as Prometheus reads them; what is not known has no sample, or NaN."""
    for name, part in status.parts.items():
        metrics.part_ready.labels(name).set(part.is_ready)
    for gauge in (metrics.held_bytes, metrics.archive_lag_records, metrics.load_lag_records):
        gauge.clear()
    for number, partition in status.partitions.items():
        behind = lag(partition)
        metrics.held_bytes.labels(number).set(partition.held_bytes)
        if behind.archive_records is not None:
            metrics.archive_lag_records.labels(number).set(behind.archive_records)
        if behind.load_records is not None:
            metrics.load_lag_records.labels(number).set(behind.load_records)
    age = view.now(moment).data_age_seconds
    metrics.freshness_seconds.set(math.nan if age is None else age)
    return generate_latest(metrics.registry).decode()
