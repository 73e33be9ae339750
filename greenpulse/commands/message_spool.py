"""Messages on their way from a recording to the log, kept out of memory."""

import gzip
import struct
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from greenpulse.broker.log import Message
from greenpulse.errors import SettingsError
from greenpulse.records import partition_of_family

__all__ = ["MessageSpool"]

_FRAME = struct.Struct(">II")
_GZIP_LEVEL = 1


class MessageSpool:
    """Polls in order, in a temporary file without a name; filled once, then read once.

    What is read back is what was checked, whatever became of the files it came from.
    """

    def __init__(self) -> None:
        self.count = 0
        self._file = tempfile.TemporaryFile(prefix="greenpulse-import-")  # noqa: SIM115 - closed in __exit__
        self._packed = gzip.GzipFile(fileobj=self._file, mode="wb", compresslevel=_GZIP_LEVEL)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Without the trailer of the gzip: on a full disk, writing it would fail again.
        self._file.close()

    def add(self, family: str, value: bytes) -> None:
        """Put a poll behind the others.

        Raises:
            SettingsError: the disk of temporary files is full.
        """
        key = family.encode()
        try:
            self._packed.write(_FRAME.pack(len(key), len(value)) + key + value)
        except OSError as error:
            message = (
                f"keeping lines in '{tempfile.gettempdir()}': {error.strerror}; set TMPDIR to a "
                "folder with more space"
            )
            raise SettingsError(message) from error
        self.count += 1

    def batches(
        self, partitions: int, *, max_records: int, max_bytes: int
    ) -> Iterator[list[Message]]:
        """Messages in order, some at a time; each has a key, and a partition by its family.

        Raises:
            SettingsError: the disk of temporary files is full.
        """
        self._packed.close()
        self._file.seek(0)
        batch: list[Message] = []
        size_bytes = 0
        with gzip.GzipFile(fileobj=self._file) as unpacked:
            while frame := unpacked.read(_FRAME.size):
                key_bytes, value_bytes = _FRAME.unpack(frame)
                key, value = unpacked.read(key_bytes), unpacked.read(value_bytes)
                if batch and (len(batch) == max_records or size_bytes + len(value) > max_bytes):
                    yield batch
                    batch, size_bytes = [], 0
                partition = partition_of_family(key.decode(), partitions)
                batch.append(Message(key, value, partition))
                size_bytes += len(value)
        if batch:
            yield batch
