"""Rows of a query as JSON, CSV and Parquet; nothing is rounded, and NULL is not 0 or ''."""

import base64
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from greenpulse.warehouse.warehouse import QueryResult

__all__ = ["as_csv", "as_json", "as_parquet", "as_text"]

_JSON_TYPES = frozenset({"JSON", "VARIANT", "OBJECT", "ARRAY"})
_NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
_SPECIAL_IN_CSV = frozenset('",\r\n')

_ARROW_TYPES: Mapping[str, pa.DataType] = {
    "BOOLEAN": pa.bool_(),
    "TINYINT": pa.int8(),
    "SMALLINT": pa.int16(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "HUGEINT": pa.decimal256(39, 0),
    "UTINYINT": pa.uint8(),
    "USMALLINT": pa.uint16(),
    "UINTEGER": pa.uint32(),
    "UBIGINT": pa.uint64(),
    "FLOAT": pa.float32(),
    "DOUBLE": pa.float64(),
    "VARCHAR": pa.string(),
    "JSON": pa.string(),
    "BLOB": pa.binary(),
    "DATE": pa.date32(),
    "TIME": pa.time64("us"),
    "TIMESTAMP": pa.timestamp("us"),
    "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", tz="UTC"),
    "INTERVAL": pa.duration("us"),
}


def as_json(result: QueryResult) -> Iterator[str]:
    """An array with an object a row, a line each.

    Decimals and whole numbers have all their digits, moments are ISO 8601 (UTC, where the
    query does not convert them), spans are seconds, bytes base64, and a column of JSON
    stands as what it is. NaN and infinity, which JSON lacks, are texts. Of columns of one
    name, the second is ``name_2``.
    """
    names = [json.dumps(name, ensure_ascii=False) for name in _distinct(result.columns)]
    is_json = [kind in _JSON_TYPES for kind in result.types]
    before = "["
    for row in result.rows:
        items = (
            f"{name}:{value if raw and isinstance(value, str) else _json(value)}"
            for name, raw, value in zip(names, is_json, row, strict=True)
        )
        yield f"{before}{{{','.join(items)}}}"
        before = ",\n"
    yield "]\n" if before != "[" else "[]\n"


def as_csv(result: QueryResult) -> Iterator[str]:
    """A header and a line a row, as RFC 4180 has it; NULL is empty, an empty text is ``""``."""
    yield ",".join(map(_csv, result.columns)) + "\r\n"
    for row in result.rows:
        yield ",".join("" if v is None else _csv(as_text(v)) for v in row) + "\r\n"


def as_parquet(result: QueryResult) -> bytes:
    """One Parquet file."""
    arrays = [
        _arrow([row[index] for row in result.rows], kind) for index, kind in enumerate(result.types)
    ]
    file = io.BytesIO()
    pq.write_table(pa.table(arrays, names=_distinct(result.columns)), file)
    return file.getvalue()


def as_text(value: object) -> str:
    """A value that is not NULL, for people and for CSV."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat(sep=" ")
        case list() | tuple() | dict():
            return _json(value)
    return str(_plain(value))


def _json(value: Any) -> str:  # noqa: ANN401 - of any type that an engine has
    match value:
        case Decimal():
            return f"{value:f}"
        case dict():
            items = (f"{json.dumps(str(k))}:{_json(v)}" for k, v in value.items())
            return f"{{{','.join(items)}}}"
        case list() | tuple():
            return f"[{','.join(map(_json, value))}]"
    return json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: object) -> object:
    """What stands for ``value`` in JSON, exactly."""
    match value:
        case float():
            return value if math.isfinite(value) else _NOT_FINITE[str(value)]
        case None | bool() | int():
            return value
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case bytes():
            return base64.b64encode(value).decode()
    return str(value)


def _csv(text: str) -> str:
    if text and _SPECIAL_IN_CSV.isdisjoint(text):
        return text
    return '"' + text.replace('"', '""') + '"'


def _arrow(values: Sequence[Any], kind: str) -> pa.Array:
    arrow_type = _ARROW_TYPES.get(kind)
    if kind.startswith("DECIMAL("):
        precision, scale = kind.removeprefix("DECIMAL(").removesuffix(")").split(",")
        arrow_type = pa.decimal128(int(precision), int(scale))
    try:
        return pa.array(values, arrow_type)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return pa.array([None if v is None else as_text(v) for v in values], pa.string())


def _distinct(names: Sequence[str]) -> list[str]:
    """``names``, where a name that comes again gets a number."""
    result: list[str] = []
    for name in names:
        distinct, number = name, 1
        while distinct in result:
            number += 1
            distinct = f"{name}_{number}"
        result.append(distinct)
    return result
