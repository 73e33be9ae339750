"""Lines of files, plain or gzipped, and of stdin, in bounded memory."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from typing import cast

import click

from greenpulse.errors import SettingsError

__all__ = ["STDIN", "Line", "lines_of"]

STDIN = "-"
"""The name that stands for stdin."""

_GZIP_MAGIC = b"\x1f\x8b"
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank."""

    file: str
    number: int
    """From 1 on."""
    text: bytes
    """Without the line end."""

    def refusal(self, reason: str) -> SettingsError:
        """Why this line cannot be taken."""
        return SettingsError(f"reading {self.file!r}, line {self.number}: {reason}")


def lines_of(name: str, *, max_bytes: int) -> Iterator[Line]:
    """Lines of the file ``name``, or of stdin; gzip is told by its first bytes.

    Raises:
        SettingsError: the file cannot be read, or a line has more than ``max_bytes``; names
            the line.
    """
    number = 0
    shown = "stdin" if name == STDIN else name
    try:
        with ExitStack() as stack:
            stream = _unpacked(_open(name, stack))
            while text := stream.readline(max_bytes + 2):
                number += 1
                line = Line(shown, number, _without_end(text, is_first=number == 1))
                if len(line.text) > max_bytes:
                    reason = f"it is over {max_bytes >> 20} MiB"
                    raise line.refusal(reason)
                if line.text.strip():
                    yield line
    except OSError as error:
        if isinstance(error, gzip.BadGzipFile):
            reason = f"it is no sound gzip ({error})"
        else:
            reason = error.strerror or str(error)
        raise _unreadable(shown, number, reason) from error
    except (EOFError, zlib.error) as error:
        raise _unreadable(shown, number, f"it is no sound gzip ({error})") from error


def _open(name: str, stack: ExitStack) -> BufferedReader:
    if name == STDIN:
        stdin = click.get_binary_stream("stdin")
        return BufferedReader(
            cast("RawIOBase", stdin)
        )  # it has readinto, which BufferedReader wants
    return stack.enter_context(open(name, "rb"))  # noqa: PTH123 - a pipe's name is no Path


def _unpacked(stream: BufferedReader) -> BufferedReader | gzip.GzipFile:
    is_packed = stream.peek(len(_GZIP_MAGIC)).startswith(_GZIP_MAGIC)
    return gzip.GzipFile(fileobj=stream) if is_packed else stream


def _without_end(text: bytes, *, is_first: bool) -> bytes:
    line = text.removesuffix(b"\n").removesuffix(b"\r")
    return line.removeprefix(_BOM) if is_first else line


def _unreadable(shown: str, number: int, reason: str) -> SettingsError:
    place = f", line {number + 1}" if number else ""
    return SettingsError(f"reading {shown!r}{place}: {reason}")
