"""The index in words, and the bands it stands for, year by year.

For display only: what the API says of a half hour is kept as it said it.
"""

from enum import StrEnum

__all__ = ["IntensityIndex", "band_starts", "index_of"]


class IntensityIndex(StrEnum):
    """How clean the electricity is, from best to worst."""

    VERY_LOW = "very low"
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    VERY_HIGH = "very high"


_INDEXES = tuple(IntensityIndex)

_BAND_STARTS = {
    2017: (100, 200, 300, 400),
    2018: (80, 180, 280, 380),
    2019: (60, 160, 260, 360),
    2020: (55, 150, 230, 350),
    2021: (50, 140, 220, 330),
    2022: (45, 130, 210, 310),
    2023: (40, 120, 200, 290),
    2024: (35, 110, 190, 270),
    2025: (30, 100, 180, 250),
    2026: (25, 90, 170, 230),
    2027: (20, 80, 160, 210),
    2028: (15, 70, 150, 190),
    2029: (10, 60, 140, 170),
    2030: (5, 50, 130, 150),
}


def band_starts(year: int) -> tuple[int, int, int, int]:
    """First gCO2/kWh of low, moderate, high and very high in ``year``.

    A year outside of the published table takes the nearest one of it.

    Source:
        Methodology of the API, checked against recordings: its table lets very high
        begin one higher, the API itself does not (notes/api.md 1.5).
    """
    return _BAND_STARTS[min(max(year, min(_BAND_STARTS)), max(_BAND_STARTS))]


def index_of(gco2_per_kwh: float, year: int) -> IntensityIndex:
    """Band in which ``gco2_per_kwh`` lies in ``year``.

    >>> index_of(290, 2023).value
    'very high'
    """
    return _INDEXES[sum(gco2_per_kwh >= start for start in band_starts(year))]
