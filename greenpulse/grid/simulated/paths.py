"""The URL grammar of the Carbon Intensity API: which path asks what, and what is refused.

Source:
    notes/api.md sections 1 and 3; the sentences are those of the real API.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from greenpulse.grid.periods import (
    HALF_HOUR,
    LOCAL_ZONE,
    SettlementPeriod,
    settlement_periods_in,
)
from greenpulse.grid.simulated.regions import (
    GREAT_BRITAIN,
    NATIONS,
    is_outward_code,
    region_of_postcode,
)
from greenpulse.grid.simulated.windows import (
    PathRefusedError,
    Window,
    read_date,
    read_moment,
    read_range,
    read_span,
)

__all__ = [
    "Factors",
    "Generation",
    "National",
    "Nothing",
    "Place",
    "Question",
    "Regional",
    "Statistics",
    "read_path",
]

_SPANS = ("fw24h", "fw48h", "pt24h")
_NATIONAL_DAYS = 31
_REGIONAL_DAYS = 14
_MOST_BLOCK_HOURS = 24

_BAD_PATH = "Please enter a valid path e.g. /intensity/"
_NO_POSTCODE = "No postcode match can be found."


@dataclass(frozen=True, slots=True)
class National:
    """Intensity of the country."""

    window: Window
    is_single: bool = False
    """Whether one half hour is asked for; its answer is laid out in another way."""


@dataclass(frozen=True, slots=True)
class Statistics:
    """Mean and extremes of the country's intensity."""

    window: Window
    block_hours: int | None
    """None: of the window as a whole."""


@dataclass(frozen=True, slots=True)
class Factors:
    """Carbon intensity of each kind of power station."""


@dataclass(frozen=True, slots=True)
class Generation:
    """Generation mix of the country."""

    window: Window
    is_single: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """One region, and the postcode by which it was asked for."""

    region_id: int
    postcode: str | None = None


@dataclass(frozen=True, slots=True)
class Regional:
    """Forecast and mix of all regions, or of one."""

    window: Window
    place: Place | None = None
    is_single: bool = False


@dataclass(frozen=True, slots=True)
class Nothing:
    """What the API answers with 200 and ``null``."""


Question = National | Statistics | Factors | Generation | Regional | Nothing


def read_path(path: str, now: datetime) -> Question:
    """What ``path`` asks; some paths mean the last complete half hour at ``now``.

    Raises:
        PathRefusedError: the API answers 400 with this message.
    """
    match path.removeprefix("/").removesuffix("/").split("/"):
        case ["intensity", *rest]:
            return _national(rest, now)
        case ["generation", *rest]:
            return _generation(rest, now)
        case ["regional", "intensity", start, end, *rest] if end in _SPANS:
            return _regional(read_span(start, end), rest, is_single=False)
        case ["regional", "intensity", start, end, *rest]:
            window = read_range(start, end, _REGIONAL_DAYS)
            return _regional(window.within_year(), rest, is_single=False)
        case ["regional", *rest]:
            return _regional(Window.before(now), rest, is_single=True)
    raise PathRefusedError(_BAD_PATH)


def _national(rest: list[str], now: datetime) -> National | Statistics | Factors:
    match rest:
        case []:
            return National(Window.before(now), is_single=True)
        case ["factors"]:
            return Factors()
        case ["date", *day]:
            return _national_day(day, now)
        case ["stats", *stretch]:
            return _statistics(stretch)
        case [start]:
            return National(Window.around(read_moment(start)), is_single=True)
        case [start, end]:
            is_span = end in _SPANS
            return National(
                read_span(start, end) if is_span else read_range(start, end, _NATIONAL_DAYS)
            )
    raise PathRefusedError(_BAD_PATH)


def _national_day(rest: list[str], now: datetime) -> National:
    match rest:
        case []:
            return National(Window.of_local_day(now.astimezone(LOCAL_ZONE).date()))
        case [text]:
            return National(Window.of_local_day(read_date(text)))
        case [text, period]:
            day = read_date(text)
            number = _number(period, most=settlement_periods_in(day))
            start_at = SettlementPeriod(day, number).period_start_at
            return National(Window.around(start_at + HALF_HOUR), is_single=True)
    raise PathRefusedError(_BAD_PATH)


def _statistics(rest: list[str]) -> Statistics:
    match rest:
        case [start, end]:
            return Statistics(read_range(start, end, _NATIONAL_DAYS), None)
        case [start, end, block]:
            window = read_range(start, end, _NATIONAL_DAYS)
            return Statistics(window, _number(block, most=_MOST_BLOCK_HOURS))
    raise PathRefusedError(_BAD_PATH)


def _generation(rest: list[str], now: datetime) -> Generation:
    match rest:
        case []:
            return Generation(Window.before(now), is_single=True)
        case [start, "pt24h" as span]:
            return Generation(read_span(start, span))
        case [start, end]:
            return Generation(read_range(start, end, _NATIONAL_DAYS).within_year())
    raise PathRefusedError(_BAD_PATH)


def _regional(window: Window, rest: list[str], *, is_single: bool) -> Regional | Nothing:
    nations = {name.lower(): region_id for region_id, name, _ in NATIONS}
    match rest:
        case []:
            return Regional(window, None, is_single)
        case [nation] if is_single and nation in nations:
            return Regional(window, Place(nations[nation]), is_single)
        case ["regionid", number]:
            return Regional(window, Place(_number(number, most=GREAT_BRITAIN)), is_single)
        case ["postcode", outward]:
            place = _place_of(outward)
            return Nothing() if place is None else Regional(window, place, is_single)
    raise PathRefusedError(_BAD_PATH)


def _place_of(outward: str) -> Place | None:
    """The region of a postcode; None where the API answers ``null``."""
    if not is_outward_code(outward):
        return None
    region_id = region_of_postcode(outward)
    if region_id is None:
        raise PathRefusedError(_NO_POSTCODE)
    return Place(region_id, outward)


def _number(text: str, *, most: int) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", text) or not 1 <= int(text) <= most:
        raise PathRefusedError(_BAD_PATH)
    return int(text)
