"""From a line of a recording to the message that ``import`` appends; pure.

A recording holds Poll objects, one a line, or bronze lines with a Poll inside.
"""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import orjson

from greenpulse.clock import from_rfc3339, to_rfc3339
from greenpulse.grid.readings import is_simulated, is_success
from greenpulse.lake.clean_json import is_clean_object
from greenpulse.lake.lines import value_of

__all__ = ["POLL_NAMESPACE", "RecordedPoll", "read_recorded"]

POLL_NAMESPACE = UUID("aa44bc80-30f2-5459-a95f-5cf7dd9c6e2e")
"""Namespace of the uuid5 that names an imported poll without a ``poll_id``; itself the uuid5
of ``urn:greenpulse:poll`` in the namespace of URLs.

The name is the JSON array ``[family, url, answered_at, status, body]``, ASCII, no blanks;
``answered_at`` in UTC with microseconds and ``Z``, and for a body of bytes
``{"base64": …}`` in the place of ``body``.
"""

_NEEDED = ("family", "url", "answered_at", "status", "body")
_BRONZE = frozenset({"topic", "partition", "offset"})
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_MIN_STATUS = 100
_MAX_STATUS = 999


@dataclass(frozen=True, slots=True)
class RecordedPoll:
    """A poll, ready to be appended."""

    family: str
    value: bytes
    """JSON of the poll: what was recorded, untouched, and what import adds to it."""
    is_simulated: bool | None
    """Whether a simulator answered; None where nothing tells."""


def read_recorded(line: bytes) -> RecordedPoll | None:
    """Read a line without its line end; None: a bronze line that holds no poll.

    A bronze line is what a log once held, so a record in it that is no Poll is no fault
    of the line.

    Raises:
        ValueError: says what is wrong, in one clause.
    """
    fields = _read_object(line)
    if not fields.keys() >= _BRONZE:
        return _recorded(line, fields)
    if not isinstance(fields.get("poll"), dict):
        return None
    value = value_of(line + b"\n")
    if value is None:
        return None
    try:
        return _recorded(value, fields["poll"])
    except ValueError:
        return None


def _read_object(line: bytes) -> dict[str, Any]:
    try:
        fields = orjson.loads(line)
    except ValueError as error:
        message = f"it is no JSON ({error})"
        raise ValueError(message) from error
    if not isinstance(fields, dict):
        message = "it is no JSON object"
        raise ValueError(message)  # noqa: TRY004 - what callers expect of a bad line
    return fields


def _recorded(value: bytes, fields: Mapping[str, Any]) -> RecordedPoll:
    if not is_clean_object(value):
        message = (
            "it is no JSON object that all programs read alike (a name twice, a lone "
            "surrogate, or a number beyond float64)"
        )
        raise ValueError(message)
    _check(fields)
    changed = _changed(fields)
    headers = fields.get("headers")
    simulated = isinstance(headers, dict) and is_simulated(headers)
    status = fields["status"]
    real = status is not None and is_success(status)
    return RecordedPoll(
        fields["family"],
        _with_changes(value, fields, changed),
        True if simulated else False if real else None,
    )


def _check(fields: Mapping[str, Any]) -> None:
    """See that the needed fields are there and of their types.

    Raises:
        ValueError: says which one is not, and what was wanted.
    """
    absent = [name for name in _NEEDED if name not in fields]
    if fields.get("body_base64") is not None and "body" in absent:
        absent.remove("body")
    if absent:
        message = f"{_quoted(absent)} is absent: want {', '.join(_NEEDED)}"
        raise ValueError(message)
    for name in ("family", "url"):
        _want(name, fields[name], "a text", is_right=_is_text(fields[name]))
    for name in ("series", "poll_id"):
        optional = fields.get(name)
        _want(name, optional, "a text", is_right=optional is None or _is_text(optional))
    _check_answer(fields)


def _check_answer(fields: Mapping[str, Any]) -> None:
    answered_at, status, body = fields["answered_at"], fields["status"], fields.get("body")
    in_base64 = fields.get("body_base64")
    is_moment = isinstance(answered_at, str) and _utc(answered_at) is not None
    _want(
        "answered_at",
        answered_at,
        "a moment such as 2026-01-31T12:00:05.000000Z, or null",
        is_right=answered_at is None or is_moment,
    )
    is_status = type(status) is int and _MIN_STATUS <= status <= _MAX_STATUS
    _want("status", status, "a number such as 200, or null", is_right=status is None or is_status)
    _want("body", body, "a text, or null", is_right=body is None or isinstance(body, str))
    _want(
        "body_base64",
        in_base64,
        "a text of base64 in the place of body",
        is_right=in_base64 is None or (body is None and _is_base64(in_base64)),
    )
    if answered_at is None and not (body is None and in_base64 is None):
        message = "'answered_at' is null although there is a body"
        raise ValueError(message)


def _changed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What import sets, in the order in which it is appended."""
    answered_at = fields["answered_at"]
    in_utc = None if answered_at is None else _utc(answered_at)
    changed: dict[str, Any] = {}
    if in_utc != answered_at:
        changed["answered_at"] = in_utc
    if fields.get("series") is None:
        changed["series"] = "import"
    if fields.get("poll_id") is None:
        in_base64 = fields.get("body_base64")
        body = fields.get("body") if in_base64 is None else {"base64": in_base64}
        name = [fields["family"], fields["url"], in_utc, fields["status"], body]
        changed["poll_id"] = str(uuid5(POLL_NAMESPACE, json.dumps(name, separators=(",", ":"))))
    if fields.get("imported") is not True:
        changed["imported"] = True
    return changed


def _with_changes(value: bytes, fields: Mapping[str, Any], changed: dict[str, Any]) -> bytes:
    """``value`` with ``changed`` at its end; the bytes that were there stay as they are."""
    if not changed:
        return value
    if fields.keys().isdisjoint(changed):
        return value.rstrip()[:-1].rstrip() + b"," + orjson.dumps(changed)[1:]
    # Something is there under one of the names: only then is the object written anew. The
    # standard parser keeps whole numbers whole, however many digits they have.
    kept = {name: item for name, item in json.loads(value).items() if name not in changed}
    return json.dumps(kept | changed, ensure_ascii=False, separators=(",", ":")).encode()


def _utc(text: str) -> str | None:
    """``text`` as the one form of moments in records; None where it is no moment."""
    if not _MOMENT.fullmatch(text):
        return None
    try:
        return to_rfc3339(from_rfc3339(text.upper()))
    except (ValueError, OverflowError):
        return None


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def _is_base64(value: object) -> bool:
    try:
        base64.b64decode(value if isinstance(value, str) else "?", validate=True)
    except ValueError:
        return False
    return True


def _want(name: str, value: object, wanted: str, *, is_right: bool) -> None:
    if not is_right:
        shown = json.dumps(value)
        if len(shown) > 40:  # noqa: PLR2004 - as much as a line of a terminal bears
            shown = f"{shown[:39]}…"
        message = f"'{name}' is {shown}: want {wanted}"
        raise ValueError(message)


def _quoted(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
