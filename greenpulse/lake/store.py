"""The object store, as the lake needs it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Store", "StoredObject", "check_key", "check_metadata"]

_NAME = re.compile(r"[A-Za-z0-9_=-][A-Za-z0-9._=-]*", re.ASCII)
_SIDECAR = ".json"
_METADATA_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_METADATA_VALUE = re.compile(r"([!-~]+( [!-~]+)*)?", re.ASCII)
_METADATA_BYTES = 2048


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as it was created, or, in a folder, as it lies there now."""

    body: bytes
    metadata: Mapping[str, str]
    """Names in lower case with hyphens; empty where the object has none."""


class Store(Protocol):
    """Keys and bytes; a key is created once and never changed.

    Keys are names of letters, digits, ``.``, ``_``, ``=`` and ``-``, joined by ``/``; none
    begins with a dot, and the last does not end in ``.json``. Metadata has names of lower
    case letters and digits, joined by ``-``, and values of ASCII words, joined by single
    spaces, 2048 bytes in all. Whatever else is a ValueError.

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

    async def keys(self, prefix: str, *, after: str = "", limit: int = 1000) -> list[str]:
        """Keys that begin with ``prefix`` and sort behind ``after``, sorted, at most ``limit``."""
        ...

    async def close(self) -> None:
        """Free connections; later calls are an error."""
        ...


def check_key(key: str) -> None:
    """See that every store takes ``key``.

    Raises:
        ValueError: it does not.
    """
    if key.endswith(_SIDECAR) or not all(map(_NAME.fullmatch, key.split("/"))):
        message = f"want a key of plain names, none ending in {_SIDECAR}, got {key!r}"
        raise ValueError(message)


def check_metadata(metadata: Mapping[str, str]) -> None:
    """See that every store takes ``metadata``, and gives it back as it is.

    Raises:
        ValueError: one does not.
    """
    for name, value in metadata.items():
        if not _METADATA_NAME.fullmatch(name) or not _METADATA_VALUE.fullmatch(value):
            message = f"want metadata of plain ASCII words, got {name!r}: {value!r}"
            raise ValueError(message)
    size_bytes = sum(len(name) + len(value) for name, value in metadata.items())
    if size_bytes > _METADATA_BYTES:
        message = f"want at most {_METADATA_BYTES} bytes of metadata, got {size_bytes}"
        raise ValueError(message)
