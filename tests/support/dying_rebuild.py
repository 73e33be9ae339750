"""Rebuilds copies of a small way, each time killed one step later, as by kill -9.

``python -m support.dying_rebuild TEMPLATE FOLDER``: the process that rebuilds
``FOLDER/<n>/data`` dies before step ``n``, where a step is to open a DuckDB file, to give or
take a name, and to create an object in the lake. Ends with the first one that lives; prints
how many died.

``python -m support.dying_rebuild PORT WORDS`` rebuilds at Snowflake's stand-in, in the working
directory, and dies before the first statement that has these words; behind it, where ``answer``
stands before them.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
from snowflake.connector.cursor import SnowflakeCursor
from support.rebuilding import rebuild

from greenpulse.lake.folder import FolderStore


class Steps:
    """Counts steps down, and ends the process."""

    def __init__(self, number: int) -> None:
        self._left = number

    def before(self, step: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **options: Any) -> Any:  # noqa: ANN401 - as it is
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return step(*arguments, **options)

        return counted


def rebuild_and_die(folder: Path, number: int) -> None:
    steps = Steps(number)
    duckdb.connect = steps.before(duckdb.connect)
    os.link = steps.before(os.link)
    Path.unlink = steps.before(Path.unlink)  # type: ignore[method-assign] # a stand-in
    Path.replace = steps.before(Path.replace)  # type: ignore[method-assign] # a stand-in
    FolderStore.create = steps.before(FolderStore.create)  # type: ignore[method-assign] # so is this
    os.chdir(folder)
    assert rebuild().exit_code == 0


def in_duckdb(template: Path, folder: Path) -> int:
    for number in count(1):
        copy = folder / str(number)
        shutil.copytree(template, copy / "data")
        child = os.fork()
        if child == 0:
            rebuild_and_die(copy, number)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            return number - 1
        assert os.WTERMSIG(status) == signal.SIGKILL
    raise AssertionError


def at_snowflake(port: str, words: str) -> None:
    execute = SnowflakeCursor.execute
    wanted = words.removeprefix("answer ")

    def dying(cursor: SnowflakeCursor, command: str, *values: Any, **options: Any) -> Any:  # noqa: ANN401 - as it is
        is_it = command.strip().lower().startswith(wanted)
        if is_it and wanted == words:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = execute(cursor, command, *values, **options)
        if is_it:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(SnowflakeCursor, "execute", dying)  # noqa: B010 - overloads, which it has none of
    environ = {
        "GREENPULSE_WAREHOUSE": "snowflake://greenpulse/ENERGY_PROJECT",
        "GREENPULSE_SNOWFLAKE_HOST": "127.0.0.1",
        "GREENPULSE_SNOWFLAKE_PORT": port,
    }
    sys.stderr.write(rebuild(environ=environ).output)


if __name__ == "__main__":
    if sys.argv[1].isdecimal():
        at_snowflake(*sys.argv[1:])
    else:
        sys.stdout.write(f"{in_duckdb(Path(sys.argv[1]), Path(sys.argv[2]))}\n")
