"""An object store in memory, and stores that misbehave around it."""

import asyncio
from collections.abc import Mapping

from greenpulse.errors import StoreUnavailable
from greenpulse.lake.store import Store, StoredObject, check_key, check_metadata

__all__ = ["FailsAtFirst", "GivesAKeyTwice", "LosesTheAnswer", "MemoryStore"]


class MemoryStore:
    """Keeps objects in a dictionary; passes the contract suite of stores.

    Args:
        objects: Those of another one, to share them.
    """

    def __init__(self, objects: dict[str, StoredObject] | None = None) -> None:
        self.objects = {} if objects is None else objects
        self.listings = 0

    async def create(
        self, key: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> bool:
        check_key(key)
        check_metadata(metadata or {})
        await asyncio.sleep(0)
        if key in self.objects:
            return False
        self.objects[key] = StoredObject(body, dict(metadata or {}))
        return True

    async def read(self, key: str) -> StoredObject | None:
        check_key(key)
        await asyncio.sleep(0)
        return self.objects.get(key)

    async def keys(self, prefix: str, *, after: str = "", limit: int = 1000) -> list[str]:
        await asyncio.sleep(0)
        self.listings += 1
        return sorted(k for k in self.objects if k.startswith(prefix) and k > after)[:limit]

    async def close(self) -> None:
        """Nothing is kept open."""


class _Wrapper:
    """All calls go through to ``store``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def create(
        self, key: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> bool:
        return await self._store.create(key, body, metadata)

    async def read(self, key: str) -> StoredObject | None:
        return await self._store.read(key)

    async def keys(self, prefix: str, *, after: str = "", limit: int = 1000) -> list[str]:
        return await self._store.keys(prefix, after=after, limit=limit)

    async def close(self) -> None:
        await self._store.close()


class LosesTheAnswer(_Wrapper):
    """Creates, and then fails to say so, as often as ``losses`` says."""

    def __init__(self, store: Store, losses: int = 1) -> None:
        super().__init__(store)
        self.losses = losses

    async def create(
        self, key: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> bool:
        is_created = await self._store.create(key, body, metadata)
        if self.losses > 0:
            self.losses -= 1
            message = f"creating '{key}': no answer"
            raise StoreUnavailable(message)
        return is_created


class FailsAtFirst(_Wrapper):
    """Creates nothing until ``failures`` calls have failed; ``offered`` holds each body."""

    def __init__(self, store: Store, failures: int) -> None:
        super().__init__(store)
        self.failures = failures
        self.offered: list[tuple[str, bytes]] = []

    async def create(
        self, key: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> bool:
        self.offered.append((key, body))
        if self.failures > 0:
            self.failures -= 1
            message = f"creating '{key}': connection refused"
            raise StoreUnavailable(message)
        return await self._store.create(key, body, metadata)


class GivesAKeyTwice(_Wrapper):
    """Overwrites and always says that it created: no store for a chain."""

    def __init__(self, store: MemoryStore) -> None:
        super().__init__(store)
        self._objects = store.objects

    async def create(
        self, key: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> bool:
        await asyncio.sleep(0)
        self._objects[key] = StoredObject(body, dict(metadata or {}))
        return True
