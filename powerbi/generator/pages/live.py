"""Live: is electricity clean now, how was it, how will it be, how old is what one sees?"""

from powerbi.generator.pace import LOAD_MINUTES
from powerbi.generator.page import Page
from powerbi.generator.shapes import card, footer, headline, index_colours, lines
from powerbi.generator.visuals import Frame, Place, Visual, column, measure

__all__ = ["LIVE"]

_START = column("Half hours", "Starts at")
_INDEX = column("Half hours", "Index")
_INTENSITY = measure("Half hours", "Intensity around now")
_MEASURED = measure("Half hours", "Measured around now")
_FORECAST = measure("Half hours", "Forecast around now")

LIVE = Page(
    "live",
    "Live",
    (
        headline("How clean Great Britain's electricity is, now and in the next two days"),
        card(
            Frame(
                "forecast",
                Place(0, 3, 72, 120),
                "This half hour is forecast at",
                "Forecast of the half hour that contains now, in grams of CO2 per kilowatt hour, "
                "with the start and end of the half hour.",
            ),
            measure("Now", "Forecast now"),
            colour=measure("Now", "Colour now"),
            note=measure("Now", "Half hour now"),
        ),
        card(
            Frame(
                "index",
                Place(3, 3, 72, 120),
                "The API calls that",
                "The index of this half hour in words, from very low to very high.",
            ),
            measure("Now", "Index now"),
            colour=measure("Now", "Colour now"),
            note=measure("Now", "Half hour now"),
        ),
        card(
            Frame(
                "last",
                Place(6, 3, 72, 120),
                "The last complete one was",
                "Intensity of the last complete half hour, in grams of CO2 per kilowatt hour, with "
                "its start and end and how far to trust it.",
            ),
            measure("Now", "Last half hour"),
            note=measure("Now", "Last half hour in words"),
        ),
        card(
            Frame(
                "age",
                Place(9, 3, 72, 120),
                "The data are this old",
                "Minutes since the newest answer that is loaded; old data are said to be old.",
            ),
            measure("Now", "Freshness"),
            colour=measure("Now", "Freshness colour"),
            note=measure("Now", "Moment of the query"),
        ),
        Visual(
            Frame(
                "index-by-half-hour",
                Place(0, 12, 208, 232),
                "The last 24 hours and the next 48 by their index, in gCO₂/kWh; times are UTC",
                "Columns of the intensity of each half hour from 24 hours ago to 48 hours ahead, "
                "coloured by the index in words.",
            ),
            "columnChart",
            {"Category": (_START,), "Y": (_INTENSITY,), "Series": (_INDEX,)},
            index_colours(_INDEX),
            (_START, "Ascending"),
        ),
        Visual(
            Frame(
                "measured-and-forecast",
                Place(0, 12, 456, 200),
                "What was measured is drawn out, what is forecast is dashed, in gCO₂/kWh; "
                "times are UTC",
                "Two lines from 24 hours ago to 48 hours ahead: measured values, which end "
                "just before now, and the newest forecast of each half hour.",
            ),
            "lineChart",
            {"Category": (_START,), "Y": (_MEASURED, _FORECAST)},
            lines(_MEASURED, _FORECAST),
            (_START, "Ascending"),
        ),
        footer(),
    ),
    refresh_minutes=LOAD_MINUTES,
)
