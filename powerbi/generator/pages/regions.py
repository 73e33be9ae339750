"""Regions: where electricity is clean, now and in the next two days."""

from powerbi.generator.pace import HALF_HOUR_MINUTES
from powerbi.generator.page import Page
from powerbi.generator.shapes import card, footer, headline, index_colours, lines, slicer
from powerbi.generator.visuals import Frame, Place, Visual, column, measure

__all__ = ["REGIONS"]

_TABLE = "Regions"
_REGION = column(_TABLE, "Region")
_INDEX = column(_TABLE, "Index")
_START = column(_TABLE, "Starts at")
_NOW = measure(_TABLE, "Regional forecast now")
_AHEAD = measure(_TABLE, "Regional forecast ahead")

REGIONS = Page(
    "regions",
    "Regions",
    (
        headline("Where Great Britain's electricity is clean"),
        card(
            Frame(
                "cleanest",
                Place(0, 4, 72, 120),
                "The cleanest region now is",
                "Name of the region with the lowest forecast of this half hour.",
            ),
            measure(_TABLE, "Cleanest region now"),
        ),
        card(
            Frame(
                "lowest",
                Place(4, 4, 72, 120),
                "It is forecast at",
                "The lowest forecast among the 14 regions, in grams of CO2 per kilowatt hour.",
            ),
            measure(_TABLE, "Lowest regional forecast now"),
        ),
        card(
            Frame(
                "highest",
                Place(8, 4, 72, 120),
                "The dirtiest region is forecast at",
                "The highest forecast among the 14 regions, in grams of CO2 per kilowatt hour.",
            ),
            measure(_TABLE, "Highest regional forecast now"),
        ),
        Visual(
            Frame(
                "regions-now",
                Place(0, 6, 208, 448),
                "The 14 regions in this half hour by their index, in gCO₂/kWh",
                "Bars of the forecast of each of the 14 regions, cleanest first, coloured by the "
                "index in words.",
            ),
            "barChart",
            {"Category": (_REGION,), "Y": (_NOW,), "Series": (_INDEX,)},
            index_colours(_INDEX),
            (_NOW, "Ascending"),
        ),
        slicer(
            Frame(
                "region",
                Place(6, 6, 208, 96),
                "Look ahead in",
                "Choice of the region whose next two days are drawn below.",
            ),
            _REGION,
            first="London",
        ),
        Visual(
            Frame(
                "region-ahead",
                Place(6, 6, 320, 336),
                "The next 48 hours in the chosen region, in gCO₂/kWh; times are UTC",
                "A line of the forecast of each half hour of the next two days, where chosen.",
            ),
            "lineChart",
            {"Category": (_START,), "Y": (_AHEAD,)},
            lines(_AHEAD),
            (_START, "Ascending"),
        ),
        footer(),
    ),
    refresh_minutes=HALF_HOUR_MINUTES,
    unmoved=tuple(("region", each) for each in ("cleanest", "lowest", "highest", "regions-now")),
)
