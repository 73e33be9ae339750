"""Plan: when and where to run a job of a given length."""

from powerbi.generator.pace import HALF_HOUR_MINUTES
from powerbi.generator.page import Page
from powerbi.generator.shapes import card, footer, headline, one_colour, rows, slicer
from powerbi.generator.visuals import Frame, Place, Visual, column, measure

__all__ = ["PLAN"]

_TABLE = "Greenest windows"
_DURATION = column(_TABLE, "Duration")
_PLACE = column(_TABLE, "Place")
_START = measure(_TABLE, "Best start")
_MEAN = measure(_TABLE, "Mean in the window")
_SAVING = measure(_TABLE, "Saving against now")

PLAN = Page(
    "plan",
    "Plan",
    (
        headline("Run it when electricity is cleanest: the greenest window of the next two days"),
        slicer(
            Frame(
                "duration",
                Place(0, 3, 72, 120),
                "The job takes",
                "Choice of the job's length in minutes, from 30 to 720.",
            ),
            _DURATION,
            first=120,
        ),
        slicer(
            Frame(
                "place",
                Place(3, 3, 72, 120),
                "It runs in",
                "Choice of the region, or Great Britain as a whole.",
            ),
            _PLACE,
            first="Great Britain",
        ),
        card(
            Frame(
                "start",
                Place(6, 3, 72, 120),
                "Start it at (UTC)",
                "When the greenest window for this job begins, in UTC.",
            ),
            _START,
        ),
        card(
            Frame(
                "saving",
                Place(9, 3, 72, 120),
                "Against starting now it saves",
                "How much less carbon than starting now, in percent.",
            ),
            _SAVING,
        ),
        rows(
            Frame(
                "places",
                Place(0, 6, 208, 448),
                "Where that job is cleanest, and when to start it there (UTC)",
                "Table of all regions for the chosen length: start of the greenest window, its "
                "mean intensity, and what it saves.",
            ),
            _PLACE,
            _START,
            _MEAN,
            _SAVING,
            by=(_MEAN, "Ascending"),
        ),
        Visual(
            Frame(
                "saving-by-duration",
                Place(6, 6, 208, 200),
                "How the saving depends on the length of the job, in percent",
                "Columns of the saving against starting now, by the job's length, for the chosen "
                "region.",
            ),
            "columnChart",
            {"Category": (_DURATION,), "Y": (_SAVING,)},
            one_colour(_SAVING),
            (_DURATION, "Ascending"),
        ),
        rows(
            Frame(
                "durations",
                Place(6, 6, 424, 232),
                "When to start a job of each length in the chosen region (UTC)",
                "Table of all lengths for the chosen region: start of the greenest window, its "
                "mean intensity, and what it saves.",
            ),
            _DURATION,
            _START,
            _MEAN,
            _SAVING,
            by=(_DURATION, "Ascending"),
        ),
        footer(),
    ),
    refresh_minutes=HALF_HOUR_MINUTES,
    unmoved=(
        ("place", "places"),
        ("duration", "saving-by-duration"),
        ("duration", "durations"),
    ),
)
