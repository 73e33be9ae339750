"""The index in DAX: its order and its colours, from where the pages have them."""

from greenpulse.grid.bands import IntensityIndex
from greenpulse.web.colours import COLOURS, UNKNOWN
from powerbi.generator.model import Calculated, Kind

__all__ = ["colour_of", "order_of"]


def order_of(table: str) -> Calculated:
    """The column by which ``table``'s index is sorted, from clean to dirty."""
    places = ", ".join(f'"{index}", {place}' for place, index in enumerate(IntensityIndex, 1))
    return Calculated(
        "Index order",
        f"SWITCH('{table}'[Index], {places}, {len(IntensityIndex) + 1})",
        Kind.WHOLE,
        "From 1 (very low) to 5 (very high), 6 where the API gave no index: sorts the index.",
        is_hidden=True,
    )


def colour_of(expression: str) -> str:
    """DAX that gives the colour of an index, as ``#rrggbb``."""
    colours = ", ".join(f'"{index}", "{COLOURS[index].light}"' for index in IntensityIndex)
    return f'SWITCH({expression}, {colours}, "{UNKNOWN.light}")'
