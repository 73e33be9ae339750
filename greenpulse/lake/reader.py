"""The chain, as the loader and the audit read it. Nothing is written here."""

from collections.abc import AsyncIterator

from greenpulse.errors import ChainBroken
from greenpulse.lake.files import NO_PREDECESSOR
from greenpulse.lake.keys import BronzeKey, partition_prefix, read_key, topic_prefix
from greenpulse.lake.reading import StoredFile, read_file
from greenpulse.lake.store import Store
from greenpulse.lake.tail import last_key
from greenpulse.lake.verification import ChainPart, verify_chain
from greenpulse.records import BronzeFile

__all__ = ["ChainReader"]

_BEHIND_DIGITS = "~"


class ChainReader:
    """Reads the chains of a lake; all methods raise StoreUnavailable as the store does."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def partitions(self, topic: str) -> list[int]:
        """Partitions that have a chain."""
        prefix = topic_prefix(topic)
        partitions = []
        after = ""
        while found := await self._store.keys(prefix, after=after, limit=1):
            key = read_key(found[0])
            after = found[0]
            if key is not None:
                partitions.append(key.partition)
                after = partition_prefix(topic, key.partition) + _BEHIND_DIGITS
        return partitions

    async def files_after(
        self, topic: str, partition: int, end_offset: int | None, *, limit: int
    ) -> list[BronzeFile]:
        """The next files of the chain, oldest first; None: from its base on.

        Raises:
            ChainBroken: a file is absent, damaged, or does not follow the one before.
        """
        prefix = partition_prefix(topic, partition)
        after = "" if end_offset is None else str(BronzeKey(topic, partition, end_offset))
        files: list[BronzeFile] = []
        for key in await self._store.keys(prefix, after=after, limit=limit):
            bronze_key = read_key(key)
            if bronze_key is None:
                continue
            file = (await self._read(bronze_key)).file
            _refuse_stranger(file, files[-1] if files else None, end_offset)
            files.append(file)
        return files

    async def lines(self, file: BronzeFile) -> bytes:
        """The uncompressed NDJSON of a file, its hash checked.

        Raises:
            ChainBroken: the body is absent, damaged, or its hash is another.
        """
        stored = await self._read(BronzeKey(file.topic, file.partition, file.start_offset))
        if stored.content.sha256 != file.sha256:
            message = f"reading '{file.key}': its sha256 is no longer {file.sha256}"
            raise ChainBroken(message)
        return b"".join(stored.content.lines)

    async def end(self, topic: str, partition: int) -> int | None:
        """The last archived offset; None where there is no file."""
        key = await last_key(self._store, topic, partition)
        return None if key is None else (await self._read(key)).file.end_offset

    def verify(self, topic: str, partition: int) -> AsyncIterator[ChainPart]:
        """Walk the whole chain and tell what does not fit: see ``verify_chain``."""
        return verify_chain(self._store, topic, partition)

    async def _read(self, key: BronzeKey) -> StoredFile:
        stored = await read_file(self._store, key)
        if stored is None:
            message = f"reading '{key}': there is no such file any more; put it back from a copy"
            raise ChainBroken(message)
        return stored


def _refuse_stranger(file: BronzeFile, before: BronzeFile | None, end_offset: int | None) -> None:
    """See that ``file`` follows the one before it, as far as both are known."""
    if before is not None:
        due, sha256 = before.end_offset + 1, before.sha256
    elif end_offset is not None:
        due, sha256 = end_offset + 1, file.previous_sha256
    else:
        due, sha256 = file.start_offset, NO_PREDECESSOR
    if file.start_offset != due or file.previous_sha256 != sha256:
        message = (
            f"reading '{file.key}': it does not follow what comes before it in the chain (offset "
            f"{due} is due); 'greenpulse audit' tells what is absent or altered"
        )
        raise ChainBroken(message)
