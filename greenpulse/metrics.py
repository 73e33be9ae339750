"""The Prometheus metrics of a worker: names, labels, help, in one place.

Names are ``greenpulse_<noun>_<unit>``, and end in ``_total`` where they count. Metrics are
touched by agents, pages and MeasuredStore only, never by the use cases. A gauge tells of
now: what is said of a partition goes when the partition goes. A counter tells what this
worker did, and stays.
"""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

__all__ = ["Metrics"]

# Nobody asks when a counter was made: half as many series without.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the client gives it no types

_CALL_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_LOAD_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class Metrics:
    """All metrics of one worker, in a registry of their own, with those of its process."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self.registry = registry or CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._add_worker()
        self._add_polling()
        self._add_archive()
        self._add_partitions()
        self._add_loads()

    def _add_worker(self) -> None:
        self.build = Info(
            "greenpulse_build", "Version of GreenPulse; always 1.", registry=self.registry
        )
        self.ready = self._gauge("ready", "1 where the worker does its work, else 0.")
        self.part_ready = self._gauge("part_ready", "1 where the part works, else 0.", "part")
        self.leader = self._gauge("leader", "1 where this worker is the one that polls, else 0.")
        self.rebalances = self._counter("rebalances", "Assignments of partitions to this worker.")
        self.silence_seconds = self._gauge(
            "watchdog_silence_seconds",
            "Seconds since the worker last showed that it advances; at 60 it is ended.",
        )

    def _add_polling(self) -> None:
        self.ticks = self._counter(
            "ticks", "Ticks of the schedule, by whether they were asked or missed.", "series result"
        )
        self.polls = self._counter("polls", "Polls by series and outcome.", "series outcome")
        self.poll_seconds = Histogram(
            "greenpulse_poll_seconds",
            "Seconds from request to answer, answered polls only.",
            ("series",),
            registry=self.registry,
        )
        self.waiting_polls_bytes = self._gauge(
            "waiting_polls_bytes", "Memory of the polls that the log has not acknowledged yet."
        )
        self.dropped_polls = self._counter(
            "dropped_polls", "Polls given up since the broker was away and 64 MiB were held."
        )
        self.freshness_seconds = self._gauge(
            "freshness_seconds", "Seconds since the newest answered poll that the pages know."
        )

    def _add_archive(self) -> None:
        self.files = self._counter(
            "files", "Bronze files written or adopted, by why they were closed.", "partition reason"
        )
        self.archived_records = self._counter(
            "archived_records", "Records in those bronze files.", "partition"
        )
        self.archived_bytes = self._counter(
            "archived_bytes", "Compressed size of those bronze files.", "partition"
        )
        self.adoptions = self._counter(
            "adoptions", "Files of another writer that this worker adopted.", "partition"
        )
        self.healed_commits = self._counter(
            "healed_commits",
            "Group offsets found ahead of the chain, and sought back.",
            "partition",
        )
        self.store_seconds = Histogram(
            "greenpulse_store_seconds",
            "Seconds that the store took to answer, by what it was asked (create is a PUT).",
            ("operation",),
            buckets=_CALL_BUCKETS,
            registry=self.registry,
        )
        self.store_failures = self._counter(
            "store_failures",
            "Calls that the store did not answer; each is tried again.",
            "operation",
        )

    def _add_partitions(self) -> None:
        """Gauges of the partitions that this worker has at the moment of the scrape."""
        self._partition_gauges: list[Gauge] = []
        self.partition_open = self._of_partition(
            "partition_open", "1 where the partition is archived, 0 where it stands still."
        )
        self.log_start_offset = self._of_partition(
            "log_start_offset", "The oldest offset that the log still has."
        )
        self.log_end_offset = self._of_partition(
            "log_end_offset", "The next offset that the log will give."
        )
        self.chain_tail_offset = self._of_partition(
            "chain_tail_offset", "The last offset in a bronze file."
        )
        self.loaded_offset = self._of_partition("loaded_offset", "The last offset in a row.")
        self.archive_lag_records = self._of_partition(
            "archive_lag_records", "Records in the log that are in no bronze file yet."
        )
        self.load_lag_records = self._of_partition(
            "load_lag_records", "Records in bronze files that are in no row yet."
        )
        self.held_records = self._of_partition(
            "held_records", "Records held in memory for the next bronze file."
        )
        self.held_bytes = self._of_partition(
            "held_bytes", "Bytes of records held in memory for the next bronze file."
        )
        self.oldest_held_seconds = self._of_partition(
            "oldest_held_seconds", "Seconds since the first record that is held came; 0: none is."
        )

    def _add_loads(self) -> None:
        self.loads = self._counter("loads", "Loads committed.", "partition")
        self.loaded_records = self._counter("loaded_records", "Rows of those loads.", "partition")
        self.load_seconds = Histogram(
            "greenpulse_load_seconds",
            "Seconds that a load took.",
            buckets=_LOAD_BUCKETS,
            registry=self.registry,
        )
        self.unreadable_records = self._counter(
            "unreadable_records",
            "Records that are no Poll; they have a raw row and no silver row.",
            "partition",
        )

    def begin_partition(self, partition: int) -> None:
        """Let what is rare be 0 and not absent, so that its first time is an increase."""
        for counter in (self.adoptions, self.healed_commits, self.unreadable_records):
            counter.labels(partition)

    def clear_partitions(self) -> None:
        """Forget what the gauges say of any partition."""
        for gauge in self._partition_gauges:
            gauge.clear()

    def _of_partition(self, name: str, documentation: str) -> Gauge:
        gauge = self._gauge(name, documentation, "partition")
        self._partition_gauges.append(gauge)
        return gauge

    def _gauge(self, name: str, documentation: str, labels: str = "") -> Gauge:
        return Gauge(f"greenpulse_{name}", documentation, labels.split(), registry=self.registry)

    def _counter(self, name: str, documentation: str, labels: str = "") -> Counter:
        return Counter(f"greenpulse_{name}", documentation, labels.split(), registry=self.registry)
