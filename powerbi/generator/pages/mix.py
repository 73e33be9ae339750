"""Mix: what electricity is made from, now and over the last day."""

from powerbi.generator.pace import HALF_HOUR_MINUTES
from powerbi.generator.page import Page
from powerbi.generator.shapes import card, footer, headline, one_colour, word_colours
from powerbi.generator.tables.grid import FUEL_GROUPS, OTHER_FUELS
from powerbi.generator.theme import FUEL_COLOURS
from powerbi.generator.visuals import Frame, Place, Visual, column, measure

__all__ = ["MIX"]

_TABLE = "Generation mix"
_START = column(_TABLE, "Starts at")
_GROUP = column(_TABLE, "Fuel group")
_FUEL = column(_TABLE, "Fuel")
_SHARE = measure(_TABLE, "Share in the last day")
_SHARE_NOW = measure(_TABLE, "Share now")

MIX = Page(
    "mix",
    "Mix",
    (
        headline("What Great Britain's electricity is made from"),
        card(
            Frame(
                "zero-carbon",
                Place(0, 4, 72, 120),
                "Wind, sun, water and nuclear make",
                "Share of wind, sun, water and nuclear in the newest half hour, in percent.",
            ),
            measure(_TABLE, "Zero-carbon share now"),
        ),
        card(
            Frame(
                "fossil",
                Place(4, 4, 72, 120),
                "Gas and coal make",
                "Share of gas and coal in the newest half hour, in percent.",
            ),
            measure(_TABLE, "Fossil share now"),
        ),
        card(
            Frame(
                "newest",
                Place(8, 4, 72, 120),
                "The newest half hour known begins at (UTC)",
                "Start of the newest half hour whose mix is known, in UTC.",
            ),
            measure(_TABLE, "Newest mix"),
        ),
        Visual(
            Frame(
                "mix-of-the-day",
                Place(0, 8, 208, 448),
                "How the mix changed over the last 24 hours, in percent; times are UTC",
                "Areas that add up to 100 percent: wind, sun and water; nuclear; biomass; gas and "
                "coal; imports and other, for each half hour of the last day.",
            ),
            "stackedAreaChart",
            {"Category": (_START,), "Y": (_SHARE,), "Series": (_GROUP,)},
            word_colours(_GROUP, dict(zip((*FUEL_GROUPS, OTHER_FUELS), FUEL_COLOURS, strict=True))),
            (_START, "Ascending"),
        ),
        Visual(
            Frame(
                "fuels-now",
                Place(8, 4, 208, 448),
                "Which fuels make most of it now, in percent",
                "Bars of the share of each fuel in the newest half hour, the largest first.",
            ),
            "barChart",
            {"Category": (_FUEL,), "Y": (_SHARE_NOW,)},
            one_colour(_SHARE_NOW, with_values=True),
            (_SHARE_NOW, "Descending"),
        ),
        footer(),
    ),
    refresh_minutes=HALF_HOUR_MINUTES,
)
