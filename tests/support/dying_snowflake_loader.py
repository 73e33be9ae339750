"""Loads a batch into Snowflake's stand-in, and dies on the way, as by kill -9.

``python -m support.dying_snowflake_loader PORT START_OFFSET WORDS``: the process ends before
the first statement that begins with ``WORDS``; after COMMIT, where they are ``answer``.
"""

import asyncio
import os
import signal
import sys
from typing import Any

from snowflake.connector.cursor import SnowflakeCursor
from support.snowflakes import stand_in_account
from support.staging import batch

from greenpulse.warehouse.snowflake import SnowflakeWarehouse

_execute = SnowflakeCursor.execute


def dying_at(words: str) -> Any:  # noqa: ANN401 - stands in place of a method
    def execute(cursor: SnowflakeCursor, command: str, *values: Any, **options: Any) -> Any:  # noqa: ANN401 - as it is
        if command.lower().startswith(words.lower()):
            os.kill(os.getpid(), signal.SIGKILL)
        answer = _execute(cursor, command, *values, **options)
        if words == "answer" and command == "COMMIT":
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    return execute


if __name__ == "__main__":
    port, start_offset, words = sys.argv[1:]
    SnowflakeCursor.execute = dying_at(words)  # type: ignore[method-assign] # that is the point
    warehouse = SnowflakeWarehouse(stand_in_account(int(port)))
    asyncio.run(warehouse.load(batch(int(start_offset))))
