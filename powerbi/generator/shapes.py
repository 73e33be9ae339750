"""The few kinds of visuals that the pages use, each made in one way."""

from collections.abc import Mapping
from typing import Any

from greenpulse.grid.bands import IntensityIndex
from greenpulse.web.colours import COLOURS
from powerbi.generator.theme import FONT, INK, LINES, PLAIN, QUIET, STRONG_FONT
from powerbi.generator.visuals import (
    Field,
    Frame,
    Place,
    Visual,
    literal,
    measured_colour,
    solid,
    where_equal,
)

__all__ = [
    "ATTRIBUTION",
    "card",
    "chosen",
    "footer",
    "headline",
    "index_colours",
    "lines",
    "one_colour",
    "rows",
    "series_colours",
    "slicer",
    "word_colours",
]

ATTRIBUTION = (
    "Carbon intensity data: National Energy System Operator (NESO) Carbon Intensity API, CC BY 4.0"
)
_ALL_COLUMNS = 12


def headline(text: str) -> Visual:
    """The page's own sentence, at its top."""
    frame = Frame("headline", Place(0, _ALL_COLUMNS, 16, 48), text, text)
    return _text(frame, {"fontFamily": STRONG_FONT, "fontSize": "18pt", "color": INK})


def footer() -> Visual:
    """Whose data they are, at the foot of every page."""
    frame = Frame("attribution", Place(0, _ALL_COLUMNS, 672, 40), ATTRIBUTION, ATTRIBUTION)
    return _text(frame, {"fontFamily": FONT, "fontSize": "9pt", "color": QUIET})


def card(
    frame: Frame, shown: Field, *, colour: Field | None = None, note: Field | None = None
) -> Visual:
    """One number or word, large; measures may give its colour, and a note below the title."""
    default = {"id": "default"}
    paint = measured_colour(colour) if colour else solid(INK)
    value = {
        "fontColor": paint,
        "fontSize": literal(22.0),
        "fontFamily": literal(STRONG_FONT),
        "horizontalAlignment": literal("left"),
    }
    hidden = [{"properties": {"show": literal(value=False)}, "selector": default}]
    objects: dict[str, list[dict[str, Any]]] = {
        "value": [{"properties": value, "selector": default}],
        "label": hidden,
        "outline": hidden,
    }
    return Visual(frame, "cardVisual", {"Data": (shown,)}, objects, note=note)


def lines(*drawn: Field) -> dict[str, list[dict[str, Any]]]:
    """Formats of a line chart: the first line is drawn out, the second is dashed."""
    styles = [
        {
            "properties": {"lineStyle": literal("dashed" if place else "solid")},
            "selector": {"metadata": each.reference},
        }
        for place, each in enumerate(drawn)
    ]
    painted = dict(zip(drawn, LINES[: len(drawn)], strict=True))
    return {**series_colours(painted), "lineStyles": styles}


def series_colours(colours: Mapping[Field, str]) -> dict[str, list[dict[str, Any]]]:
    """Formats that paint each measure in its colour; one alone needs no legend."""
    return {
        **_plain_axes(),
        "dataPoint": [
            {"properties": {"fill": solid(colour)}, "selector": {"metadata": each.reference}}
            for each, colour in colours.items()
        ],
        "legend": _legend(is_shown=len(colours) > 1),
    }


def one_colour(by: Field, *, with_values: bool = False) -> dict[str, list[dict[str, Any]]]:
    """Formats of a chart of one measure, with or without its numbers beside the bars."""
    labels = [{"properties": {"show": literal(with_values)}}]
    return {**series_colours({by: PLAIN}), "labels": labels}


def index_colours(by: Field) -> dict[str, list[dict[str, Any]]]:
    """Formats that paint each index in its colour, with its word in the legend."""
    return word_colours(by, {index: COLOURS[index].light for index in IntensityIndex})


def word_colours(by: Field, colours: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """Formats that paint each value of a column in its colour, and name it in the legend."""
    return {
        **_plain_axes(),
        "dataPoint": [
            {"properties": {"fill": solid(colour)}, "selector": where_equal(by, word)}
            for word, colour in colours.items()
        ],
        "legend": _legend(is_shown=True),
    }


def rows(frame: Frame, *shown: Field, by: tuple[Field, str]) -> Visual:
    """A table, sorted."""
    objects = {"total": [{"properties": {"totals": literal(value=False)}}]}
    return Visual(frame, "tableEx", {"Values": shown}, objects, by)


def slicer(frame: Frame, by: Field, *, first: str | int | None = None) -> Visual:
    """A choice of one value; ``first`` is chosen when the report opens."""
    objects: dict[str, list[dict[str, Any]]] = {
        "data": [{"properties": {"mode": literal("Dropdown")}}],
        "selection": [{"properties": {"singleSelect": literal(value=True)}}],
        "header": [{"properties": {"show": literal(value=False)}}],
    }
    if first is not None:
        objects["general"] = [{"properties": {"filter": {"filter": chosen(by, first)}}}]
    return Visual(frame, "slicer", {"Values": (by,)}, objects)


def chosen(by: Field, value: str | int) -> dict[str, Any]:
    """The filter that keeps one value of a column."""
    short = Field(by.kind, "t", by.name)
    text = literal(value)["expr"]
    where = {"In": {"Expressions": [short.expression("Source")], "Values": [[text]]}}
    return {
        "Version": 2,
        "From": [{"Name": "t", "Entity": by.table, "Type": 0}],
        "Where": [{"Condition": where}],
    }


def _plain_axes() -> dict[str, list[dict[str, Any]]]:
    """Axes without titles of their own: the visual's title says what they are."""
    untitled = [{"properties": {"showAxisTitle": literal(value=False)}}]
    return {"categoryAxis": untitled, "valueAxis": untitled}


def _legend(*, is_shown: bool) -> list[dict[str, Any]]:
    return [{"properties": {"show": literal(is_shown), "showTitle": literal(value=False)}}]


def _text(frame: Frame, style: Mapping[str, str]) -> Visual:
    paragraphs = [{"textRuns": [{"value": frame.title, "textStyle": dict(style)}]}]
    objects = {"general": [{"properties": {"paragraphs": paragraphs}}]}
    return Visual(frame, "textbox", {}, objects, shows_title=False, has_surface=False)
