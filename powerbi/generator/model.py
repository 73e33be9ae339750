"""What a semantic model is made of, in Power BI's words."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = [
    "CLOCK",
    "DAY",
    "GRAMS",
    "Calculated",
    "Column",
    "Kind",
    "Measure",
    "Relationship",
    "Table",
]

CLOCK = "d mmm hh:nn"
"""A moment; the times of gold are UTC, and what shows them says so."""
DAY = "d mmm yyyy"
GRAMS = '#,0 "gCO₂/kWh"'
"""The unit of every intensity."""


class Kind(StrEnum):
    """The types of gold, as TMDL calls them."""

    WHOLE = "int64"
    NUMBER = "double"
    TEXT = "string"
    TIME = "dateTime"
    TRUTH = "boolean"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a gold view; ``source`` is its name there."""

    name: str
    source: str
    kind: Kind
    description: str
    format: str = ""
    sorted_by: str = ""


@dataclass(frozen=True, slots=True)
class Calculated:
    """A hidden or shown column that the model adds to its row, in DAX."""

    name: str
    expression: str
    kind: Kind
    description: str
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """A number, moment or text in DAX; only text goes without a ``format``."""

    name: str
    expression: str
    description: str
    format: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One gold view."""

    name: str
    view: str
    description: str
    columns: tuple[Column, ...]
    calculated: tuple[Calculated, ...] = ()
    measures: tuple[Measure, ...] = ()


@dataclass(frozen=True, slots=True)
class Relationship:
    """Many rows of one table belong to one row of another: ``(table, column)`` each."""

    many: tuple[str, str]
    one: tuple[str, str]
