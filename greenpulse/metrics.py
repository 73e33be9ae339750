"""The Prometheus metrics of a worker: names, labels, help, in one place.

Names are ``greenpulse_<noun>_<unit>_total`` for counters. Metrics are touched by agents
and pages only, never by the use cases.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

__all__ = ["Metrics"]


class Metrics:
    """All metrics of one worker, in a registry of their own."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        self.polls = Counter(
            "greenpulse_polls",
            "Polls by series and outcome.",
            ("series", "outcome"),
            registry=self.registry,
        )
        self.poll_seconds = Histogram(
            "greenpulse_poll_seconds",
            "Seconds from request to answer, answered polls only.",
            ("series",),
            registry=self.registry,
        )
        self.dropped_polls = Counter(
            "greenpulse_dropped_polls",
            "Polls given up since the broker was away and 64 MiB were held.",
            registry=self.registry,
        )
        self.files = Counter(
            "greenpulse_files",
            "Bronze files written by rotation reason.",
            ("partition", "reason"),
            registry=self.registry,
        )
        self.archived_records = Counter(
            "greenpulse_archived_records",
            "Records in bronze files that this worker wrote.",
            ("partition",),
            registry=self.registry,
        )
        self.adoptions = Counter(
            "greenpulse_adoptions",
            "Files of another writer that this worker adopted.",
            ("partition",),
            registry=self.registry,
        )
        self.healed_commits = Counter(
            "greenpulse_healed_commits",
            "Group offsets found ahead of the chain, and sought back.",
            ("partition",),
            registry=self.registry,
        )
        self.loads = Counter(
            "greenpulse_loads",
            "Loads committed.",
            ("partition",),
            registry=self.registry,
        )
        self.load_seconds = Histogram(
            "greenpulse_load_seconds",
            "Seconds that a load took.",
            registry=self.registry,
        )
        self.unreadable_records = Counter(
            "greenpulse_unreadable_records",
            "Records that are no Poll; they have a raw row and no silver row.",
            ("partition",),
            registry=self.registry,
        )
        self.rebalances = Counter(
            "greenpulse_rebalances",
            "Assignments of partitions to this worker.",
            registry=self.registry,
        )
        self.part_ready = Gauge(
            "greenpulse_part_ready",
            "1 where the part works, else 0.",
            ("part",),
            registry=self.registry,
        )
        self.held_bytes = Gauge(
            "greenpulse_held_bytes",
            "Bytes of records held in memory for the next bronze file.",
            ("partition",),
            registry=self.registry,
        )
        self.archive_lag_records = Gauge(
            "greenpulse_archive_lag_records",
            "Records in the log that are in no bronze file yet.",
            ("partition",),
            registry=self.registry,
        )
        self.load_lag_records = Gauge(
            "greenpulse_load_lag_records",
            "Records in bronze files that are in no row yet.",
            ("partition",),
            registry=self.registry,
        )
        self.freshness_seconds = Gauge(
            "greenpulse_freshness_seconds",
            "Seconds since the newest answered poll that the pages know.",
            registry=self.registry,
        )
