"""Workers, and what a container engine does for them: whoever ends is started again."""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, Self

from prometheus_client.parser import text_string_to_metric_families
from support.worker_process import WorkerProcess

__all__ = ["Crew", "Exit", "Member"]

_RESTART_SECONDS = 1.0
_LOOK_SECONDS = 0.5
_STOPS_WITHIN_SECONDS = 60.0
_COUNTED = ("adoptions", "healed_commits", "store_failures", "rebalances", "loads")


@dataclass(frozen=True)
class Exit:
    """The end of a process."""

    cause: str
    """As in ``SIGTERM``; apart from those that were ended before they had shown a page."""
    code: int
    told_at: float
    """Monotonic seconds."""
    at: float

    def __str__(self) -> str:
        return f"{self.cause} {self.code}"


class Member:
    """One place of the crew: a worker, and whoever replaces it there.

    Attributes:
        partitions: Those that it archived when last looked at.
        exits: How it ended, each time.
        is_open: Whether it has shown its pages since it was started.
        counts: Its metrics when last looked at, over all its processes.
    """

    def __init__(self, name: str, worker: WorkerProcess) -> None:
        self.name = name
        self.worker = worker
        self.partitions: dict[int, dict[str, Any]] = {}
        self.exits: list[Exit] = []
        self.counts: Counter[str] = Counter()
        self.is_open = False
        self.is_frozen = False
        self._process: asyncio.subprocess.Process | None = None
        self._is_wanted = False
        self._sent = ""
        self._sent_at = 0.0
        self._running: asyncio.Task[None] | None = None
        self._counts_before: Counter[str] = Counter()

    @property
    def holds_records(self) -> bool:
        """Whether it had records in memory alone when last looked at."""
        return any(view["held_records"] for view in self.partitions.values())

    @property
    def is_up(self) -> bool:
        """Whether it works, as far as anybody saw: not frozen, and not told to end."""
        return bool(self.partitions) and not self.is_frozen and not self._sent

    def start(self) -> None:
        """Begin to run, and to be started again."""
        self._is_wanted = True
        self._running = asyncio.create_task(self._run())

    async def kill(self) -> None:
        """``kill -9``."""
        await self._end(signal.SIGKILL)

    async def terminate(self) -> int:
        """SIGTERM; the exit code. Fails where it takes more than a minute."""
        return await self._end(signal.SIGTERM)

    async def leave(self) -> int:
        """SIGTERM, and nobody takes its place; the exit code, 0 where it does not run."""
        self._is_wanted = False
        code = await self.terminate()
        if self._running is not None:
            await self._running
        return code

    async def dismiss(self) -> None:
        """End it whatever it does: for the end of a test."""
        self._is_wanted = False
        await self.kill()
        if self._running is not None:
            await self._running

    async def freeze(
        self, until: Callable[[], bool], *, for_seconds: float, within_seconds: float
    ) -> bool:
        """SIGSTOP until it is so and a bit longer, then SIGCONT; whether it was so in time."""
        process = self._process
        if process is None:
            return False
        self.is_frozen = True
        process.send_signal(signal.SIGSTOP)
        try:
            async with asyncio.timeout(within_seconds):
                while not until():
                    await asyncio.sleep(_LOOK_SECONDS)
            await asyncio.sleep(for_seconds)
        except TimeoutError:
            return False
        else:
            return True
        finally:
            self.thaw(process)

    def thaw(self, process: asyncio.subprocess.Process) -> None:
        self.is_frozen = False
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGCONT)

    async def look(self) -> None:
        """See what it archives and has counted."""
        process = self._process
        if process is None or self.is_frozen:
            return
        try:
            pipeline = await self.worker.json("/api/v1/pipeline")
            metrics = await self.worker.text("/metrics")
        except ValueError:
            self.partitions = {}
            return
        if process is self._process and not self.is_frozen:
            self.is_open = True
            opened = [p for p in pipeline["partitions"] if p["archived_offset"] is not None]
            self.partitions = {p["partition"]: p for p in opened}
            self.counts = self._counts_before + _counts_of(metrics)

    async def _run(self) -> None:
        while self._is_wanted:
            self._process = await self.worker.spawn()
            code = await self._process.wait()
            cause = self._sent or "unasked"
            cause += "" if self.is_open else " while it started"
            self.exits.append(Exit(cause, code, self._sent_at, monotonic()))
            self._sent, self._process, self.partitions, self.is_open = "", None, {}, False
            self._counts_before = +self.counts
            if self._is_wanted:
                await asyncio.sleep(_RESTART_SECONDS)

    async def _end(self, number: signal.Signals) -> int:
        process = self._process
        if process is None:
            return 0
        self._sent, self._sent_at = number.name, monotonic()
        process.send_signal(number)
        self.thaw(process)
        try:
            async with asyncio.timeout(_STOPS_WITHIN_SECONDS):
                return await process.wait()
        except TimeoutError:
            process.kill()
            message = f"{self.name} did not stop within a minute of {number.name}"
            raise AssertionError(message) from None


class Crew:
    """All members, looked at again and again while the context lasts."""

    def __init__(self, members: Iterable[Member]) -> None:
        self.members = list(members)

    async def __aenter__(self) -> Self:
        self._looking = asyncio.create_task(self._look())
        return self

    async def __aexit__(self, *_: object) -> None:
        for member in self.members:
            await member.dismiss()
        self._looking.cancel()
        with suppress(asyncio.CancelledError):
            await self._looking

    @property
    def up(self) -> list[Member]:
        return [member for member in self.members if member.is_up]

    @property
    def exits(self) -> list[Exit]:
        return [end for member in self.members for end in member.exits]

    @property
    def counts(self) -> Counter[str]:
        return sum((member.counts for member in self.members), Counter())

    def holds(self, partitions: Collection[int], *, beside: Member | None = None) -> bool:
        """Whether each of ``partitions`` is archived by somebody, ``beside`` not counted."""
        held = {number for m in self.up if m is not beside for number in m.partitions}
        return held.issuperset(partitions)

    def views(self) -> dict[int, dict[str, Any]]:
        """Each partition as the page of its worker showed it when last looked at."""
        return {n: view for member in self.up for n, view in member.partitions.items()}

    def has_reached(self, ends: Mapping[int, int]) -> bool:
        """Whether archive and warehouse have come to those ends (the next offsets)."""
        reached = {
            number: min(_offset(view["archived_offset"]), _offset(view["loaded_offset"]))
            for number, view in self.views().items()
        }
        return all(reached.get(number, -1) + 1 >= end for number, end in ends.items())

    async def _look(self) -> None:
        while True:
            await asyncio.gather(*(member.look() for member in self.members))
            await asyncio.sleep(_LOOK_SECONDS)


def _offset(value: int | None) -> int:
    return -1 if value is None else value


def _counts_of(metrics: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for family in text_string_to_metric_families(metrics):
        name = family.name.removeprefix("greenpulse_")
        if name in _COUNTED:
            for sample in family.samples:
                if sample.name.endswith("_total"):
                    counts[name] += int(sample.value)
    return counts
