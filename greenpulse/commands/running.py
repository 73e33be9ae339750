"""What every command shares: settings, one sentence for each error, exit codes.

0 done, 1 looked and found wrong, 2 could not do it.
"""

import asyncio
import logging
import os
import sys
import traceback
from collections.abc import Coroutine
from pathlib import Path
from typing import IO, Any, TypeVar

import click

from greenpulse.dotenv_file import read_dotenv_file
from greenpulse.errors import GreenpulseError
from greenpulse.settings import Settings

__all__ = ["FOUND_WRONG", "CouldNotDo", "current_settings", "run_to_end"]

FOUND_WRONG = 1

T = TypeVar("T")


class CouldNotDo(click.ClickException):
    """One sentence on stderr and exit code 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence, and the traceback where GREENPULSE_LOG_LEVEL is debug."""
        if self.__cause__ is not None and _is_debug():
            traceback.print_exception(self.__cause__, file=file or sys.stderr)
        click.echo(self.message, file=file or sys.stderr)


def current_settings() -> Settings:
    """Settings of this process: its environment, else ``.env`` in the working directory.

    Raises:
        CouldNotDo: some are wrong; each is named.
    """
    dotenv = read_dotenv_file(Path(".env"))
    try:
        return Settings.read(
            os.environ,  # noqa: TID251 - the one reader
            dotenv.values,
            dotenv.problems,
        )
    except GreenpulseError as error:
        raise CouldNotDo(str(error)) from error


def run_to_end(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` in an event loop of its own.

    Raises:
        CouldNotDo: ``work`` raised one of our errors.
    """
    if not _is_debug():
        # What its clients log, our errors say.
        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    try:
        return asyncio.run(work)
    except GreenpulseError as error:
        raise CouldNotDo(str(error)) from error


def _is_debug() -> bool:
    return os.environ.get("GREENPULSE_LOG_LEVEL", "").lower() == "debug"  # noqa: TID251 - as above
