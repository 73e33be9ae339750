"""Forecast skill: how far to trust a forecast, by its age."""

from powerbi.generator.page import Page
from powerbi.generator.shapes import card, footer, headline, lines, one_colour
from powerbi.generator.visuals import Frame, Place, Visual, column, measure

__all__ = ["SKILL"]

_TABLE = "Forecast skill"
_LEAD = column(_TABLE, "Lead")
_ERROR = measure(_TABLE, "Mean error")
_LARGE_ERROR = measure(_TABLE, "Typical large error")
_BIAS = measure(_TABLE, "Mean bias")

SKILL = Page(
    "skill",
    "Forecast skill",
    (
        headline("How far the forecast can be trusted, by how early it was made"),
        card(
            Frame(
                "day-ahead",
                Place(0, 4, 72, 120),
                "A day ahead, forecasts are wrong by",
                "Mean error of forecasts made 24 hours before, in grams of CO2 per kilowatt hour.",
            ),
            measure(_TABLE, "Error a day ahead"),
        ),
        card(
            Frame(
                "bias",
                Place(4, 4, 72, 120),
                "On the whole they are too high by",
                "Mean of forecast less measured value; a number below 0 means too low.",
            ),
            _BIAS,
        ),
        card(
            Frame(
                "judged",
                Place(8, 4, 72, 120),
                "Half hours behind these figures",
                "Number of half hours whose forecasts were compared with measured values.",
            ),
            measure(_TABLE, "Half hours judged"),
        ),
        Visual(
            Frame(
                "error-by-lead",
                Place(0, 7, 208, 448),
                "The earlier a forecast was made, the larger its error may be, in gCO₂/kWh",
                "Two lines by hours between forecast and half hour: the mean error, and the root "
                "mean square error, in which large errors weigh more.",
            ),
            "lineChart",
            {"Category": (_LEAD,), "Y": (_ERROR, _LARGE_ERROR)},
            lines(_ERROR, _LARGE_ERROR),
            (_LEAD, "Ascending"),
        ),
        Visual(
            Frame(
                "bias-by-lead",
                Place(7, 5, 208, 448),
                "Above 0, forecasts were too high; below, too low, in gCO₂/kWh",
                "Columns of the mean of forecast less measured value, by hours between forecast "
                "and half hour.",
            ),
            "columnChart",
            {"Category": (_LEAD,), "Y": (_BIAS,)},
            one_colour(_BIAS),
            (_LEAD, "Ascending"),
        ),
        footer(),
    ),
)
