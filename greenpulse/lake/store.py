"""The object store, as the lake needs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Store", "StoredObject"]


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as it was created, or, in a folder, as it lies there now."""

    body: bytes
    metadata: Mapping[str, str]
    """Names in lower case with hyphens; empty where the object has none."""


class Store(Protocol):
    """Keys and bytes; a key is created once and never changed.

    Keys are names of letters, digits, ``.``, ``_``, ``=`` and ``-``, joined by ``/``; none
    begins with a dot, and the last does not end in ``.json``. Other keys are a ValueError.

    All methods raise StoreUnavailable where the call may succeed later, SettingsError
    where a right or the place itself is missing.
    """

    async def create(
        self, key: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> bool:
        """Create ``key`` with its metadata, durably; False when it already exists.

        That is not an error. Of concurrent creates exactly one returns True, and the
        object's metadata is the winner's.
        """
        ...

    async def read(self, key: str) -> StoredObject | None:
        """Body and metadata; None where there is no such key."""
        ...

    async def metadata(self, key: str) -> Mapping[str, str] | None:
        """The metadata alone; None where there is no such key."""
        ...

    async def keys(self, prefix: str, *, after: str = "", limit: int = 1000) -> list[str]:
        """Keys that begin with ``prefix`` and sort behind ``after``, sorted, at most ``limit``."""
        ...

    async def close(self) -> None:
        """Free connections; later calls are an error."""
        ...
