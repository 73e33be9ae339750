"""What each part of a worker does right now, for the pages and the metrics.

One object of each worker; the agents write it, pages and metrics read it. Never the
authority on anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["PART_NAMES", "PartStatus", "PartitionStatus", "PipelineStatus", "SeriesStatus"]

PART_NAMES = ("broker", "lake", "archive", "source", "warehouse")


@dataclass(slots=True)
class PartStatus:
    """Whether a part works; ``reason`` is one sentence while it does not."""

    is_ready: bool = False
    reason: str = "starting"
    since_at: datetime | None = None


@dataclass(slots=True)
class PartitionStatus:
    """How far the polls of one partition have come; None: unknown."""

    is_assigned: bool = False
    is_open: bool = False
    """Whether it is archived."""
    has_trouble: bool = False
    """Whether a part says why it is not open, and it is tried again."""
    log_start_offset: int | None = None
    """The oldest offset that the log still has."""
    log_end_offset: int | None = None
    """The next offset that the log will give; the others below are the last ones, inclusive."""
    archived_offset: int | None = None
    loaded_offset: int | None = None
    held_records: int = 0
    held_bytes: int = 0
    oldest_held_seconds: float = 0.0


@dataclass(slots=True)
class SeriesStatus:
    """The last tick of one series on this worker."""

    scheduled_at: datetime | None = None
    answered_at: datetime | None = None
    status: int | None = None
    error: str | None = None
    ticks_answered: int = 0
    ticks_failed: int = 0


@dataclass(slots=True)
class PipelineStatus:
    """All of it. ``parts`` has each of PART_NAMES from the start."""

    parts: dict[str, PartStatus] = field(
        default_factory=lambda: {name: PartStatus() for name in PART_NAMES}
    )
    partitions: dict[int, PartitionStatus] = field(default_factory=dict)
    series: dict[str, SeriesStatus] = field(default_factory=dict)
    tables: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    """Contents of the Faust tables (agents/track.py), by table name."""
    is_leader: bool = False
    is_stopping: bool = False

    def set_ready(self, part: str, at: datetime) -> None:
        """Say that ``part`` works, since ``at`` where it did not before."""
        status = self.parts[part]
        if not status.is_ready:
            self.parts[part] = PartStatus(is_ready=True, reason="", since_at=at)

    def set_waiting(self, part: str, reason: str, at: datetime) -> None:
        """Say in one sentence what ``part`` waits for."""
        status = self.parts[part]
        since_at = status.since_at if not status.is_ready else at
        self.parts[part] = PartStatus(is_ready=False, reason=reason, since_at=since_at or at)
