"""A row's digest where a VARIANT keeps what a line says, not its bytes.

Snowflake orders names anew and writes numbers its own way, so a line cannot be hashed
there. What is hashed are its texts, in a fixed order: topic, moment, key, and of a poll all
that is a text (the answer's body included) and the status; of any other record its bytes,
as base64. What the digest cannot show: a change of a poll's ``headers``, ``attempts``,
``imported``, and of fields that no Poll has. That they are what was archived the load's own
hash says, from the chain up to the staged file.
"""

import hashlib
from typing import Any

import orjson

__all__ = ["ROW_DIGEST", "digest_of_line"]

_TEXTS = (
    ("topic",),
    ("appended_at",),
    ("key",),
    ("key_base64",),
    ("value_base64",),
    ("poll", "poll_id"),
    ("poll", "family"),
    ("poll", "series"),
    ("poll", "url"),
    ("poll", "scheduled_at"),
    ("poll", "requested_at"),
    ("poll", "answered_at"),
    ("poll", "error"),
    ("poll", "worker"),
    ("poll", "body"),
    ("poll", "body_base64"),
)
_LONGEST_STATUS = 999_999_999


def _text(path: str) -> str:
    return f"iff(startswith(to_json({path}), '\"'), '\"' || {path}::string, '')"


_STATUS = "iff(regexp_like(to_json(v:poll.status), '-?[0-9]{1,9}'), to_json(v:poll.status), '')"
_PARTS = [f"coalesce({_text('v:' + '.'.join(names))}, '')" for names in _TEXTS]

ROW_DIGEST = (
    f"sha2({' || chr(30) || '.join([*_PARTS, f'coalesce({_STATUS}, {chr(39) * 2})'])}, 256)"
)
"""SQL of the digest of a row of the raw table."""


def digest_of_line(line: bytes) -> str:
    """What ``ROW_DIGEST`` gives for the row of ``line``; empty where it is no JSON."""
    try:
        tree = orjson.loads(line)
    except orjson.JSONDecodeError:
        return ""
    texts = [_found(tree, names) for names in _TEXTS]
    status = _at(tree, ("poll", "status"))
    is_whole = isinstance(status, int) and not isinstance(status, bool)
    is_short = is_whole and abs(status) <= _LONGEST_STATUS
    joined = chr(30).join([*texts, str(status) if is_short else ""])
    return hashlib.sha256(joined.encode()).hexdigest()


def _found(tree: object, names: tuple[str, ...]) -> str:
    value = _at(tree, names)
    return f'"{value}' if isinstance(value, str) else ""


def _at(tree: object, names: tuple[str, ...]) -> Any:  # noqa: ANN401 - JSON
    for name in names:
        tree = tree.get(name) if isinstance(tree, dict) else None
    return tree
