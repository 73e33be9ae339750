"""Tables for people and lines for programs, on stdout."""

import math
import re
from collections.abc import Sequence

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

__all__ = ["NULL", "print_table", "size_text"]

NULL = Text("NULL", style="dim")
"""How an absent value looks in a table."""

_UNBOUNDED_WIDTH = 1 << 20
_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def print_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str | Text]],
    *,
    whole_columns: int = 0,
    right_aligned: Sequence[bool] = (),
) -> None:
    """Print ``rows`` below ``columns``; nothing is cut off.

    On a terminal, cells that are too wide are folded, but in the first ``whole_columns``;
    in a pipe or a file each row is as wide as it has to be. Control characters are shown,
    not obeyed.

    Args:
        columns: The header.
        rows: A cell for each column.
        whole_columns: How many columns are never folded.
        right_aligned: Which columns are flush right; none of them by default.
    """
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for index, column in enumerate(columns):
        table.add_column(
            _visible(column),
            overflow="fold",
            no_wrap=index < whole_columns,
            justify="right" if any(right_aligned[index : index + 1]) else "left",
        )
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else _visible(cell) for cell in row))
    stream = click.get_text_stream("stdout")
    console = Console(file=stream, highlight=False)
    if not console.is_terminal:
        console = Console(file=stream, highlight=False, width=_UNBOUNDED_WIDTH)
        console.width = max(1, console.measure(table).maximum)
    console.print(table)


def size_text(size_bytes: float) -> str:
    """Write a size in the unit that makes it short.

    >>> size_text(14_250_000)
    '14.2 MB'
    """
    exponent = min(len(_UNITS) - 1, int(math.log10(max(size_bytes, 1)) // 3))
    return f"{size_bytes / 1000**exponent:.3g} {_UNITS[exponent]}"


def _visible(text: str) -> Text:
    return Text(_CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", text))
