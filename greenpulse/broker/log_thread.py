"""One thread of this process for all that uses one embedded log."""

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import ClassVar, Concatenate, ParamSpec, TypeVar

from greenpulse.broker.log_file import Append, LogFile

__all__ = ["LogThread", "Watch"]

P = ParamSpec("P")
T = TypeVar("T")


class Watch:
    """Wakes a task when something was appended, in this process or another."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Wake the task; from any thread."""
        try:
            self._loop.call_soon_threadsafe(self._woken.set)
        except RuntimeError:
            # The loop is closed: nobody waits any more.
            return

    async def wait(self, timeout_seconds: float) -> bool:
        """Whether something was appended since the last wait, or is within the time."""
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._woken.wait()
        except TimeoutError:
            return False
        self._woken.clear()
        return True


class LogThread:
    """The thread, the file that it alone touches, and the appends that wait for it.

    All that waits when the thread is free becomes durable with one fsync.
    """

    _shared: ClassVar[dict[Path, "LogThread"]] = {}
    _sharing: ClassVar[Lock] = Lock()

    def __init__(self, path: Path) -> None:
        self._real_path = Path(os.path.realpath(path))
        self.users = 0
        """How many asked for it and have not left."""
        self._file = LogFile(path)
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="embedded-log")
        self._waiting: list[tuple[Append, Future[list[int]]]] = []
        self._waiting_lock = Lock()
        self._watches: set[Watch] = set()

    @classmethod
    def of(cls, path: Path) -> "LogThread":
        """The thread for the log at ``path``; ``leave`` it as often as it was asked for."""
        new = cls(path)
        with cls._sharing:
            thread = cls._shared.setdefault(new._real_path, new)
            thread.users += 1
        return thread

    async def leave(self) -> None:
        """Close the file when the last user has left."""
        with self._sharing:
            self.users -= 1
            if self.users > 0:
                return
            del self._shared[self._real_path]
        await self.call(LogFile.close)
        self._executor.shutdown(wait=False)

    async def call(
        self, method: Callable[Concatenate[LogFile, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a method of the file in the thread."""
        return await asyncio.wrap_future(self._executor.submit(method, self._file, *args, **kwargs))

    async def append(self, append: Append) -> list[int]:
        """Offsets of the messages, once they are durable."""
        future: Future[list[int]] = Future()
        with self._waiting_lock:
            self._waiting.append((append, future))
            is_first = len(self._waiting) == 1
        if is_first:
            self._executor.submit(self._append_waiting)
        return await asyncio.wrap_future(future)

    def watch(self) -> Watch:
        """Be woken by appends until ``unwatch``."""
        watch = Watch()
        self._watches.add(watch)
        return watch

    def unwatch(self, watch: Watch) -> None:
        """Be woken no longer."""
        self._watches.discard(watch)

    async def look_for_changes(self) -> None:
        """Wake all watches where another process has written."""
        if await self.call(LogFile.has_changed):
            self._wake_all()

    def _append_waiting(self) -> None:
        with self._waiting_lock:
            waiting, self._waiting = self._waiting, []
        outcomes: Sequence[list[int] | Exception]
        try:
            outcomes = self._file.append([append for append, _ in waiting])
        except Exception as error:  # noqa: BLE001 - those who wait must hear of it
            outcomes = [error for _ in waiting]
        self._wake_all()
        for (_, future), outcome in zip(waiting, outcomes, strict=True):
            if not future.set_running_or_notify_cancel():
                continue
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)

    def _wake_all(self) -> None:
        for watch in tuple(self._watches):
            watch.wake()
