"""Calls of the store are timed, and counted where they fail."""

import pytest
from support.archiving import archive_all, offsets_in
from support.manual_clock import ManualClock
from support.memory_store import FailsAtFirst, MemoryStore
from support.record_log import RecordLog, make_records

from greenpulse.errors import StoreUnavailable
from greenpulse.lake.measured_store import MeasuredStore
from greenpulse.metrics import Metrics


def value(metrics: Metrics, name: str, operation: str) -> float | None:
    return metrics.registry.get_sample_value(f"greenpulse_{name}", {"operation": operation})


async def test_a_chain_is_the_same_through_it_and_each_call_is_timed() -> None:
    plain, measured, metrics = MemoryStore(), MemoryStore(), Metrics()
    records = make_records(0, 25)

    await archive_all(plain, RecordLog(records))
    await archive_all(MeasuredStore(measured, ManualClock(), metrics), RecordLog(records))

    assert measured.objects == plain.objects
    assert offsets_in(measured) == list(range(25))
    assert value(metrics, "store_seconds_count", "create") == 4
    assert (value(metrics, "store_seconds_count", "read") or 0) > 0
    assert (value(metrics, "store_seconds_count", "list") or 0) > 0
    assert value(metrics, "store_failures_total", "create") == 0


async def test_a_call_that_fails_is_counted_and_not_timed() -> None:
    metrics = Metrics()
    store = MeasuredStore(FailsAtFirst(MemoryStore(), failures=2), ManualClock(), metrics)

    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await store.create("claims/lake", b"{}")
    assert await store.create("claims/lake", b"{}")

    assert value(metrics, "store_failures_total", "create") == 2
    assert value(metrics, "store_seconds_count", "create") == 1


async def test_an_answer_takes_as_long_as_the_clock_says() -> None:
    metrics, clock = Metrics(), ManualClock()

    class Slow(MemoryStore):
        async def keys(self, prefix: str, *, after: str = "", limit: int = 1000) -> list[str]:
            await clock.advance(3.0)
            return await super().keys(prefix, after=after, limit=limit)

    assert await MeasuredStore(Slow(), clock, metrics).keys("claims/") == []

    assert value(metrics, "store_seconds_sum", "list") == 3.0
