"""Bronze files as bytes: records in, body and metadata out; and back again, checked."""

import gzip
import hashlib
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from isal import isal_zlib

from greenpulse.clock import to_rfc3339
from greenpulse.errors import ChainBroken
from greenpulse.lake.buffer import Batch
from greenpulse.lake.keys import BronzeKey
from greenpulse.lake.lines import bronze_lines, read_head
from greenpulse.lake.ranges import OffsetRange, holes_between, write_ranges
from greenpulse.records import BronzeFile

__all__ = [
    "FILE_WAY_OUT",
    "NO_PREDECESSOR",
    "Content",
    "Summary",
    "fill_body",
    "metadata_of",
    "read_body",
    "sha256_of",
]

NO_PREDECESSOR = "0" * 64
"""``previous-sha256`` of the first file of a chain."""

FILE_WAY_OUT = (
    "put the file back from a copy, or, where the log still has its offsets, take it away (in "
    "a folder, its .json too): they are archived again"
)
"""What to do where a file of a chain is not what was written."""

_SCHEMA = "1"
_MAX_MISSING_LENGTH = 1024
_MAX_WRITER_LENGTH = 256
_NO_WORD = re.compile(r"[^!-~]+")
_GZIP_LEVEL = 2
"""Of ISA-L's 0 to 3. Polls of 577 bytes: 0.3 us and 44 bytes each, zlib's level 1: 1.3 and 48."""
_GZIP_WINDOW = 31
_LINES_A_PIECE = 500
"""Made and packed at once: the processor still has them at hand, and they lie in memory once."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What is to be known of a bronze file beside its lines."""

    key: BronzeKey
    offsets: Sequence[int]
    """Of each line, at least one; they rise from the key's or later."""
    first_appended_at: str
    last_appended_at: str
    sha256: str
    """Hex, of the body."""
    size_bytes: int
    """Of the body."""

    @property
    def end_offset(self) -> int:
        """The last line's offset."""
        return self.offsets[-1]

    @property
    def missing(self) -> list[OffsetRange]:
        """What the lines leave out from the key's offset to the last line's."""
        return holes_between(self.key.start_offset, self.offsets)

    def described(self, previous_sha256: str, writer: str) -> BronzeFile:
        """The file as a record."""
        return BronzeFile(
            topic=self.key.topic,
            partition=self.key.partition,
            start_offset=self.key.start_offset,
            end_offset=self.end_offset,
            record_count=len(self.offsets),
            sha256=self.sha256,
            previous_sha256=previous_sha256,
            first_appended_at=self.first_appended_at,
            last_appended_at=self.last_appended_at,
            key=str(self.key),
            size_bytes=self.size_bytes,
            missing_offsets=write_ranges(self.missing) or None,
            writer=writer,
        )


@dataclass(frozen=True, slots=True)
class Content(Summary):
    """A bronze file that was read: its lines, too."""

    lines: Sequence[bytes]
    """Each ended by LF."""

    def line_at(self, offset: int) -> bytes:
        """The line of ``offset``, which must be there."""
        return self.lines[self.offsets.index(offset)]


def fill_body(topic: str, partition: int, batch: Batch) -> tuple[bytes, Summary]:
    """Make the body of the file of ``batch``; the same records give the same bytes.

    On the same machine: the code that packs them depends on the processor.
    """
    # Neither a file name nor a time: it writes 0 for mtime.
    packer = isal_zlib.compressobj(_GZIP_LEVEL, isal_zlib.DEFLATED, _GZIP_WINDOW)
    records = batch.records
    packed = [
        packer.compress(bronze_lines(topic, partition, records[start : start + _LINES_A_PIECE]))
        for start in range(0, len(records), _LINES_A_PIECE)
    ]
    body = b"".join([*packed, packer.flush()])
    return body, Summary(
        BronzeKey(topic, partition, batch.start_offset),
        [record.offset for record in records],
        to_rfc3339(records[0].appended_at),
        to_rfc3339(records[-1].appended_at),
        sha256_of(body),
        len(body),
    )


def read_body(key: BronzeKey, body: bytes) -> Content:
    """Read a body and believe nothing else.

    Raises:
        ChainBroken: it is no gzip of bronze lines of ``key``, or its offsets do not rise.
    """
    try:
        ndjson = gzip.decompress(body)
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged(key, f"it cannot be unpacked ({error})") from error
    if not ndjson.endswith(b"\n"):
        raise _damaged(key, "its last line is cut off")
    lines = ndjson.splitlines(keepends=True)
    offsets = []
    moments = []
    due = key.start_offset
    for line in lines:
        head = read_head(line)
        if head is None or (head.topic, head.partition) != (key.topic, key.partition):
            raise _damaged(key, f"this line does not belong there: {line[:60]!r}")
        if head.offset < due:
            raise _damaged(key, f"offset {head.offset} comes where {due} is due")
        due = head.offset + 1
        offsets.append(head.offset)
        moments.append(head.appended_at)
    sha256 = sha256_of(body)
    return Content(key, offsets, moments[0], moments[-1], sha256, len(body), lines)


def metadata_of(file: BronzeFile) -> dict[str, str]:
    """What is stored beside the body of ``file``, as every store takes it.

    A list of missing offsets that is too long for S3 is left out; the body tells them, too.
    """
    metadata = {
        "start-offset": str(file.start_offset),
        "end-offset": str(file.end_offset),
        "record-count": str(file.record_count),
        "sha256": file.sha256,
        "previous-sha256": file.previous_sha256,
        "first-appended-at": file.first_appended_at or "",
        "last-appended-at": file.last_appended_at or "",
        "writer": _NO_WORD.sub("_", file.writer)[:_MAX_WRITER_LENGTH],
        "schema": _SCHEMA,
    }
    if file.missing_offsets and len(file.missing_offsets) <= _MAX_MISSING_LENGTH:
        metadata["missing-offsets"] = file.missing_offsets
    return metadata


def sha256_of(body: bytes) -> str:
    """Hex sha256 of stored bytes."""
    return hashlib.sha256(body).hexdigest()


def _damaged(key: BronzeKey, reason: str) -> ChainBroken:
    message = f"reading '{key}': {reason}; {FILE_WAY_OUT}"
    return ChainBroken(message)
