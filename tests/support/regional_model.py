"""What silver must hold of regions and of the generation mix, in plain Python.

Written from the promised interface alone, as silver_model is; it takes all records at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from support.silver_model import NotReadable, answers_of, parts_of, read_number, read_period

__all__ = ["NAMES", "Facts", "Record", "RegionalRun", "Share", "facts_of"]

_Values = tuple[float | None, str | None]

NAMES = (
    "North Scotland",
    "South Scotland",
    "North West England",
    "North East England",
    "Yorkshire",
    "North Wales & Merseyside",
    "South Wales",
    "West Midlands",
    "East Midlands",
    "East England",
    "South West England",
    "South England",
    "London",
    "South East England",
    "England",
    "Scotland",
    "Wales",
    "GB",
)
_NUMBERS = {name: number for number, name in enumerate(NAMES, start=1)}
_NUMBERS |= {"North Wales and Merseyside": 6, "North Wales": 6}
_LAST_NUMBER = 99


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the polls topic."""

    partition: int
    offset: int
    value: bytes | None


@dataclass(frozen=True, slots=True)
class RegionalRun:
    """A row of SILVER.REGIONAL_INTENSITY. Times are naive, UTC."""

    period_start_at: datetime
    period_end_at: datetime
    region_id: int
    region_name: str | None
    observed_at: datetime
    last_observed_at: datetime
    forecast_gco2_per_kwh: float | None
    intensity_index: str | None
    poll_id: str
    revision_number: int
    is_newest: bool


@dataclass(frozen=True, slots=True)
class Share:
    """A row of a generation mix; ``region_id`` is None in that of the country."""

    period_start_at: datetime
    period_end_at: datetime
    region_id: int | None
    fuel: str
    share_percent: float | None
    observed_at: datetime
    poll_id: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Rows of the three tables, each sorted by its key."""

    regional_intensity: list[RegionalRun]
    generation_mix: list[Share]
    regional_generation_mix: list[Share]


@dataclass(frozen=True, slots=True)
class _Said:
    """What one poll says of one half hour, and region where it is of one."""

    order: tuple[datetime, int, int, int]
    """That of observation; it begins with the moment."""
    poll_id: str
    period: tuple[datetime, datetime]
    region_id: int | None
    region_name: str | None
    entry: dict[str, Any]


def facts_of(records: Sequence[Record]) -> Facts:
    """Rows that ``records`` lead to, in whatever order they came."""
    said = sorted(_all_said(records), key=lambda each: each.order)
    shares: dict[tuple[datetime, int, str], Share] = {}
    for each in said:
        for share in _shares(each):
            shares[share.period_start_at, share.region_id or 0, share.fuel] = share
    newest = [shares[key] for key in sorted(shares)]
    return Facts(
        list(_runs(said)),
        [share for share in newest if share.region_id is None],
        [share for share in newest if share.region_id is not None],
    )


def _all_said(records: Sequence[Record]) -> Iterator[_Said]:
    in_log_order = sorted(records, key=lambda record: (record.partition, record.offset))
    for place, fields, data in answers_of([record.value for record in in_log_order]):
        for number, (outer, part) in enumerate(parts_of(data)):
            try:
                period = read_period(part)
            except NotReadable:
                continue
            for region_number, region in enumerate(_regions(fields["family"], outer, part)):
                order = (fields["answered_at"], place, number, region_number)
                yield _Said(order, fields["poll_id"], period, *region)


def _regions(
    family: str, outer: dict[str, Any], part: dict[str, Any]
) -> Iterator[tuple[int | None, str | None, dict[str, Any]]]:
    """Number, name and contents; of the country's own mix neither number nor name."""
    if family == "generation":
        yield None, None, part
    if family != "regional":
        return
    listed = part.get("regions")
    for entry in listed if isinstance(listed, list) else [part]:
        if not isinstance(entry, dict):
            continue
        known = entry if isinstance(listed, list) else outer | entry
        number, name = known.get("regionid"), known.get("shortname")
        if (outer | entry).get("postcode") is not None:
            number = _NUMBERS.get(name) if isinstance(name, str) else None
        if type(number) is int and 0 < number <= _LAST_NUMBER and isinstance(name, str | None):
            yield number, name, entry


def _shares(said: _Said) -> Iterator[Share]:
    mix = said.entry.get("generationmix")
    for entry in mix if isinstance(mix, list) else []:
        fuel = entry.get("fuel") if isinstance(entry, dict) else None
        if not isinstance(fuel, str):
            continue
        try:
            share = read_number(entry.get("perc"))
        except NotReadable:
            continue
        yield Share(*said.period, said.region_id, fuel, share, said.order[0], said.poll_id)


def _runs(said: Iterable[_Said]) -> Iterator[RegionalRun]:
    sightings: dict[tuple[datetime, int], list[tuple[_Said, _Values]]] = {}
    for each in said:
        values = _values(each)
        if each.region_id is not None and values is not None:
            sightings.setdefault((each.period[0], each.region_id), []).append((each, values))
    for (_, region_id), of_region in sorted(sightings.items()):
        runs = [list(run) for _, run in groupby(of_region, key=lambda sighting: sighting[1])]
        for number, run in enumerate(runs, start=1):
            first, values = run[0]
            yield RegionalRun(
                *first.period,
                region_id,
                first.region_name,
                first.order[0],
                run[-1][0].order[0],
                *values,
                first.poll_id,
                number,
                number == len(runs),
            )


def _values(said: _Said) -> _Values | None:
    intensity = said.entry.get("intensity")
    if not isinstance(intensity, dict):
        return None
    index = intensity.get("index")
    try:
        forecast = read_number(intensity.get("forecast"))
    except NotReadable:
        return None
    return (forecast, index) if isinstance(index, str | None) else None
