"""How a worker logs: one line an event, for people or for programs, no tracebacks.

``debug`` shows tracebacks, and what Faust and its kin have to say; else only their
warnings get through, the cause in the same line.
"""

import asyncio
import json
import logging
import sys
from datetime import UTC, datetime

__all__ = ["configure"]

_SELDOM_SECONDS = 60.0
_LINES_KNOWN = 1_000
_FRAMEWORKS = ("faust", "mode", "aiokafka", "aiohttp", "asyncio")


def configure(*, level: str, style: str, is_terminal: bool) -> None:
    """Send all logging of this process to stderr.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``.
        style: ``text`` or ``json``; empty: text on a terminal, else json.
        is_terminal: Whether stderr is one.
    """
    is_debug = level == "debug"
    is_text = style == "text" or (not style and is_terminal)
    handler = logging.StreamHandler(sys.stderr)
    formatter = _TextFormatter if is_text else _JsonFormatter
    handler.setFormatter(formatter(shows_tracebacks=is_debug))
    if not is_debug:
        handler.addFilter(_is_no_lifecycle)
        handler.addFilter(_is_no_cancellation)
        handler.addFilter(_Seldom())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _FRAMEWORKS:
        logging.getLogger(name).setLevel(logging.INFO if is_debug else logging.WARNING)


def _is_no_lifecycle(record: logging.LogRecord) -> bool:
    """Whether a line is more than mode's report that one of our services starts or stops."""
    return record.levelno > logging.INFO or not record.getMessage().startswith("[^-")


def _is_no_cancellation(record: logging.LogRecord) -> bool:
    """Whether a line is more than that a stop cut off what somebody still waited for."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


class _Seldom(logging.Filter):
    """Lets each line of a framework through once a minute.

    A client of Kafka says three hundred times a second that Kafka is away.
    """

    def __init__(self) -> None:
        super().__init__()
        self._said_at: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is another one than those of the last minute."""
        framework, _, _ = record.name.partition(".")
        if framework not in _FRAMEWORKS:
            return True
        line = (record.name, str(record.msg))
        if record.created < self._said_at.get(line, 0.0) + _SELDOM_SECONDS:
            return False
        if len(self._said_at) >= _LINES_KNOWN:
            self._said_at.clear()
        self._said_at[line] = record.created
        return True


class _Formatter(logging.Formatter):
    def __init__(self, *, shows_tracebacks: bool) -> None:
        super().__init__()
        self._shows_tracebacks = shows_tracebacks

    def sentence(self, record: logging.LogRecord) -> str:
        """What happened and, where an exception came along, its cause."""
        text = record.getMessage()
        error = record.exc_info[1] if record.exc_info else None
        if error is None or str(error) in text:
            return text
        return f"{text}: {str(error) or type(error).__name__}"

    def traceback(self, record: logging.LogRecord) -> str:
        """The traceback, empty where there is none or nobody asked for it."""
        if not self._shows_tracebacks or not record.exc_info:
            return ""
        return self.formatException(record.exc_info)


class _TextFormatter(_Formatter):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        line = f"{moment} {record.levelname.lower():7} {self.sentence(record)}"
        return "\n".join(filter(None, (line, self.traceback(record))))


class _JsonFormatter(_Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.sentence(record),
        }
        if traceback := self.traceback(record):
            fields["traceback"] = traceback
        return json.dumps(fields, ensure_ascii=False)
