"""Bronze files out of a store: body and chain are the truth, metadata only adds to it."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from greenpulse.errors import ChainBroken
from greenpulse.lake.files import NO_PREDECESSOR, Content, read_body, sha256_of
from greenpulse.lake.keys import BronzeKey
from greenpulse.lake.store import Store
from greenpulse.lake.tail import last_key
from greenpulse.records import BronzeFile

__all__ = ["StoredFile", "read_file"]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A bronze file as it lies in the store, described by what its body says."""

    file: BronzeFile
    content: Content
    metadata: Mapping[str, str]
    """As stored, unproved; may be empty."""


async def read_file(store: Store, key: BronzeKey) -> StoredFile | None:
    """Read the bronze file ``key``; None where there is none.

    Of its metadata only the predecessor's hash and the writer are taken. In a folder it
    may be absent (a kill between body and sidecar) or of another body (somebody took
    that away): then the predecessor itself is asked for its hash.

    Raises:
        ChainBroken: the body is damaged.
    """
    stored = await store.read(str(key))
    if stored is None:
        return None
    content = await asyncio.to_thread(read_body, key, stored.body)
    metadata = stored.metadata
    if metadata.get("sha256") != content.sha256 or "previous-sha256" not in metadata:
        metadata = {"previous-sha256": await _predecessor_sha256(store, key)}
    file = content.described(metadata["previous-sha256"], metadata.get("writer", ""))
    return StoredFile(file, content, stored.metadata)


async def _predecessor_sha256(store: Store, key: BronzeKey) -> str:
    start = key.start_offset
    before = await last_key(store, key.topic, key.partition, near=start, before=start)
    if before is None:
        return NO_PREDECESSOR
    stored = await store.read(str(before))
    if stored is None:
        message = f"reading '{before}': it was listed a moment ago and is gone"
        raise ChainBroken(message)
    return await asyncio.to_thread(sha256_of, stored.body)
