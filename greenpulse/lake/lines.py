"""Bronze lines: one record of the log each, its value as the producer sent it."""

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import orjson

from greenpulse.clock import to_rfc3339
from greenpulse.lake.clean_json import is_clean_object

__all__ = ["LineHead", "Record", "bronze_line", "bronze_lines", "read_head", "value_of"]

_HEAD = re.compile(rb'\{"topic":"([^"]*)","partition":(\d+),"offset":(\d+),"appended_at":"([^"]*)"')
_VALUE = re.compile(rb',"(poll|value_base64)":')
_UNREADABLE = b',"value_base64":'


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
    return bronze_lines(topic, partition, (record,))


def bronze_lines(topic: str, partition: int, records: Iterable[Record]) -> bytes:
    """The lines of ``records``, in their order, in one piece."""
    head = b'{"topic":%b,"partition":%d,"offset":' % (orjson.dumps(topic), partition)
    moment: datetime | None = None
    key: bytes | None = None
    moment_and_key = b""
    # All is joined once: a line by itself would be copied again, and formatting takes longer.
    parts: list[bytes] = []
    for record in records:
        if record.appended_at is not moment or record.key != key:
            # Seldom, since records of one batch of Kafka's share both.
            moment, key = record.appended_at, record.key
            moment_and_key = b',"appended_at":"%b",%b' % (to_rfc3339(moment).encode(), _key(key))
        value = record.value
        if value is not None and is_clean_object(value):
            parts += (head, b"%d" % record.offset, moment_and_key, b',"poll":', value, b"}\n")
        else:
            encoded = b"null" if value is None else b'"%b"' % base64.b64encode(value)
            parts += (head, b"%d" % record.offset, moment_and_key, _UNREADABLE, encoded, b"}\n")
    return b"".join(parts)


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


def _key(key: bytes | None) -> bytes:
    if key is None:
        return b'"key":null'
    try:
        return b'"key":' + orjson.dumps(key.decode())
    except UnicodeDecodeError:
        return b'"key_base64":"%b"' % base64.b64encode(key)
