"""The numbers that a benchmark takes from its command line."""

import argparse
from typing import Any

__all__ = ["from_command_line"]


def from_command_line(document: str | None, **defaults: float) -> dict[str, Any]:
    """An option for each default, of its name and type: what is given, else the default.

    Args:
        document: Of the program; its first line is what ``--help`` shows.
        defaults: By names that ``main`` takes; ``file_records`` is ``--file-records``.
    """
    parser = argparse.ArgumentParser(description=(document or "").partition("\n")[0])
    for name, default in defaults.items():
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, type=type(default), default=default, metavar="N")
    return vars(parser.parse_args())
