"""Writes one chain, file by file, beside anybody else who may be writing it."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, wait_random_exponential

from greenpulse.clock import Clock
from greenpulse.errors import ChainBroken, LogMismatch, StoreUnavailable
from greenpulse.lake.buffer import Batch
from greenpulse.lake.files import Content, fill_body, metadata_of, read_body
from greenpulse.lake.keys import BronzeKey
from greenpulse.lake.reading import StoredFile, read_file
from greenpulse.lake.rotation import RotationReason
from greenpulse.lake.store import Store
from greenpulse.records import BronzeFile

__all__ = ["ChainEnd", "ChainWriter", "WrittenFile"]

log = logging.getLogger(__name__)

_FIRST_WAIT_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """Where a chain ends; before its first file, one before its base."""

    offset: int
    sha256: str


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that is durable now."""

    file: BronzeFile
    reason: RotationReason
    is_adopted: bool
    """Another writer's, which holds records of ours."""


class ChainWriter:
    """Appends to one chain.

    Invariant: a writer creates a key only behind a file that it has seen end there, and
    a key is created only once. So there is one chain, without gap or overlap, whoever
    else writes.

    Attributes:
        end: Where the chain ended when last seen.
        trouble: Why the store does not take files, in one sentence, while it does not.
    """

    def __init__(  # noqa: PLR0913 - what a chain is written with, each by its name
        self,
        store: Store,
        clock: Clock,
        *,
        topic: str,
        partition: int,
        writer: str,
        end: ChainEnd,
    ) -> None:
        self.end = end
        self.trouble: str | None = None
        self._store = store
        self._clock = clock
        self._topic = topic
        self._partition = partition
        self._writer = writer

    async def write(self, batch: Batch) -> WrittenFile:
        """Make ``batch`` durable in a file of ours, or its beginning in another writer's.

        While the store does not answer, the same bytes are offered under the same key
        again and again, with growing pauses; cancel it to give up.

        Returns:
            The file that now lies behind the former end.

        Raises:
            ChainBroken: the batch does not begin where the chain ends, or the file that
                lies there is damaged.
            LogMismatch: the file that lies there has other records.
            SettingsError: a right is missing.
        """
        if batch.start_offset != self.end.offset + 1:
            message = (
                f"writing partition {self._partition} of '{self._topic}': the chain ends at offset "
                f"{self.end.offset}, the batch begins at {batch.start_offset}"
            )
            raise ChainBroken(message)
        body, file = await asyncio.to_thread(self._fill, batch)
        key = BronzeKey(self._topic, self._partition, batch.start_offset)
        patiently = AsyncRetrying(
            sleep=self._clock.sleep,
            wait=wait_random_exponential(multiplier=_FIRST_WAIT_SECONDS, max=_LONGEST_WAIT_SECONDS),
            retry=retry_if_exception_type(StoreUnavailable),
            before_sleep=self._note_trouble,
        )
        winner: StoredFile | None = await patiently(self._offer, key, body, metadata_of(file))
        self.trouble = None
        is_adopted = winner is not None and winner.content.sha256 != file.sha256
        if winner is not None and is_adopted:
            _compare(await asyncio.to_thread(read_body, key, body), winner.content)
            file = winner.file
        # Of the same hash: created a moment ago, or before and its answer got lost.
        self.end = ChainEnd(file.end_offset, file.sha256)
        return WrittenFile(file, batch.reason, is_adopted)

    def _fill(self, batch: Batch) -> tuple[bytes, BronzeFile]:
        # No more than these two: the lines would take memory for as long as the store is away.
        body, content = fill_body(self._topic, self._partition, batch)
        return body, content.described(self.end.sha256, self._writer)

    async def _offer(
        self, key: BronzeKey, body: bytes, metadata: Mapping[str, str]
    ) -> StoredFile | None:
        """Create the file; None where it does now, else the one that lies there already."""
        if await self._store.create(str(key), body, metadata):
            return None
        winner = await read_file(self._store, key)
        if winner is None:
            message = f"creating '{key}': the store says that it exists and that it does not"
            raise StoreUnavailable(message)
        return winner

    def _note_trouble(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome is not None else None
        if self.trouble is None:
            log.warning("store_unavailable partition=%d cause=%s", self._partition, error)
        self.trouble = str(error)


def _compare(own: Content, theirs: Content) -> None:
    """See that both were made of the same log, by the last record that both have."""
    shared = set(own.offsets).intersection(theirs.offsets)
    if shared and own.line_at(max(shared)) != theirs.line_at(max(shared)):
        message = (
            f"writing '{own.key}': another worker has put other records there; give each log a "
            "lake of its own (GREENPULSE_LAKE)"
        )
        raise LogMismatch(message)
