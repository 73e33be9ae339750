"""What silver must hold, in plain Python, written from the promised interface alone.

It knows neither the SQL nor the reader of the live page. It takes all records at once, in
log order, as if nothing had ever been loaded in pieces.
"""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

__all__ = ["PollRow", "Run", "silver_of"]

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


class _NotReadable(Exception):
    pass


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
    for candidate in _candidates(data):
        try:
            items.append(_read_item(candidate, is_national=is_national))
        except _NotReadable:
            continue
    return ("ok", items) if items else ("unreadable", [])


def _candidates(data: object) -> list[object]:
    """Items; the answer for one region holds them one level deeper."""
    flat: list[object] = []
    for entry in data if isinstance(data, list) else [data]:
        inner = entry.get("data") if isinstance(entry, dict) else None
        flat.extend(inner if isinstance(inner, list) else [entry])
    return flat


def _read_item(candidate: object, *, is_national: bool) -> _Item:
    if not isinstance(candidate, dict):
        raise _NotReadable
    start_at, end_at = _read_time(candidate.get("from")), _read_time(candidate.get("to"))
    if end_at - start_at != _HALF_HOUR:
        raise _NotReadable
    if not is_national:
        return _Item(start_at, end_at)
    intensity = candidate.get("intensity")
    if not isinstance(intensity, dict):
        raise _NotReadable
    index = intensity.get("index")
    if not isinstance(index, str | None):
        raise _NotReadable
    values = (_read_number(intensity.get("forecast")), _read_number(intensity.get("actual")), index)
    return _Item(start_at, end_at, values)


def _read_time(text: object) -> datetime:
    if not isinstance(text, str) or not _PERIOD.fullmatch(text):
        raise _NotReadable
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError as error:
        raise _NotReadable from error


def _read_number(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _NotReadable
    return float(value)


def _refuse(name: str) -> None:
    raise ValueError(name)
