"""A store whose answers are timed and whose failures are counted."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from greenpulse.clock import Clock
from greenpulse.errors import GreenpulseError
from greenpulse.lake.store import Store, StoredObject
from greenpulse.metrics import Metrics

__all__ = ["MeasuredStore"]

_OPERATIONS = ("create", "read", "list")


class MeasuredStore:
    """All calls go through to ``store``; each leaves its time, or a failure, in ``metrics``."""

    def __init__(self, store: Store, clock: Clock, metrics: Metrics) -> None:
        self._store = store
        self._clock = clock
        self._metrics = metrics
        for operation in _OPERATIONS:
            # 0 and not absent, so that the first failure is an increase.
            metrics.store_failures.labels(operation)

    async def create(
        self, key: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> bool:
        """As the store's own."""
        with self._measured("create"):
            return await self._store.create(key, body, metadata)

    async def read(self, key: str) -> StoredObject | None:
        """As the store's own."""
        with self._measured("read"):
            return await self._store.read(key)

    async def keys(self, prefix: str, *, after: str = "", limit: int = 1000) -> list[str]:
        """As the store's own."""
        with self._measured("list"):
            return await self._store.keys(prefix, after=after, limit=limit)

    async def close(self) -> None:
        """As the store's own."""
        await self._store.close()

    @contextmanager
    def _measured(self, operation: str) -> Iterator[None]:
        began = self._clock.monotonic()
        try:
            yield
        except GreenpulseError:
            self._metrics.store_failures.labels(operation).inc()
            raise
        self._metrics.store_seconds.labels(operation).observe(self._clock.monotonic() - began)
