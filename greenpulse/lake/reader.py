"""The chain, as the loader and the audit read it. Nothing is written here."""

import asyncio
import gzip
from collections import OrderedDict
from collections.abc import AsyncIterator

from greenpulse.errors import ChainBroken
from greenpulse.lake.files import NO_PREDECESSOR, sha256_of
from greenpulse.lake.keys import BronzeKey, partition_prefix, read_key, topic_prefix
from greenpulse.lake.listing import bronze_keys
from greenpulse.lake.reading import read_file
from greenpulse.lake.store import Store
from greenpulse.lake.tail import last_key
from greenpulse.lake.verification import ChainPart, verify_chain
from greenpulse.records import BronzeFile

__all__ = ["ChainReader"]

_BEHIND_DIGITS = "~"
_REMEMBERED = 1000
_WAY_OUT = "'greenpulse audit' tells all that is absent or altered; put it back from a copy"


class ChainReader:
    """Reads the chains of a lake; all methods raise StoreUnavailable as the store does.

    A reader remembers what it has read of the newest files, since files never change.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._described: OrderedDict[BronzeKey, BronzeFile] = OrderedDict()
        self._whole: set[tuple[str, int]] = set()

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

        The end of a file is followed by the key of the next, so nothing is listed but to
        see, once, that nothing lies behind an absent file.

        Raises:
            ChainBroken: the next file is absent, though later ones are there; or one is
                damaged, or does not name the hash of the one before.
        """
        start = await self._base(topic, partition) if end_offset is None else end_offset + 1
        files: list[BronzeFile] = []
        while start is not None and len(files) < limit:
            file = await self._describe(BronzeKey(topic, partition, start))
            if file is None:
                break
            if files or end_offset is None:
                _refuse_stranger(file, files[-1].sha256 if files else NO_PREDECESSOR)
            files.append(file)
            start = file.end_offset + 1
        if not files and start is not None:
            await self._refuse_hole(BronzeKey(topic, partition, start))
        return files

    async def lines(self, file: BronzeFile) -> bytes:
        """The uncompressed NDJSON of a file, its hash checked.

        Raises:
            ChainBroken: the body is absent, or its hash is another.
        """
        stored = await self._store.read(file.key)
        if stored is None:
            message = f"reading '{file.key}': there is no such file any more; {_WAY_OUT}"
            raise ChainBroken(message)
        if await asyncio.to_thread(sha256_of, stored.body) != file.sha256:
            message = f"reading '{file.key}': its sha256 is no longer {file.sha256}; {_WAY_OUT}"
            raise ChainBroken(message)
        return await asyncio.to_thread(gzip.decompress, stored.body)

    async def end(self, topic: str, partition: int) -> int | None:
        """The last archived offset; None where there is no file."""
        key = await last_key(self._store, topic, partition)
        file = None if key is None else await self._describe(key)
        return None if file is None else file.end_offset

    def verify(self, topic: str, partition: int) -> AsyncIterator[ChainPart]:
        """Walk the whole chain and tell what does not fit: see ``verify_chain``."""
        return verify_chain(self._store, topic, partition)

    async def strangers(self, topic: str) -> list[str]:
        """Keys among the chains of ``topic`` that are no bronze files: another program's."""
        prefix = topic_prefix(topic)
        found: list[str] = []
        names = await self._store.keys(prefix)
        while names:
            found += [name for name in names if read_key(name) is None]
            names = await self._store.keys(prefix, after=names[-1])
        return found

    async def _base(self, topic: str, partition: int) -> int | None:
        async for key in bronze_keys(self._store, topic, partition):
            return key.start_offset
        return None

    async def _describe(self, key: BronzeKey) -> BronzeFile | None:
        known = self._described.get(key)
        if known is not None:
            return known
        stored = await read_file(self._store, key)
        if stored is None:
            return None
        self._described[key] = stored.file
        if len(self._described) > _REMEMBERED:
            self._described.popitem(last=False)
        return stored.file

    async def _refuse_hole(self, key: BronzeKey) -> None:
        """See that nothing lies behind ``key``, where there is no file.

        Once is enough for each chain: from then on nobody creates a file but behind the
        one that ends before it.
        """
        if (key.topic, key.partition) in self._whole:
            return
        async for behind in bronze_keys(self._store, key.topic, key.partition, after=str(key)):
            message = (
                f"reading '{key}': there is no such file, though the chain goes on with "
                f"'{behind}'; {_WAY_OUT}"
            )
            raise ChainBroken(message)
        self._whole.add((key.topic, key.partition))


def _refuse_stranger(file: BronzeFile, previous_sha256: str) -> None:
    """See that ``file`` was written behind the file of that hash."""
    if file.previous_sha256 != previous_sha256:
        message = (
            f"reading '{file.key}': it does not follow the file before it, whose sha256 is "
            f"{previous_sha256}; {_WAY_OUT}"
        )
        raise ChainBroken(message)
