"""Reads topic and table without GreenPulse: by aiokafka, by DuckDB, and bronze lines by json."""

import base64
import binascii
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
from aiokafka import AIOKafkaConsumer, TopicPartition
from chaos.entries import Entry, Place, content_of

__all__ = ["entry_of_line", "read_table", "read_topic"]

_FETCH_BYTES = 32 * 1024 * 1024
_WAIT_MS = 500
_OFFSETS_AT_ONCE = 2000
_NAMES = ["topic", "partition", "offset", "appended_at"]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def read_topic(hosts: str, topic: str, partitions: int) -> Place:
    """Every record that the topic has now."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=hosts,
        enable_auto_commit=False,
        max_partition_fetch_bytes=_FETCH_BYTES,
    )
    await consumer.start()
    try:
        places = [TopicPartition(topic, number) for number in range(partitions)]
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        found: Place = []
        while [p for p in places if await consumer.position(p) < ends[p]]:
            fetched = await consumer.getmany(timeout_ms=_WAIT_MS)
            found += [
                Entry(
                    place.partition,
                    record.offset,
                    content_of(record.key, record.value),
                    record.timestamp,
                )
                for place, records in fetched.items()
                for record in records
                if record.offset < ends[place]
            ]
    finally:
        await consumer.stop()
    return found


def read_table(path: Path, topic: str) -> Place:
    """Every row of the raw table; its plain columns must say what the line itself says."""
    found: Place = []
    with duckdb.connect(str(path), read_only=True) as connection:
        counted = connection.execute(
            "select count(*), coalesce(max(log_offset) + 1, 0) from bronze.raw_intensity"
        ).fetchone()
        count, end = counted or (0, 0)
        for first in range(0, end, _OFFSETS_AT_ONCE):
            rows = connection.execute(
                "select partition_id, log_offset, v::varchar from bronze.raw_intensity"
                " where log_offset between ? and ?",
                [first, first + _OFFSETS_AT_ONCE - 1],
            ).fetchall()
            for partition, offset, line in rows:
                entry = entry_of_line(line.encode() + b"\n", topic)
                assert (entry.partition, entry.offset) == (partition, offset)
                found.append(entry)
    assert len(found) == count, "there are rows outside the offsets of the log"
    return found


def entry_of_line(line: bytes, topic: str) -> Entry:
    """The record that a bronze line stands for, as the promised format says.

    Raises:
        ValueError: it is no such line.
    """
    said = json.loads(line, parse_constant=_refuse)
    form = "poll" if "poll" in said else "value_base64"
    key_form = "key" if "key" in said else "key_base64"
    if list(said) != [*_NAMES, key_form, form] or said["topic"] != topic:
        message = f"want a line of {topic}, got {line[:100]!r}"
        raise ValueError(message)
    key = _base64(said[key_form]) if key_form == "key_base64" else _text(said["key"])
    value = _poll_of(line) if form == "poll" else _base64(said[form])
    return Entry(
        said["partition"],
        said["offset"],
        content_of(key, value),
        (datetime.fromisoformat(said["appended_at"]) - _EPOCH) // timedelta(milliseconds=1),
    )


def _poll_of(line: bytes) -> bytes:
    """The bytes of the value: behind the first such name, for a quote in a key is escaped."""
    value = line.partition(b',"poll":')[2].removesuffix(b"}\n")
    if not value.strip().startswith(b"{"):
        message = f"a poll is no object: {value[:100]!r}"
        raise ValueError(message)
    return value


def _text(value: str | None) -> bytes | None:
    return None if value is None else value.encode()


def _base64(value: str | None) -> bytes | None:
    try:
        return None if value is None else base64.b64decode(value, validate=True)
    except binascii.Error as error:
        message = f"no base64: {value!r}"
        raise ValueError(message) from error


def _refuse(constant: str) -> None:
    message = f"{constant} is no JSON"
    raise ValueError(message)
