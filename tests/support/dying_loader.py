"""Loads a batch into copies of a warehouse, each time killed one statement later.

``python -m support.dying_loader TEMPLATE FOLDER``: the process that loads into
``FOLDER/<n>.duckdb`` dies, as by kill -9, before statement ``n`` since BEGIN, where COMMIT
and the closing of the file count, too. Ends with the first one that lives; prints how many
died.
"""

import asyncio
import os
import shutil
import signal
import sys
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
from support.staging import batch

from greenpulse.warehouse.duckdb import DuckDBWarehouse

_connect = duckdb.connect


class DiesBeforeStatement:
    """A connection whose process ends at a given statement of its transaction."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, number: int) -> None:
        self._connection = connection
        self._left: int | None = None
        self._number = number

    def begin(self) -> None:
        self._left = self._number
        self._connection.begin()

    def execute(self, *arguments: Any) -> duckdb.DuckDBPyConnection:  # noqa: ANN401 - as it is
        self._count_down()
        return self._connection.execute(*arguments)

    def commit(self) -> None:
        self._count_down()
        self._connection.commit()

    def close(self) -> None:
        self._count_down()
        self._connection.close()

    def _count_down(self) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


def load_and_die(path: Path, number: int) -> None:
    duckdb.connect = lambda *arguments, **options: DiesBeforeStatement(  # type: ignore[assignment] # a stand-in
        _connect(*arguments, **options), number
    )
    asyncio.run(DuckDBWarehouse(path).load(batch(start_offset=5)))


def main(template: Path, folder: Path) -> int:
    for number in count(1):
        path = folder / f"{number}.duckdb"
        shutil.copy(template, path)
        child = os.fork()
        if child == 0:
            load_and_die(path, number)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            return number - 1
        assert os.WTERMSIG(status) == signal.SIGKILL
    raise AssertionError


if __name__ == "__main__":
    sys.stdout.write(f"{main(Path(sys.argv[1]), Path(sys.argv[2]))}\n")
