"""What a poll says: its outcome, and its observations where they have a type.

The rules are those of the promised interface ("Rules, exactly"). Nothing here raises,
whatever the API sent; what cannot be read is kept raw elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from greenpulse.clock import to_rfc3339
from greenpulse.grid.items import Observation, count_periods, read_json, read_national
from greenpulse.records import Latest, Poll

__all__ = [
    "SIMULATED_HEADER",
    "Observation",
    "Outcome",
    "Reading",
    "is_simulated",
    "is_success",
    "latest_of",
    "read_poll",
]

SIMULATED_HEADER = "x-greenpulse-simulated"

_JSON_BLANKS = " \t\r\n"
_FIRST_SUCCESS, _LAST_SUCCESS = 200, 299


class Outcome(StrEnum):
    """What came of a poll."""

    NO_ANSWER = "no_answer"
    HTTP_ERROR = "http_error"
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Reading:
    """A poll, read."""

    outcome: Outcome
    observations: tuple[Observation, ...] = ()
    """Of the national family alone, in the order of the body."""
    item_count: int = 0
    """Readable items, of any family."""


def read_poll(poll: Poll) -> Reading:
    """Read what the API answered."""
    if poll.status is None or poll.error is not None:
        return Reading(Outcome.NO_ANSWER)
    if not is_success(poll.status):
        return Reading(Outcome.HTTP_ERROR)
    if poll.body_base64 is not None:
        return Reading(Outcome.UNREADABLE)
    if poll.body is None or not poll.body.strip(_JSON_BLANKS):
        return Reading(Outcome.EMPTY)
    return _read_body(poll.body, poll.family)


def latest_of(poll: Poll) -> Latest | None:
    """What the pages need of ``poll``; None where it was not answered."""
    reading = read_poll(poll)
    if reading.outcome is Outcome.NO_ANSWER or poll.status is None or poll.answered_at is None:
        return None
    return Latest(
        poll_id=poll.poll_id,
        family=poll.family,
        series=poll.series,
        scheduled_at=poll.scheduled_at,
        answered_at=poll.answered_at,
        status=poll.status,
        outcome=reading.outcome.value,
        is_simulated=is_simulated(poll.headers),
        observations=[_to_json(observation) for observation in reading.observations],
    )


def is_simulated(headers: Mapping[str, str]) -> bool:
    """Whether an answer with these headers, names in lower case, is a simulator's."""
    return SIMULATED_HEADER in headers


def is_success(status: int) -> bool:
    """Whether an answer of this status may say something of the grid."""
    return _FIRST_SUCCESS <= status <= _LAST_SUCCESS


def _read_body(body: str, family: str) -> Reading:
    try:
        document = read_json(body)
    except ValueError:
        return Reading(Outcome.UNREADABLE)
    if document in (None, {}, []):
        return Reading(Outcome.EMPTY)
    if not isinstance(document, dict) or "data" not in document:
        return Reading(Outcome.UNREADABLE)
    data = document["data"]
    if data in (None, []):
        return Reading(Outcome.EMPTY)
    observations = read_national(data) if family == "national" else ()
    item_count = len(observations) if family == "national" else count_periods(data)
    outcome = Outcome.OK if item_count else Outcome.UNREADABLE
    return Reading(outcome, observations, item_count)


def _to_json(observation: Observation) -> dict[str, Any]:
    return {
        "period_start_at": to_rfc3339(observation.period_start_at),
        "period_end_at": to_rfc3339(observation.period_end_at),
        "forecast_gco2_per_kwh": observation.forecast_gco2_per_kwh,
        "actual_gco2_per_kwh": observation.actual_gco2_per_kwh,
        "intensity_index": observation.intensity_index,
    }
