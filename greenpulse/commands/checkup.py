"""What ``doctor`` finds of one part, and the checks of this machine; each a sentence."""

import importlib
import importlib.metadata
import os
import platform
import shutil
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from greenpulse.commands.printing import size_text
from greenpulse.settings import Settings
from greenpulse.version import __version__

__all__ = [
    "Finding",
    "State",
    "check_disk",
    "check_faust",
    "check_python",
    "is_creatable",
]

_PACKAGES = (
    "faust-streaming",
    "mode-streaming",
    "aiokafka",
    "aiobotocore",
    "aiohttp",
    "duckdb",
    "sqlglot",
    "pyarrow",
    "orjson",
)
_COMPILED = ("faust._cython.streams", "faust._cython.windows", "faust.transport._cython.conductor")
_LEAST_FREE_BYTES = 1 << 30


class State(StrEnum):
    """How a part is."""

    WELL = "well"
    NOTE = "note"
    """Nothing is wrong, but somebody may want to know."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence on one part; where it is wrong, with the way out."""

    part: str
    state: State
    sentence: str
    seconds: float | None = None
    """How long the part took to answer."""
    is_reached: bool = True
    """False where nothing more can be said of it."""


def check_python() -> list[Finding]:
    """Versions of Python and of the packages that GreenPulse leans on."""
    versions = {name: _version(name) for name in _PACKAGES}
    absent = [name for name, version in versions.items() if version is None]
    if absent:
        sentence = f"{', '.join(absent)} not installed; run 'pip install greenpulse' again"
        return [Finding("packages", State.WRONG, sentence)]
    listed = ", ".join(f"{name} {version}" for name, version in versions.items())
    return [
        Finding("python", State.WELL, f"GreenPulse {__version__} on Python {_python()}"),
        Finding("packages", State.WELL, listed),
    ]


def check_faust() -> Finding:
    """Whether Faust's compiled parts are there."""
    try:
        for name in _COMPILED:
            importlib.import_module(name)
    except ImportError:
        sentence = (
            "Faust runs without its compiled parts, which is slower; install the wheel of "
            "faust-streaming for this Python"
        )
        return Finding("faust", State.NOTE, sentence)
    return Finding("faust", State.WELL, "Faust runs with its compiled parts")


def check_disk(settings: Settings) -> Finding:
    """Whether the disk of the embedded parts has space."""
    usage = shutil.disk_usage(_nearest(settings.data))
    sentence = f"{size_text(usage.free)} of {size_text(usage.total)} are free at '{settings.data}'"
    if usage.free < _LEAST_FREE_BYTES:
        return Finding("disk", State.WRONG, f"{sentence}; free some, or set GREENPULSE_DATA")
    return Finding("disk", State.WELL, sentence)


def is_creatable(folder: Path) -> bool:
    """Whether this user may make ``folder``; it is not made."""
    nearest = _nearest(folder)
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def _nearest(folder: Path) -> Path:
    """``folder``, or the nearest one above it that is there."""
    whole = folder.absolute()
    return next(above for above in (whole, *whole.parents) if above.exists())


def _python() -> str:
    place = f"{platform.system()} {platform.machine()}"
    return f"{platform.python_version()} ({place}) with SQLite {sqlite3.sqlite_version}"


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
