"""Log, files and rows, each read by its own means: none of GreenPulse's code is asked."""

import base64
import gzip
import hashlib
import json
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import duckdb

__all__ = ["read_files", "read_log", "read_rows"]

Contents = dict[tuple[int, int], list[str]]
"""By partition and offset: the sha256 of each value found there; a clean pipeline has one."""

_TOPIC = "greenpulse.polls"


def read_log(file: Path) -> Contents:
    """What SQLite says of the polls topic."""
    statement = """
        select number, log_offset, is_deflated, value
        from record join partition using (partition_id) join topic using (topic_id)
        where name = ?
    """
    found: Contents = {}
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        for partition, offset, is_deflated, value in connection.execute(statement, (_TOPIC,)):
            plain = zlib.decompress(value) if is_deflated else value
            found.setdefault((partition, offset), []).append(_digest(json.loads(plain)))
    return found


def read_files(lake: Path) -> Contents:
    """What the gzipped lines say; the chain of hashes is checked on the way."""
    found: Contents = {}
    for folder in sorted(lake.glob(f"topic={_TOPIC}/partition=*")):
        previous, next_offset = "0" * 64, None
        for file in sorted(folder.glob("*.ndjson.gz")):
            body = file.read_bytes()
            sidecar = Path(f"{file}.json")
            metadata = json.loads(sidecar.read_text()) if sidecar.exists() else None
            # A kill between the two leaves a file without; the next one still names its hash.
            assert metadata is None or metadata["previous-sha256"] == previous, file
            previous = hashlib.sha256(body).hexdigest()
            assert metadata is None or metadata["sha256"] == previous, file
            for line in gzip.decompress(body).splitlines():
                record = json.loads(line)
                assert next_offset in {None, record["offset"]}, file
                next_offset = record["offset"] + 1
                place = (record["partition"], record["offset"])
                found.setdefault(place, []).append(_digest(_value(record)))
    return found


def read_rows(warehouse: Path) -> Contents:
    """What DuckDB says of BRONZE.RAW_INTENSITY."""
    found: Contents = {}
    with closing(duckdb.connect(str(warehouse), read_only=True)) as connection:
        rows = connection.execute("select v from bronze.raw_intensity").fetchall()
    for (line,) in rows:
        record = json.loads(line)
        place = (record["partition"], record["offset"])
        found.setdefault(place, []).append(_digest(_value(record)))
    return found


def _value(record: dict[str, object]) -> object:
    if "poll" in record:
        return record["poll"]
    encoded = record["value_base64"]
    return None if encoded is None else base64.b64decode(str(encoded)).decode("latin-1")


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
