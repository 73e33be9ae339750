"""The items of an answer's body, read whole or not at all."""

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from greenpulse.grid.periods import is_half_hour

__all__ = ["Observation", "count_periods", "read_json", "read_national"]

_TIME = re.compile(
    r"([1-9][0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(?:Z|\+00:00)"
)
_LONGEST_EXACT_INTEGER = 15


@dataclass(frozen=True, slots=True)
class Observation:
    """What one poll says of one half hour of national intensity; null stays None."""

    period_start_at: datetime
    period_end_at: datetime
    forecast_gco2_per_kwh: float | None
    actual_gco2_per_kwh: float | None
    intensity_index: str | None
    """In the API's own word."""


class _UnreadableError(ValueError):
    """An item is not what it should be."""


def read_json(text: str) -> Any:  # noqa: ANN401 - JSON may be anything
    """Read ``text``, which is JSON as a whole and in RFC 8259's grammar.

    Numbers that no float64 holds become infinities, so that they spoil their item alone.

    Raises:
        ValueError: it is not, or is nested beyond all sense.
    """
    try:
        return json.loads(text, parse_int=_read_integer, parse_constant=_refuse_constant)
    except RecursionError as error:
        message = "want JSON of a sane depth"
        raise ValueError(message) from error


def read_national(data: object) -> tuple[Observation, ...]:
    """Observations of national intensity in ``data``, in its order."""
    return tuple(_readable(data))


def count_periods(data: object) -> int:
    """How many items of ``data`` speak of a half hour; those of a region count each."""
    return sum(_has_period(item) for item in _items(data))


def _readable(data: object) -> Iterator[Observation]:
    for item in _items(data):
        try:
            yield _read_national_item(item)
        except _UnreadableError:
            continue


def _items(data: object) -> Iterator[dict[str, Any]]:
    for item in data if isinstance(data, list) else [data]:
        if not isinstance(item, dict):
            continue
        # A window of one region holds its half hours one level deeper.
        if isinstance(item.get("data"), list):
            yield from (inner for inner in item["data"] if isinstance(inner, dict))
        else:
            yield item


def _has_period(item: dict[str, Any]) -> bool:
    try:
        _read_period(item)
    except _UnreadableError:
        return False
    return True


def _read_national_item(item: dict[str, Any]) -> Observation:
    start_at, end_at = _read_period(item)
    intensity = item.get("intensity")
    if not isinstance(intensity, dict):
        raise _UnreadableError
    return Observation(
        period_start_at=start_at,
        period_end_at=end_at,
        forecast_gco2_per_kwh=_read_number(intensity.get("forecast")),
        actual_gco2_per_kwh=_read_number(intensity.get("actual")),
        intensity_index=_read_text(intensity.get("index")),
    )


def _read_period(item: dict[str, Any]) -> tuple[datetime, datetime]:
    start_at, end_at = _read_time(item.get("from")), _read_time(item.get("to"))
    if not is_half_hour(start_at, end_at):
        raise _UnreadableError
    return start_at, end_at


def _read_time(value: object) -> datetime:
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _UnreadableError
    try:
        return datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    except ValueError as error:
        raise _UnreadableError from error


def _read_number(value: object) -> float | None:
    if value is None:
        return None
    # In Python, a bool is an int.
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _UnreadableError
    return value


def _read_text(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise _UnreadableError
    return value


def _read_integer(digits: str) -> float:
    return int(digits) if len(digits) <= _LONGEST_EXACT_INTEGER else float(digits)


def _refuse_constant(name: str) -> None:
    message = f"{name} is not JSON"
    raise ValueError(message)
