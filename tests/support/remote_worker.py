"""A ``support.faust_worker`` process, or one like it, as a test holds it."""

import asyncio
import json
import signal
import sys
from collections import deque
from contextlib import suppress
from pathlib import Path
from typing import Any

__all__ = ["RemoteWorker"]

_TESTS = Path(__file__).parents[1]
_PATIENCE_SECONDS = 120.0
"""On a busy machine."""

Report = dict[str, Any]


class RemoteWorker:
    """Starts the process, gives it commands, and takes its reports by their kind."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._waiting: deque[Report] = deque()

    @classmethod
    async def start(
        cls,
        address: str,
        name: str,
        folder: Path,
        *arguments: str,
        program: str = "support.faust_worker",
    ) -> "RemoteWorker":
        """Start a worker; it has its first partitions on return."""
        worker = await cls.launch(address, name, folder, *arguments, program=program)
        await worker.report("ready")
        return worker

    @classmethod
    async def launch(
        cls,
        address: str,
        name: str,
        folder: Path,
        *arguments: str,
        program: str = "support.faust_worker",
    ) -> "RemoteWorker":
        """Start a worker, and do not wait for what becomes of it."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            program,
            address,
            name,
            str(folder / "faust"),
            *arguments,
            cwd=_TESTS,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=64 * 1024 * 1024,
        )
        return cls(process)

    async def report(self, what: str) -> Report:
        """The next report of that kind; others wait for their turn."""
        for report in self._waiting:
            if report["report"] == what:
                self._waiting.remove(report)
                return report
        while True:
            report = await self._next_report()
            if report["report"] == what:
                return report
            self._waiting.append(report)

    async def do(self, command: str, **arguments: object) -> Any:  # noqa: ANN401 - JSON
        """Let the worker do something; returns its answer."""
        assert self._process.stdin is not None
        line = json.dumps({"do": command, **arguments}) + "\n"
        self._process.stdin.write(line.encode())
        await self._process.stdin.drain()
        return (await self.report("done"))["answer"]

    async def batches(self, records: int) -> list[Report]:
        """The next batches, until they hold so many records."""
        taken: list[Report] = []
        while sum(len(batch["records"]) for batch in taken) < records:
            taken.append(await self.report("batch"))
        return taken

    async def killed(self, what: str) -> list[Report]:
        """End it with SIGKILL; all reports of that kind that nobody took before."""
        await self.kill()
        return [report for report in self._waiting if report["report"] == what]

    def has_waiting(self, what: str) -> bool:
        """Whether a report of that kind came while another was waited for."""
        return any(report["report"] == what for report in self._waiting)

    async def kill(self) -> None:
        """End it with SIGKILL, if it runs."""
        if self._process.returncode is None:
            self._process.kill()
        await self._reap()

    async def stop(self) -> int:
        """End it with SIGTERM; returns its exit code."""
        self.terminate()
        return await self.end()

    def terminate(self) -> None:
        """Send SIGTERM, and do not wait."""
        self._process.send_signal(signal.SIGTERM)

    async def end(self, within_seconds: float = _PATIENCE_SECONDS) -> int:
        """Wait until it ends; returns its exit code."""
        async with asyncio.timeout(within_seconds):
            return await self._reap()

    async def _reap(self) -> int:
        """Wait for its end and for those of its pipes, which may outlive it by a moment.

        What is left open when a test's loop closes is a warning in some later test.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            # A kill may cut off the last one.
            if line.endswith(b"\n"):
                self._waiting.append(json.loads(line))
        code = await self._process.wait()
        self._process.stdin.close()
        with suppress(ConnectionError):
            await self._process.stdin.wait_closed()
        return code

    async def _next_report(self) -> Report:
        assert self._process.stdout is not None
        async with asyncio.timeout(_PATIENCE_SECONDS):
            line = await self._process.stdout.readline()
        assert line, "the worker ended: its own output tells why"
        report: Report = json.loads(line)
        return report
