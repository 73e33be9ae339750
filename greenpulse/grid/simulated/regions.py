"""The regions of the simulated grid: the API's names, and what stands in each of them.

Names, numbers and order are those that the real API answers with.
"""

import re
from dataclasses import dataclass

__all__ = [
    "GREAT_BRITAIN",
    "NATIONS",
    "REGIONS",
    "SITES",
    "Region",
    "Zone",
    "is_outward_code",
    "region_of_postcode",
]

GREAT_BRITAIN = 18


@dataclass(frozen=True, slots=True)
class Zone:
    """A part of the country with one weather."""

    zone_id: int
    latitude_degrees: float
    front_delay_half_hours: float
    """How long after Scotland a wind front arrives."""
    wind_capacity_gigawatts: float
    solar_capacity_gigawatts: float


_SCOTLAND = Zone(1, 56.5, 0, 12.0, 0.7)
_NORTH = Zone(2, 53.8, 5, 9.0, 3.0)
_WEST = Zone(3, 51.9, 8, 2.5, 6.0)
_EAST = Zone(4, 52.1, 11, 8.5, 8.8)


@dataclass(frozen=True, slots=True)
class Region:
    """A distribution area. Parts are from 0 to 1."""

    region_id: int
    shortname: str
    dnoregion: str
    zone: Zone
    demand_part: float
    """Of the country's demand."""
    wind_part: float
    """Of the zone's wind."""
    solar_part: float
    """Of the zone's sun."""


_HYDRO_ELECTRIC = "Scottish Hydro Electric Power Distribution"

REGIONS = (
    Region(1, "North Scotland", _HYDRO_ELECTRIC, _SCOTLAND, 0.03, 0.50, 0.40),
    Region(2, "South Scotland", "SP Distribution", _SCOTLAND, 0.06, 0.50, 0.60),
    Region(3, "North West England", "Electricity North West", _NORTH, 0.08, 0.22, 0.20),
    Region(4, "North East England", "NPG North East", _NORTH, 0.05, 0.16, 0.20),
    Region(5, "Yorkshire", "NPG Yorkshire", _NORTH, 0.08, 0.44, 0.50),
    Region(6, "North Wales & Merseyside", "SP Manweb", _NORTH, 0.06, 0.18, 0.10),
    Region(7, "South Wales", "WPD South Wales", _WEST, 0.04, 0.55, 0.25),
    Region(8, "West Midlands", "WPD West Midlands", _WEST, 0.09, 0.05, 0.20),
    Region(9, "East Midlands", "WPD East Midlands", _EAST, 0.09, 0.30, 0.32),
    Region(10, "East England", "UKPN East", _EAST, 0.12, 0.46, 0.36),
    Region(11, "South West England", "WPD South West", _WEST, 0.05, 0.40, 0.55),
    Region(12, "South England", "SSE South", _EAST, 0.10, 0.02, 0.20),
    Region(13, "London", "UKPN London", _EAST, 0.09, 0.00, 0.02),
    Region(14, "South East England", "UKPN South East", _EAST, 0.06, 0.22, 0.10),
)
"""Regions 1 to 14, in the API's order."""

SITES = {
    "biomass": {2: 0.04, 3: 0.02, 4: 0.15, 5: 0.60, 8: 0.02, 9: 0.08, 10: 0.05, 13: 0.03, 14: 0.01},
    "imports": {4: 0.18, 6: 0.09, 9: 0.15, 12: 0.14, 14: 0.44},
    "gas": {3: 0.07, 5: 0.15, 6: 0.12, 7: 0.16, 9: 0.18, 10: 0.13, 11: 0.05, 12: 0.07, 14: 0.07},
    "nuclear": {2: 0.24, 3: 0.40, 4: 0.18, 10: 0.18},
    "hydro": {1: 0.72, 2: 0.16, 6: 0.10, 7: 0.01, 11: 0.01},
}
"""Which part of what the country has of a fuel stands in which region."""

NATIONS = (
    (15, "England", {3: 1.0, 4: 1.0, 5: 1.0, 6: 0.6, **dict.fromkeys(range(8, 15), 1.0)}),
    (16, "Scotland", {1: 1.0, 2: 1.0}),
    (17, "Wales", {6: 0.4, 7: 1.0}),
)
"""Regions 15 to 17: number, name, and which part of each region lies in them."""

_AREAS_BY_REGION = {
    1: "AB DD HS IV KW PA PH ZE",
    2: "DG EH FK G KA KY ML TD",
    3: "BB BL CA FY LA M OL PR SK WA WN",
    4: "DH DL NE SR TS",
    5: "BD DN HD HG HU HX LS S WF YO",
    6: "CH L LL SY",
    7: "CF LD NP SA",
    8: "B CV DY GL HR ST TF WR WS WV",
    9: "DE LE LN NG NN",
    10: "AL CB CM CO EN HP IG IP LU MK NR PE RM SG SS WD",
    11: "BA BS EX PL TA TQ TR",
    12: "BH DT GU HA OX PO RG SL SN SO SP TW UB",
    13: "BR CR E EC KT N NW SE SM SW W WC",
    14: "BN CT DA ME RH TN",
}
_REGION_BY_AREA = {
    area: region_id for region_id, areas in _AREAS_BY_REGION.items() for area in areas.split()
}
# Outward codes of which users report that the real API does not find them.
_NEVER_FOUND = frozenset({"W2", "W3", "W7"})
_OUTWARD = re.compile(r"([A-Z]{1,2})\d[A-Z\d]?", re.ASCII)


def is_outward_code(text: str) -> bool:
    """Whether ``text`` is written as an outward code is: ``EN2``, not ``en2`` or ``EN2 8AB``."""
    return _OUTWARD.fullmatch(text) is not None


def region_of_postcode(outward: str) -> int | None:
    """Region (1 to 14) of an outward code such as ``EN2``; None where none is found."""
    match = _OUTWARD.fullmatch(outward)
    if match is None or outward in _NEVER_FOUND:
        return None
    return _REGION_BY_AREA.get(match[1])
