"""Rows of a query as one Parquet file; its library takes 26 MB, so import this where it is used."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from greenpulse.commands.query_formats import as_text, distinct
from greenpulse.warehouse.warehouse import QueryResult

__all__ = ["as_parquet"]

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


def as_parquet(result: QueryResult) -> bytes:
    """One Parquet file."""
    arrays = [
        _arrow([row[index] for row in result.rows], kind) for index, kind in enumerate(result.types)
    ]
    file = io.BytesIO()
    pq.write_table(pa.table(arrays, names=distinct(result.columns)), file)
    return file.getvalue()


def _arrow(values: Sequence[Any], kind: str) -> pa.Array:
    arrow_type = _ARROW_TYPES.get(kind)
    if kind.startswith("DECIMAL("):
        precision, scale = kind.removeprefix("DECIMAL(").removesuffix(")").split(",")
        arrow_type = pa.decimal128(int(precision), int(scale))
    try:
        return pa.array(values, arrow_type)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return pa.array([None if v is None else as_text(v) for v in values], pa.string())
