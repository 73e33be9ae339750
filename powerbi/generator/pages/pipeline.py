"""Pipeline: does everything arrive, and what is missing?"""

from powerbi.generator.pace import LOAD_MINUTES
from powerbi.generator.page import Page
from powerbi.generator.shapes import card, footer, headline, one_colour, rows, series_colours
from powerbi.generator.theme import ANSWERED, FAILED, MISSING
from powerbi.generator.visuals import Frame, Place, Visual, column, measure

__all__ = ["PIPELINE"]

_TABLE = "Pipeline"
_HOUR = column(_TABLE, "Hour")
_ANSWERED = measure(_TABLE, "Answered by hour")
_FAILED = measure(_TABLE, "Failed by hour")
_MISSING = measure(_TABLE, "Missing by hour")
_WAIT = measure(_TABLE, "Longest wait by hour")
_GAP = column("Data gaps", "Starts at")

PIPELINE = Page(
    "pipeline",
    "Pipeline",
    (
        headline("Whether all data arrive, and what is missing"),
        card(
            Frame(
                "answered",
                Place(0, 3, 72, 120),
                "Polls answered in the last day",
                "Share of the expected polls that the API answered in the last 24 hours.",
            ),
            measure(_TABLE, "Answered in the last day"),
        ),
        card(
            Frame(
                "failed",
                Place(3, 3, 72, 120),
                "Polls that failed in the last day",
                "Number of polls without a good answer in the last 24 hours.",
            ),
            measure(_TABLE, "Failed in the last day"),
        ),
        card(
            Frame(
                "loads",
                Place(6, 3, 72, 120),
                "Loads in the last day",
                "Number of loads into the warehouse in the last 24 hours.",
            ),
            measure(_TABLE, "Loads in the last day"),
        ),
        card(
            Frame(
                "missing",
                Place(9, 3, 72, 120),
                "Half hours that are missing",
                "Number of half hours, of all time, of which the API never spoke.",
            ),
            measure("Data gaps", "Half hours missing"),
        ),
        Visual(
            Frame(
                "polls-by-hour",
                Place(0, 8, 208, 224),
                "Polls answered, failed and missing in each hour of the last two days (UTC)",
                "Stacked columns by hour: polls that were answered, that failed, and of which "
                "there is no record.",
            ),
            "columnChart",
            {"Category": (_HOUR,), "Y": (_ANSWERED, _FAILED, _MISSING)},
            series_colours({_ANSWERED: ANSWERED, _FAILED: FAILED, _MISSING: MISSING}),
            (_HOUR, "Ascending"),
        ),
        Visual(
            Frame(
                "wait-by-hour",
                Place(0, 8, 448, 208),
                "How old the data became in each hour of the last two days, in minutes (UTC)",
                "Columns by hour: the largest age that the data had within it, in minutes.",
            ),
            "columnChart",
            {"Category": (_HOUR,), "Y": (_WAIT,)},
            one_colour(_WAIT),
            (_HOUR, "Ascending"),
        ),
        rows(
            Frame(
                "gaps",
                Place(8, 4, 208, 448),
                "What the API never spoke of, newest first (UTC)",
                "Table of gaps in the half hours: first moment without data, where data begin "
                "again, and how many half hours are missing.",
            ),
            _GAP,
            column("Data gaps", "Ends at"),
            column("Data gaps", "Half hours"),
            by=(_GAP, "Descending"),
        ),
        footer(),
    ),
    refresh_minutes=LOAD_MINUTES,
)
