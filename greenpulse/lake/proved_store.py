"""A store that nothing is written to before it has proved to give a key away only once."""

import asyncio
from collections.abc import Callable, Mapping
from uuid import UUID

from greenpulse.lake.self_test import prove_create_only
from greenpulse.lake.store import Store, StoredObject

__all__ = ["ProvedStore"]


class ProvedStore:
    """All calls go through to ``store``, whose first create waits for the self-test.

    So a worker may start while its lake is away: whoever writes first when it is back
    finds out whether it may be trusted.

    Args:
        store: Retries no request of its own accord.
        new_uuid: Gives a fresh uuid at each call.
    """

    def __init__(self, store: Store, new_uuid: Callable[[], UUID]) -> None:
        self._store = store
        self._new_uuid = new_uuid
        self._proving = asyncio.Lock()
        self._is_proved = False

    async def prove(self) -> None:
        """Try the store, once.

        Raises:
            SettingsError: it is not to be trusted with a chain, or a right is missing.
            StoreUnavailable: it did not answer.
        """
        async with self._proving:
            if not self._is_proved:
                await prove_create_only(self._store, self._new_uuid)
                self._is_proved = True

    async def create(
        self, key: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> bool:
        """As the store's own; SettingsError where it is not to be trusted."""
        await self.prove()
        return await self._store.create(key, body, metadata)

    async def read(self, key: str) -> StoredObject | None:
        """As the store's own."""
        return await self._store.read(key)

    async def keys(self, prefix: str, *, after: str = "", limit: int = 1000) -> list[str]:
        """As the store's own."""
        return await self._store.keys(prefix, after=after, limit=limit)

    async def close(self) -> None:
        """As the store's own."""
        await self._store.close()
