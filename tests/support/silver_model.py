"""What silver must hold, in plain Python, written from the promised interface alone.

It knows neither the SQL nor the reader of the live page. It takes all records at once, in
log order, as if nothing had ever been loaded in pieces.
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

__all__ = [
    "NotReadable",
    "PollRow",
    "Run",
    "answers_of",
    "parts_of",
    "read_number",
    "read_period",
    "silver_of",
]

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)")
_PERIOD = re.compile(r"\d{4}-\d\d-\d\dT\d\d:[03]0(:00)?(Z|\+00:00)")
_HALF_HOUR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class PollRow:
    """A row of SILVER.POLL, without its place in the log."""

    poll_id: str
    outcome: str
    answered_at: datetime | None
    imported: bool
    observation_count: int
    first_period_start_at: datetime | None
    last_period_end_at: datetime | None


@dataclass(frozen=True, slots=True)
class Run:
    """A row of SILVER.NATIONAL_INTENSITY. Times are naive, UTC."""

    period_start_at: datetime
    period_end_at: datetime
    observed_at: datetime
    last_observed_at: datetime
    forecast_gco2_per_kwh: float | None
    actual_gco2_per_kwh: float | None
    intensity_index: str | None
    poll_id: str


@dataclass(frozen=True, slots=True)
class _Item:
    period_start_at: datetime
    period_end_at: datetime
    values: tuple[float | None, float | None, str | None] = (None, None, None)


class NotReadable(Exception):
    """A part of a body is not what it should be."""


def silver_of(values: Sequence[bytes | None]) -> tuple[list[PollRow], list[Run]]:
    """Rows of both tables: polls in log order, runs by half hour and order of observation."""
    polls: dict[str, PollRow] = {}
    observations: dict[datetime, list[tuple[datetime, int, int, _Item, str]]] = {}
    for offset, value in enumerate(values):
        fields = _poll_fields(value)
        if fields is None or fields["poll_id"] in polls:
            continue
        outcome, items = _read(fields)
        polls[fields["poll_id"]] = PollRow(
            poll_id=fields["poll_id"],
            outcome=outcome,
            answered_at=fields["answered_at"],
            imported=fields.get("imported") is True,
            observation_count=len(items),
            first_period_start_at=min((i.period_start_at for i in items), default=None),
            last_period_end_at=max((i.period_end_at for i in items), default=None),
        )
        if fields["family"] == "national":
            for number, item in enumerate(items):
                said = (fields["answered_at"], offset, number, item, fields["poll_id"])
                observations.setdefault(item.period_start_at, []).append(said)
    runs = [run for start in sorted(observations) for run in _runs(observations[start])]
    return list(polls.values()), runs


def answers_of(values: Sequence[bytes | None]) -> Iterator[tuple[int, dict[str, Any], object]]:
    """Place in the log, fields and ``data`` of each poll that said something."""
    seen: set[str] = set()
    for offset, value in enumerate(values):
        fields = _poll_fields(value)
        if fields is not None and fields["poll_id"] not in seen:
            seen.add(fields["poll_id"])
            if _read(fields)[0] == "ok":
                yield offset, fields, json.loads(fields["body"])["data"]


def parts_of(data: object) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Objects that may speak of a half hour, each behind the one that it stands in."""
    for entry in data if isinstance(data, list) else [data]:
        if not isinstance(entry, dict):
            continue
        inner = entry.get("data")
        for part in inner if isinstance(inner, list) else [entry]:
            if isinstance(part, dict):
                yield entry, part


def _runs(observations: list[tuple[datetime, int, int, _Item, str]]) -> list[Run]:
    runs: list[Run] = []
    for observed_at, _, _, item, poll_id in sorted(observations, key=lambda said: said[:3]):
        newest = runs[-1] if runs else None
        if newest is not None and item.values == (
            newest.forecast_gco2_per_kwh,
            newest.actual_gco2_per_kwh,
            newest.intensity_index,
        ):
            observed_first_at, poll_id = newest.observed_at, newest.poll_id  # noqa: PLW2901 - a repeat
            runs.pop()
        else:
            observed_first_at = observed_at
        runs.append(
            Run(
                item.period_start_at,
                item.period_end_at,
                observed_first_at,
                observed_at,
                *item.values,
                poll_id,
            )
        )
    return runs


def _poll_fields(value: bytes | None) -> dict[str, Any] | None:
    """The fields of a Poll, its time read; None where the record is none."""
    try:
        fields = json.loads(value or b"")
        if isinstance(fields, dict) and _has_what_is_needed(fields):
            answered_at = fields["answered_at"]
            fields["answered_at"] = None if answered_at is None else _read_moment(answered_at)
            return fields
    except ValueError:
        pass
    return None


def _has_what_is_needed(fields: dict[str, Any]) -> bool:
    status = fields.get("status", "absent")
    return (
        all(isinstance(fields.get(name), str) for name in ("poll_id", "family", "series", "url"))
        and not isinstance(status, bool)
        and isinstance(status, int | None)
        and isinstance(fields.get("answered_at", 0), str | None)
        and (status is None or fields["answered_at"] is not None)
        and isinstance(fields.get("body"), str | None)
    )


def _read_moment(text: str) -> datetime:
    if not _MOMENT.fullmatch(text):
        raise ValueError(text)
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def _read(fields: dict[str, Any]) -> tuple[str, list[_Item]]:
    """Outcome and readable items."""
    if fields["status"] is None or isinstance(fields.get("error"), str):
        return "no_answer", []
    if not 200 <= fields["status"] <= 299:
        return "http_error", []
    if isinstance(fields.get("body_base64"), str):
        return "unreadable", []
    return _read_body(fields.get("body") or "", is_national=fields["family"] == "national")


def _read_body(body: str, *, is_national: bool) -> tuple[str, list[_Item]]:
    if not body.strip(" \t\r\n"):
        return "empty", []
    try:
        document = json.loads(body, parse_constant=_refuse)
    except ValueError:
        return "unreadable", []
    data = document.get("data", "absent") if isinstance(document, dict) else "absent"
    if document in (None, {}, []) or data in (None, []):
        return "empty", []
    items = []
    for _, candidate in parts_of(data):
        try:
            items.append(_read_item(candidate, is_national=is_national))
        except NotReadable:
            continue
    return ("ok", items) if items else ("unreadable", [])


def _read_item(candidate: dict[str, Any], *, is_national: bool) -> _Item:
    start_at, end_at = read_period(candidate)
    if not is_national:
        return _Item(start_at, end_at)
    intensity = candidate.get("intensity")
    if not isinstance(intensity, dict):
        raise NotReadable
    index = intensity.get("index")
    if not isinstance(index, str | None):
        raise NotReadable
    values = (read_number(intensity.get("forecast")), read_number(intensity.get("actual")), index)
    return _Item(start_at, end_at, values)


def read_period(part: dict[str, Any]) -> tuple[datetime, datetime]:
    """Start and end of the half hour that ``part`` speaks of, naive, UTC."""
    start_at, end_at = _read_time(part.get("from")), _read_time(part.get("to"))
    if end_at - start_at != _HALF_HOUR:
        raise NotReadable
    return start_at, end_at


def _read_time(text: object) -> datetime:
    if not isinstance(text, str) or not _PERIOD.fullmatch(text):
        raise NotReadable
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError as error:
        raise NotReadable from error


def read_number(value: object) -> float | None:
    """A finite JSON number, or None for null."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotReadable
    return float(value)


def _refuse(name: str) -> None:
    raise ValueError(name)
