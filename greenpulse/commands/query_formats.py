"""Rows of a query as JSON and CSV; nothing is rounded, and NULL is not 0 or ''."""

import base64
import json
import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from greenpulse.warehouse.warehouse import QueryResult

__all__ = ["as_csv", "as_json", "as_text", "distinct"]

_JSON_TYPES = frozenset({"JSON", "VARIANT", "OBJECT", "ARRAY"})
_NOT_FINITE = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
_SPECIAL_IN_CSV = frozenset('",\r\n')


def as_json(result: QueryResult) -> Iterator[str]:
    """An array with an object a row, a line each.

    Decimals and whole numbers have all their digits, moments are ISO 8601 (UTC, where the
    query does not convert them), spans are seconds, bytes base64, and a column of JSON
    stands as what it is. NaN and infinity, which JSON lacks, are texts. Of columns of one
    name, the second is ``name_2``.
    """
    names = [json.dumps(name, ensure_ascii=False) for name in distinct(result.columns)]
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


def distinct(names: Sequence[str]) -> list[str]:
    """``names``, where a name that comes again gets a number."""
    result: list[str] = []
    for name in names:
        distinct, number = name, 1
        while distinct in result:
            number += 1
            distinct = f"{name}_{number}"
        result.append(distinct)
    return result
