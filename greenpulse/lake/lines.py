"""Bronze lines: one record of the log each, its value as the producer sent it."""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Protocol

import orjson

from greenpulse.clock import to_rfc3339
from greenpulse.lake.clean_json import is_clean_object

__all__ = ["LineHead", "Record", "bronze_line", "bronze_lines", "read_head", "value_of"]

_HEAD = re.compile(rb'\{"topic":"([^"]*)","partition":(\d+),"offset":(\d+),"appended_at":"([^"]*)"')
_VALUE = re.compile(rb',"(poll|value_base64)":')


class Record(Protocol):
    """What a line is made of: one record of a partition, bytes untouched."""

    @property
    def offset(self) -> int:
        """Place in the partition."""
        ...

    @property
    def appended_at(self) -> datetime:
        """The record's timestamp in the log, aware."""
        ...

    @property
    def key(self) -> bytes | None:
        """The key; None where there is none."""
        ...

    @property
    def value(self) -> bytes | None:
        """The value; None for a tombstone."""
        ...


@dataclass(frozen=True, slots=True)
class LineHead:
    """What a line says before key and value."""

    topic: str
    partition: int
    offset: int
    appended_at: str


def bronze_line(topic: str, partition: int, record: Record) -> bytes:
    """The line of ``record``, ended by LF; the same record gives the same bytes.

    A value that is a JSON object on one line stands untouched as ``poll``. Any other
    stands as ``value_base64``, null for a tombstone; a key that is no UTF-8 as
    ``key_base64``.
    """
    return bronze_lines(topic, partition, (record,))[0]


def bronze_lines(topic: str, partition: int, records: Sequence[Record]) -> list[bytes]:
    """The line of each of ``records``, in their order."""
    head = b'{"topic":%b,"partition":%d,"offset":' % (orjson.dumps(topic), partition)
    return [
        # Joined, which takes half the time of formatting.
        b"".join(
            (
                head,
                b"%d" % record.offset,
                _moment_and_key(record.appended_at, record.key),
                *_value(record.value),
                b"}\n",
            )
        )
        for record in records
    ]


def read_head(line: bytes) -> LineHead | None:
    """What ``line`` says before key and value; None where it is no bronze line."""
    match = _HEAD.match(line)
    if match is None:
        return None
    return LineHead(match[1].decode(), int(match[2]), int(match[3]), match[4].decode())


def value_of(line: bytes) -> bytes | None:
    """The value that ``line`` was made of, byte by byte; None for a tombstone.

    Raises:
        ValueError: ``line`` is no bronze line.
    """
    # A quote inside the key is escaped, so the first match is the name itself.
    match = _VALUE.search(line)
    if match is None or not line.endswith(b"}\n"):
        message = f"want a bronze line, got {line[:80]!r}"
        raise ValueError(message)
    text = line[match.end() : -2]
    if match[1] == b"poll":
        return text
    return None if text == b"null" else base64.b64decode(text.strip(b'"'), validate=True)


@lru_cache(maxsize=256)
def _moment_and_key(moment: datetime, key: bytes | None) -> bytes:
    # Kept, since records of one batch of Kafka's share both.
    return b',"appended_at":"%b",%b,' % (to_rfc3339(moment).encode(), _key(key))


def _key(key: bytes | None) -> bytes:
    if key is None:
        return b'"key":null'
    try:
        return b'"key":' + orjson.dumps(key.decode())
    except UnicodeDecodeError:
        return b'"key_base64":"%b"' % base64.b64encode(key)


def _value(value: bytes | None) -> tuple[bytes, bytes]:
    """Under which name it stands in the line, and how."""
    if value is None:
        return b'"value_base64":', b"null"
    if is_clean_object(value):
        return b'"poll":', value
    return b'"value_base64":', b'"%b"' % base64.b64encode(value)
