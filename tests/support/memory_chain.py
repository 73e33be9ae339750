"""A chain of bronze files in memory, as the loader reads it."""

import hashlib

from support.staging import batch

from greenpulse.records import POLLS_TOPIC, BronzeFile

__all__ = ["MemoryChain"]


class MemoryChain:
    """A chain whose files hold five records each."""

    def __init__(self, *, files: int = 0) -> None:
        self.bodies: list[bytes] = []
        self.grow(files)

    def grow(self, files: int) -> None:
        start = len(self.bodies)
        self.bodies += [batch(5 * n).ndjson for n in range(start, start + files)]

    async def partitions(self, topic: str) -> list[int]:
        return [0] if topic == POLLS_TOPIC else []

    async def files_after(
        self, topic: str, partition: int, end_offset: int | None, *, limit: int
    ) -> list[BronzeFile]:
        first = 0 if end_offset is None else (end_offset + 1) // 5
        chosen = range(len(self.bodies))[first : first + limit] if partition == 0 else range(0)
        return [self._file(topic, number) for number in chosen]

    async def lines(self, file: BronzeFile) -> bytes:
        return self.bodies[file.start_offset // 5]

    def _file(self, topic: str, number: int) -> BronzeFile:
        body = self.bodies[number]
        return BronzeFile(
            topic=topic,
            partition=0,
            start_offset=5 * number,
            end_offset=5 * number + 4,
            record_count=5,
            sha256=hashlib.sha256(body).hexdigest(),
            previous_sha256="0" * 64,
            first_appended_at=None,
            last_appended_at=None,
            key=f"{number}",
            size_bytes=len(body),
            missing_offsets=None,
            writer="test",
        )
