"""Whether bytes can stand as they are inside a bronze line."""

import json
from typing import Any

import orjson

__all__ = ["is_clean_object"]


def is_clean_object(value: bytes) -> bool:
    """Whether ``value`` is one JSON object on one line that all parsers read alike.

    No LF or CR byte; UTF-8 and RFC 8259; no name twice in an object, no lone surrogate,
    numbers within float64, nested at most 254 deep (what orjson writes, and what any
    reader bears).

    What GreenPulse writes itself is told by one round trip, about 1 us. The rest goes
    to a second parser, since orjson is strict but lets a name come twice.
    """
    try:
        tree = orjson.loads(value)
        if not isinstance(tree, dict):
            return False
        is_compact = orjson.dumps(tree) == value
    except (ValueError, TypeError):  # not JSON; nested too deep
        return False
    return is_compact or (b"\n" not in value and b"\r" not in value and _has_each_name_once(value))


def _has_each_name_once(value: bytes) -> bool:
    try:
        json.loads(value.decode(), object_pairs_hook=_refuse_a_name_twice)
    except ValueError:
        return False
    return True


def _refuse_a_name_twice(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        message = "a name comes twice"
        raise ValueError(message)
