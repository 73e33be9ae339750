"""What stands on a page: fields, formats, and one visual, in PBIR's words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "Field",
    "Frame",
    "Place",
    "Visual",
    "column",
    "literal",
    "measure",
    "measured_colour",
    "solid",
    "visual_json",
    "where_equal",
]

SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric/item/report/definition"
_COLUMN_WIDTH, _GUTTER, _MARGIN = 88, 16, 24


@dataclass(frozen=True, slots=True)
class Field:
    """A column or measure of the model, as a visual names it."""

    kind: str
    table: str
    name: str

    @property
    def reference(self) -> str:
        """By what formats of a visual speak of it."""
        return f"{self.table}.{self.name}"

    def expression(self, source: str = "Entity") -> dict[str, Any]:
        """The field as a query has it; a filter calls its table by ``Source``."""
        owner = {"Expression": {"SourceRef": {source: self.table}}, "Property": self.name}
        return {self.kind: owner}


def column(table: str, name: str) -> Field:
    """A column of the model."""
    return Field("Column", table, name)


def measure(table: str, name: str) -> Field:
    """A measure of the model."""
    return Field("Measure", table, name)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a visual stands on the grid of twelve columns; rows are in pixels."""

    first_column: int
    columns: int
    top: int
    height: int

    def position(self) -> dict[str, int]:
        """In pixels, from the page's upper left corner."""
        step = _COLUMN_WIDTH + _GUTTER
        return {
            "x": _MARGIN + step * self.first_column,
            "y": self.top,
            "width": step * self.columns - _GUTTER,
            "height": self.height,
        }


@dataclass(frozen=True, slots=True)
class Frame:
    """Name and place of a visual, its title, and what it says to those who do not see it."""

    name: str
    place: Place
    title: str
    alternative: str


@dataclass(frozen=True, slots=True)
class Visual:
    """One visual: its frame, its kind, and what it shows in which role.

    ``note`` is a measure whose words stand below the title.
    """

    frame: Frame
    kind: str
    roles: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)
    objects: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    sorted_by: tuple[Field, str] | None = None
    note: Field | None = None
    shows_title: bool = True
    has_surface: bool = True


def literal(value: str | float | bool) -> dict[str, Any]:  # noqa: FBT001 - a value, not a switch
    """A constant, as formats have it: whole numbers, other numbers and texts differ."""
    if isinstance(value, bool):
        text = str(value).lower()
    elif isinstance(value, str):
        text = "'" + value.replace("'", "''") + "'"
    else:
        text = f"{value}L" if isinstance(value, int) else f"{value:g}D"
    return {"expr": {"Literal": {"Value": text}}}


def solid(colour: str) -> dict[str, Any]:
    """One colour."""
    return {"solid": {"color": literal(colour)}}


def measured_colour(by: Field) -> dict[str, Any]:
    """The colour that a measure gives."""
    return {"solid": {"color": {"expr": by.expression()}}}


def where_equal(by: Field, value: str) -> dict[str, Any]:
    """Selects what has that ``value``, to paint it."""
    comparison = {
        "ComparisonKind": 0,
        "Left": by.expression(),
        "Right": {"Literal": {"Value": f"'{value}'"}},
    }
    return {"data": [{"scopeId": {"Comparison": comparison}}]}


def visual_json(visual: Visual, order: int) -> dict[str, Any]:
    """The file ``visual.json``; ``order`` is its place in reading and by the tab key."""
    body: dict[str, Any] = {"visualType": visual.kind}
    if visual.roles:
        body["query"] = _query(visual)
    if visual.objects:
        body["objects"] = dict(visual.objects)
    body["visualContainerObjects"] = _container(visual)
    body["drillFilterOtherVisuals"] = True
    return {
        "$schema": f"{SCHEMAS}/visualContainer/2.2.0/schema.json",
        "name": visual.frame.name,
        "position": {**visual.frame.place.position(), "z": order * 1000, "tabOrder": order * 1000},
        "visual": body,
    }


def _query(visual: Visual) -> dict[str, Any]:
    state = {
        role: {
            "projections": [
                {
                    "field": each.expression(),
                    "queryRef": each.reference,
                    "nativeQueryRef": each.name,
                    # As Power BI writes it: what is grouped by is active.
                    **({"active": True} if each.kind == "Column" else {}),
                }
                for each in fields
            ]
        }
        for role, fields in visual.roles.items()
    }
    if visual.sorted_by is None:
        return {"queryState": state}
    by, direction = visual.sorted_by
    sort = [{"field": by.expression(), "direction": direction}]
    return {"queryState": state, "sortDefinition": {"sort": sort}}


def _container(visual: Visual) -> dict[str, Any]:
    title = {"show": literal(visual.shows_title), "text": literal(visual.frame.title)}
    container = {
        "title": [{"properties": title}],
        "general": [{"properties": {"altText": literal(visual.frame.alternative)}}],
    }
    if visual.note:
        note = {"show": literal(value=True), "text": {"expr": visual.note.expression()}}
        container["subTitle"] = [{"properties": note}]
    if not visual.has_surface:
        hidden = [{"properties": {"show": literal(value=False)}}]
        container |= {"background": hidden, "border": hidden}
    return container
