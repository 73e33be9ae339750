"""How the Carbon Intensity API lays out its JSON, down to blanks and line ends.

One half hour, factors and statistics come indented with CR LF, all else minified. ``data``
is a list, but an object for the mix of one half hour and for a window of one region.

Source:
    Recorded answers, notes/api.md section 1.7.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from greenpulse.grid.periods import HALF_HOUR
from greenpulse.grid.simulated.grid import NationalIntensity, RegionalIntensity
from greenpulse.grid.simulated.power import FUELS
from greenpulse.grid.simulated.regions import GREAT_BRITAIN, NATIONS, REGIONS

__all__ = [
    "StatisticsBlock",
    "alone",
    "error",
    "factors",
    "listed",
    "mix_row",
    "national_row",
    "one_national",
    "place",
    "place_row",
    "regions_row",
    "statistics",
]

_NAMES_BY_REGION = {
    **{region.region_id: (region.dnoregion, region.shortname) for region in REGIONS},
    **{region_id: (name, name) for region_id, name, _ in NATIONS},
    GREAT_BRITAIN: ("GB", "GB"),
}


@dataclass(frozen=True, slots=True)
class StatisticsBlock:
    """Extremes and mean of a stretch of time; gCO2/kWh."""

    start_at: datetime
    end_at: datetime
    maximum: int
    average: int
    minimum: int
    index: str


def listed(rows: Iterable[str]) -> str:
    """A minified document around ``rows``."""
    return f'{{"data":[{",".join(rows)}]}}'


def national_row(start_at: datetime, said: NationalIntensity) -> str:
    """One half hour of a range of the country."""
    actual = "null" if said.actual is None else said.actual
    return (
        f'{{{_span(start_at)},"intensity":{{"forecast":{said.forecast},'
        f'"actual":{actual},"index":"{said.index}"}}}}'
    )


def one_national(start_at: datetime, said: NationalIntensity) -> str:
    """The document about one half hour of the country."""
    actual = "null" if said.actual is None else said.actual
    item = (
        f'    "from": "{_moment(start_at)}",\r\n'
        f'    "to": "{_moment(start_at + HALF_HOUR)}",\r\n'
        '    "intensity": {\r\n'
        f'      "forecast": {said.forecast},\r\n'
        f'      "actual": {actual}, \r\n'
        f'      "index": "{said.index}"\r\n'
        "    }\r\n"
    )
    return _indented([item])


def statistics(blocks: Iterable[StatisticsBlock]) -> str:
    """The document about ``blocks``."""
    return _indented(
        f'    "from": "{_moment(block.start_at)}",\r\n'
        f'    "to": "{_moment(block.end_at)}",\r\n'
        '    "intensity": {\r\n'
        f'      "max": {block.maximum},\r\n'
        f'      "average": {block.average},\r\n'
        f'      "min": {block.minimum},\r\n'
        f'      "index": "{block.index}"\r\n'
        "    }\r\n"
        for block in blocks
    )


def factors(gco2_per_kwh: Mapping[str, int]) -> str:
    """The document about carbon intensities of power stations, by kind."""
    lines = ",\r\n".join(f'    "{kind}": {factor}' for kind, factor in gco2_per_kwh.items())
    return _indented([f"{lines}\r\n"])


def mix_row(start_at: datetime, mix_percent: tuple[float, ...]) -> str:
    """One half hour of the country's generation mix."""
    return f"{{{_span(start_at)},{_mix(mix_percent)}}}"


def alone(row: str) -> str:
    """A minified document whose ``data`` is an object."""
    return f'{{"data":{row}}}'


def regions_row(start_at: datetime, regions: Iterable[RegionalIntensity]) -> str:
    """One half hour of all regions."""
    rows = ",".join(f"{{{_region(said.region_id)},{_regional(said)}}}" for said in regions)
    return f'{{{_span(start_at)},"regions":[{rows}]}}'


def place_row(start_at: datetime, said: RegionalIntensity) -> str:
    """One half hour of one region."""
    return f"{{{_span(start_at)},{_regional(said)}}}"


def place(region_id: int, postcode: str | None, rows: Iterable[str]) -> str:
    """A region, by its number or a postcode, around ``rows``."""
    asked = "" if postcode is None else f',"postcode":"{postcode}"'
    return f'{{{_region(region_id)}{asked},"data":[{",".join(rows)}]}}'


def error(code: str, message: str) -> str:
    """The document of a refusal or a failure."""
    return f'{{"error": {{"code": "{code}", "message": "{message}"}}}}'


def _indented(items: Iterable[str]) -> str:
    return '{ \r\n  "data":[' + ",\r\n  ".join(f"{{ \r\n{item}  }}" for item in items) + "]\r\n}"


def _moment(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%MZ")


def _span(start_at: datetime) -> str:
    return f'"from":"{_moment(start_at)}","to":"{_moment(start_at + HALF_HOUR)}"'


def _region(region_id: int) -> str:
    dnoregion, shortname = _NAMES_BY_REGION[region_id]
    return f'"regionid":{region_id},"dnoregion":"{dnoregion}","shortname":"{shortname}"'


def _regional(said: RegionalIntensity) -> str:
    intensity = f'"intensity":{{"forecast":{said.forecast},"index":"{said.index}"}}'
    return f"{intensity},{_mix(said.mix_percent)}"


def _mix(mix_percent: tuple[float, ...]) -> str:
    shares = ",".join(
        f'{{"fuel":"{fuel}","perc":{share:g}}}'
        for fuel, share in zip(FUELS, mix_percent, strict=True)
    )
    return f'"generationmix":[{shares}]'
