"""The ``.env`` file of the working directory: NAME=value lines, values taken literally."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dotenv.parser import Binding, parse_stream

__all__ = ["DotenvFile", "read_dotenv_file"]


@dataclass(frozen=True, slots=True)
class DotenvFile:
    """What a ``.env`` file says. Values may be secrets: they are in no repr."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    """By name; of a name that stands twice, the last one."""
    problems: tuple[str, ...] = ()
    """One sentence for each line that says nothing; the line itself is never quoted."""


def read_dotenv_file(path: Path) -> DotenvFile:
    """Read ``path``; an absent file says nothing and is no problem.

    ``${NAME}`` in a value is not replaced, so that a password is what is written.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return DotenvFile()
    except UnicodeDecodeError:
        return DotenvFile(problems=(f"reading {str(path)!r}: it is no UTF-8 text",))
    except OSError as error:
        return DotenvFile(problems=(f"reading {str(path)!r}: {error.strerror}",))
    bindings = list(parse_stream(io.StringIO(text)))
    return DotenvFile(
        {b.key: b.value for b in bindings if b.key is not None and b.value is not None},
        tuple(
            f"reading {str(path)!r}: line {_line_of(b)} is not NAME=value, such as "
            "GREENPULSE_POLL_SECONDS=10"
            for b in bindings
            if b.error or (b.key is not None and b.value is None)
        ),
    )


def _line_of(binding: Binding) -> int:
    """The line where ``binding`` begins, behind the blank lines that the parser gives to it."""
    text = binding.original.string
    blank = text[: len(text) - len(text.lstrip())]
    return binding.original.line + len(blank.splitlines())
