"""An archive that believes the group's offset, as most sinks do: the chain's own end unseen."""

from collections.abc import Sequence

from support.archive_world import ROTATION, NeverWaits, World
from support.archiving import TOPIC

from greenpulse.lake.buffer import Batch, Buffer
from greenpulse.lake.lines import Record
from greenpulse.lake.reading import read_file
from greenpulse.lake.rotation import RotationReason
from greenpulse.lake.store import Store
from greenpulse.lake.tail import last_key
from greenpulse.lake.writer import ChainEnd, ChainWriter, WrittenFile

__all__ = ["NaiveArchive"]

_NO_PREDECESSOR = "0" * 64


class NaiveArchive:
    """Writes with our own writer, but begins where the group says and not where the chain ends."""

    def __init__(self, store: Store, world: World, name: str) -> None:
        self._store = store
        self._world = world
        self._name = name
        self._closed: list[Batch] = []

    async def open(self, partition: int) -> int:
        key = await last_key(self._store, TOPIC, partition)
        tail = None if key is None else await read_file(self._store, key)
        sha256 = _NO_PREDECESSOR if tail is None else tail.file.sha256
        wanted = self._world.committed
        self._writer = ChainWriter(
            self._store,
            NeverWaits(),
            topic=TOPIC,
            partition=partition,
            writer=self._name,
            end=ChainEnd(wanted - 1, sha256),
        )
        self._buffer = Buffer(wanted, ROTATION)
        self._closed.clear()
        return wanted

    async def add(self, partition: int, records: Sequence[Record]) -> None:
        del partition
        self._closed += self._buffer.fill(records, now=0.0)

    async def write(self, partition: int) -> WrittenFile | None:
        del partition
        while self._closed:
            rest = self._closed.pop(0).after(self._writer.end.offset)
            if rest is not None:
                written = await self._writer.write(rest)
                self._buffer.move_to(self._writer.end.offset + 1)
                return written
        return None

    def close(self, partition: int, reason: RotationReason) -> None:
        del partition
        self._closed += self._buffer.close(reason)

    def drop(self, partition: int) -> None:
        del partition
        self._closed.clear()
        self._buffer = Buffer(self._writer.end.offset + 1, ROTATION)

    def next_offset(self, partition: int) -> int:
        del partition
        return self._buffer.next_offset
