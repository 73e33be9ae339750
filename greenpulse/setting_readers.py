"""From the text of a setting to its value; what is wrong is said with an example."""

import re
from collections.abc import Callable
from pathlib import Path

from greenpulse.addresses import Address, read_address

__all__ = [
    "read_as_given",
    "read_choice",
    "read_folder",
    "read_host",
    "read_number",
    "read_part_address",
    "read_whole_number",
]

# Longer texts of digits are no count, and Python refuses to read the longest of them.
_MAX_DIGITS = 18


def read_number(least: float, most: float, example: str) -> Callable[[str], float]:
    """Reader of a number from ``least`` to ``most``, both included."""

    def read(text: str) -> float:
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not least <= number <= most:
            message = f"a number from {least:.15g} to {most:.15g}, such as {example}"
            raise ValueError(message)
        return number

    return read


def read_whole_number(least: int, most: int, example: str) -> Callable[[str], int]:
    """Reader of a whole number from ``least`` to ``most``, both included."""

    def read(text: str) -> int:
        is_count = text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS
        if not (is_count and least <= int(text) <= most):
            message = f"a whole number from {least} to {most}, such as {example}"
            raise ValueError(message)
        return int(text)

    return read


def read_choice(*choices: str) -> Callable[[str], str]:
    """Reader of one of ``choices``, in whatever case somebody wrote it."""
    by_lower_case = {choice.lower(): choice for choice in choices}

    def read(text: str) -> str:
        choice = by_lower_case.get(text.lower())
        if choice is None:
            message = f"one of {', '.join(choices)}, such as {choices[0]}"
            raise ValueError(message)
        return choice

    return read


def read_part_address(*schemes: str, example: str) -> Callable[[str], Address]:
    """Reader of the address of a part with one of ``schemes``."""
    return lambda text: read_address(text, schemes, example)


def read_folder(text: str) -> Path:
    """Read the path of a folder.

    Raises:
        ValueError: says what was expected.
    """
    if "\0" in text or text.startswith("~"):
        message = "a folder without ~, such as data"
        raise ValueError(message)
    return Path(text)


def read_host(text: str) -> str:
    """Read the name or the IP address of a host.

    Raises:
        ValueError: says what was expected.
    """
    if not re.fullmatch(r"[A-Za-z0-9_.-]+|[0-9A-Fa-f:.]+", text):
        message = "the name or the address of a host, such as 127.0.0.1"
        raise ValueError(message)
    return text


def read_as_given(text: str) -> str:
    """Take any text."""
    return text
