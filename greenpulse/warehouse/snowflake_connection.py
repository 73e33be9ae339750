"""Connections to Snowflake: one for each piece of work, in a thread of its own."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any, TypeVar
from uuid import UUID

import snowflake.connector
from snowflake.connector import ProgrammingError, SnowflakeConnection
from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_delay,
    wait_random_exponential,
)

from greenpulse.clock import Clock
from greenpulse.errors import GreenpulseError, WarehouseUnavailable
from greenpulse.warehouse.snowflake_account import SnowflakeAccount
from greenpulse.warehouse.snowflake_errors import as_ours, is_conflict

__all__ = ["SnowflakeSessions"]

T = TypeVar("T")

# What it has to say, we say in one sentence of ours.
logging.getLogger("snowflake.connector").setLevel(logging.CRITICAL)

# A loader that dies in its transaction keeps the lease until Snowflake ends a transaction
# that is idle and in the way, after five minutes; who waits, waits for longer than that.
_LOCK_SECONDS = 600
_STATEMENT_SECONDS = 900

_FIRST_WAIT_SECONDS = 0.1
_LONGEST_WAIT_SECONDS = 2.0
_CLOSE_SECONDS = 10.0


class _Conflict(WarehouseUnavailable):
    """Another transaction was in the way."""


class _Connection(SnowflakeConnection):
    """A connection whose timers print no traceback."""

    def _cancel_query(self, sql: str, request_id: UUID) -> dict[str, bool | None]:
        """Cancel what had no answer in time; a timer does it, whose errors nobody catches."""
        try:
            return super()._cancel_query(sql, request_id)
        except snowflake.connector.Error:
            return {"success": False}


class SnowflakeSessions:
    """Opens a session for each piece of work, and closes it again.

    Args:
        account: Where, and as whom.
        clock: For the waits between two tries.
        busy_seconds: How long to try where other transactions are in the way.
    """

    def __init__(self, account: SnowflakeAccount, clock: Clock, *, busy_seconds: float) -> None:
        self.account = account
        self._clock = clock
        self._busy_seconds = busy_seconds
        self._threads: set[threading.Thread] = set()

    async def run(self, work: Callable[[SnowflakeConnection], T], action: str, tag: str) -> T:
        """Run ``work`` in a session; all of it again after a lost race.

        Args:
            work: Gets the connection; what it leaves uncommitted is rolled back.
            action: In gerund form, for messages.
            tag: Names the work in Snowflake's own history of queries.

        Raises:
            WarehouseUnavailable: no answer, or others in the way for too long.
            SettingsError: somebody has to do something first; the message says what.
        """
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(_Conflict),
            stop=stop_after_delay(self._busy_seconds),
            wait=wait_random_exponential(_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS),
            sleep=self._clock.sleep,
            reraise=True,
        )
        return await retrying(self._in_thread, work, action, tag)

    async def close(self) -> None:
        """Wait for the work under way, but not for ever."""
        for thread in list(self._threads):
            await asyncio.to_thread(thread.join, _CLOSE_SECONDS)

    async def _in_thread(
        self, work: Callable[[SnowflakeConnection], T], action: str, tag: str
    ) -> T:
        """Run ``work``; who gives up waiting for it has its session ended.

        A thread that nobody waits for at the end of the process: a connection that hangs
        must not hold up a worker that stops.
        """
        future: Future[T] = Future()
        opened: list[SnowflakeConnection] = []

        def run() -> None:
            try:
                future.set_result(self._run(work, action, tag, opened))
            except BaseException as error:  # noqa: BLE001 - whoever waits gets it
                future.set_exception(error)
            self._threads.discard(thread)

        thread = threading.Thread(target=run, name="warehouse", daemon=True)
        self._threads.add(thread)
        thread.start()
        try:
            return await asyncio.shield(asyncio.wrap_future(future))
        except asyncio.CancelledError:
            threading.Thread(target=_end, args=(opened,), daemon=True).start()
            raise

    def _run(
        self,
        work: Callable[[SnowflakeConnection], T],
        action: str,
        tag: str,
        opened: list[SnowflakeConnection],
    ) -> T:
        arguments = self.account.arguments()
        with self._translated(action):
            connection = _Connection(**arguments, **_behaviour(tag))
            opened.append(connection)
            try:
                return work(connection)
            except (ProgrammingError, GreenpulseError):
                # What others wait for is free at once, not only when the session ends.
                with contextlib.suppress(snowflake.connector.Error):
                    connection.cursor().execute("ROLLBACK")
                raise
            finally:
                with contextlib.suppress(snowflake.connector.Error):
                    connection.close(retry=False)

    @contextlib.contextmanager
    def _translated(self, action: str) -> Iterator[None]:
        try:
            yield
        except snowflake.connector.Error as error:
            ours = as_ours(error, self.account, action)
            if is_conflict(error):
                raise _Conflict(str(ours)) from error
            raise ours from error


def _behaviour(tag: str) -> dict[str, Any]:
    return {
        "application": "greenpulse",
        "autocommit": True,
        "client_session_keep_alive": False,
        # It would ask the addresses at which clouds describe their machines.
        "platform_detection_timeout_seconds": 0.0,
        "session_parameters": {
            "QUERY_TAG": tag,
            "TIMEZONE": "UTC",
            "LOCK_TIMEOUT": _LOCK_SECONDS,
            "STATEMENT_TIMEOUT_IN_SECONDS": _STATEMENT_SECONDS,
            "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS": _STATEMENT_SECONDS,
            "ABORT_DETACHED_QUERY": True,
            "CLIENT_TELEMETRY_ENABLED": False,
        },
    }


def _end(opened: list[SnowflakeConnection]) -> None:
    """End the session: what runs in it is rolled back."""
    for connection in opened:
        with contextlib.suppress(Exception):
            connection.close(retry=False)
