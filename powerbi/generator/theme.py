"""The report's theme: the pages' colours on light ground, and their quiet look."""

from typing import Any

from greenpulse.grid.bands import IntensityIndex
from greenpulse.web.colours import COLOURS, GROUNDS, UNKNOWN

__all__ = [
    "ANSWERED",
    "FAILED",
    "FONT",
    "FUEL_COLOURS",
    "GROUND",
    "INK",
    "LINES",
    "MISSING",
    "NAME",
    "PLAIN",
    "QUIET",
    "STRONG_FONT",
    "SURFACE",
    "theme",
]

NAME = "GreenPulse.json"
"""Of the theme and of its file: Power BI finds it where they are the same."""
INK = "#16211f"
QUIET = UNKNOWN.light
GROUND = GROUNDS["ground"].light
SURFACE = GROUNDS["surface"].light
EDGE = "#dfe4e0"
FONT = "Segoe UI"
STRONG_FONT = "Segoe UI Semibold"

PLAIN = COLOURS[IntensityIndex.VERY_LOW].light
"""Where one colour suffices, since position and label say all."""

ANSWERED = PLAIN
FAILED = COLOURS[IntensityIndex.HIGH].light
MISSING = COLOURS[IntensityIndex.VERY_HIGH].light

LINES = (INK, PLAIN)
"""What was measured, and what is forecast: dark and drawn out, blue-green and dashed."""

FUEL_COLOURS = (
    PLAIN,
    COLOURS[IntensityIndex.VERY_HIGH].light,
    "#a08a00",
    COLOURS[IntensityIndex.HIGH].light,
    "#8c9593",
)
"""By group, as tables/grid.py names them, then imports and other."""


def theme() -> dict[str, Any]:
    """The theme as Power BI reads it; the first five data colours are the index's."""
    index = [COLOURS[each].light for each in IntensityIndex]
    return {
        "name": NAME,
        "dataColors": [*index, QUIET, *(each for each in FUEL_COLOURS if each not in index)],
        "foreground": INK,
        "foregroundNeutralSecondary": QUIET,
        "foregroundNeutralTertiary": QUIET,
        "background": SURFACE,
        "backgroundLight": GROUND,
        "backgroundNeutral": EDGE,
        "tableAccent": COLOURS[IntensityIndex.VERY_LOW].light,
        "good": COLOURS[IntensityIndex.VERY_LOW].light,
        "neutral": COLOURS[IntensityIndex.MODERATE].light,
        "bad": COLOURS[IntensityIndex.HIGH].light,
        "minimum": COLOURS[IntensityIndex.VERY_LOW].light,
        "center": COLOURS[IntensityIndex.MODERATE].light,
        "maximum": COLOURS[IntensityIndex.VERY_HIGH].light,
        "textClasses": {
            "title": _font(STRONG_FONT, 12, INK),
            "header": _font(STRONG_FONT, 11, INK),
            "label": _font(FONT, 10, INK),
            "callout": _font(STRONG_FONT, 28, INK),
        },
        "visualStyles": {
            "page": {"*": {"background": [{"color": _solid(GROUND), "transparency": 0}]}},
            "*": {
                "*": {
                    "background": [{"show": True, "color": _solid(SURFACE), "transparency": 0}],
                    "border": [{"show": True, "color": _solid(EDGE), "radius": 8, "width": 1}],
                    "padding": [{"top": 12, "bottom": 12, "left": 16, "right": 16}],
                    "title": [{"titleWrap": True, "alignment": "left"}],
                    "visualHeader": [{"show": False}],
                }
            },
            "lineChart": {
                "*": {
                    "lineStyles": [{"strokeWidth": 3, "showMarker": False}],
                    "valueAxis": [{"gridlineColor": _solid(EDGE)}],
                }
            },
        },
    }


def _font(face: str, size: int, colour: str) -> dict[str, Any]:
    return {"fontFace": face, "fontSize": size, "color": colour}


def _solid(colour: str) -> dict[str, Any]:
    return {"solid": {"color": colour}}
