"""The index in words."""

import pytest

from greenpulse.grid.bands import IntensityIndex, band_starts, index_of


@pytest.mark.parametrize(
    ("gco2_per_kwh", "index"),
    [
        (-7, "very low"),
        (24, "very low"),
        (25, "low"),
        (89.9, "low"),
        (90, "moderate"),
        (170, "high"),
        (229, "high"),
        (230, "very high"),
        (8037, "very high"),
    ],
)
def test_an_index_begins_with_the_first_number_of_its_band(gco2_per_kwh: float, index: str) -> None:
    assert index_of(gco2_per_kwh, 2026) == IntensityIndex(index)


def test_bands_get_stricter_every_year() -> None:
    years = range(2017, 2031)

    falls = [
        later < earlier
        for year in years[1:]
        for earlier, later in zip(band_starts(year - 1), band_starts(year), strict=True)
    ]

    assert all(falls)


def test_years_outside_of_the_table_take_the_nearest_one() -> None:
    assert band_starts(2009) == band_starts(2017)
    assert band_starts(2050) == band_starts(2030)
