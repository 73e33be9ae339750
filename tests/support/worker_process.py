"""A real worker in a process of its own, as a user starts it, on files of the test."""

import asyncio
import json
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support.services.ports import free_port

__all__ = ["WorkerProcess"]

# On a busy machine; none of them is a promise.
_STARTS_WITHIN_SECONDS = 180.0
_STOPS_WITHIN_SECONDS = 60.0
_LOADS_WITHIN_SECONDS = 180.0
_ANSWERS_WITHIN_SECONDS = 30.0


class WorkerProcess:
    """``greenpulse worker`` in ``folder``; the same folder again is the same pipeline."""

    def __init__(
        self, folder: Path, api_url: str, *, port: int | None = None, **settings: object
    ) -> None:
        self.folder = folder
        self.port = port or free_port()
        self._environment = {
            **_without_settings(os.environ),  # noqa: TID251 - PATH and the like of the tests
            "GREENPULSE_API_URL": api_url,
            "GREENPULSE_WEB_PORT": str(self.port),
            "GREENPULSE_LOG_FORMAT": "json",
            **{f"GREENPULSE_{name}": str(value) for name, value in settings.items()},
        }
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """Of the process that was started last."""
        assert self._process is not None
        return self._process.pid

    async def start(self, *, until: str = "/health/ready") -> None:
        """Start and wait until the page ``until`` answers 200."""
        process = await self.spawn()
        async with asyncio.timeout(_STARTS_WITHIN_SECONDS):
            while await self.status(until) != 200:
                if process.returncode is not None:
                    message = f"the worker ended with {process.returncode}: {self.log()}"
                    raise AssertionError(message)
                await asyncio.sleep(0.1)

    async def spawn(self) -> asyncio.subprocess.Process:
        """Start and wait for nothing."""
        with (self.folder / "worker.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "greenpulse", "worker"),
                cwd=self.folder,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        return self._process

    async def has_loaded(self) -> None:
        """Wait until every record that is in a file is in a row, too."""
        async with asyncio.timeout(_LOADS_WITHIN_SECONDS):
            while not _is_loaded((await self.json("/api/v1/pipeline"))["partitions"]):
                await asyncio.sleep(0.1)

    async def holds_records(self) -> None:
        """Wait until some records have come as far as the archive's memory, or a file."""
        async with asyncio.timeout(_LOADS_WITHIN_SECONDS):
            while not _are_held((await self.json("/api/v1/pipeline"))["partitions"]):
                await asyncio.sleep(0.05)

    def send(self, number: signal.Signals) -> None:
        """Send a signal that does not end it, such as SIGSTOP."""
        assert self._process is not None
        self._process.send_signal(number)

    async def kill(self) -> None:
        """``kill -9``."""
        await self.end(signal.SIGKILL)

    async def terminate(self) -> int:
        """SIGTERM; the exit code."""
        return await self.end(signal.SIGTERM)

    async def status(self, path: str) -> int:
        return (await asyncio.to_thread(self._get, path))[0]

    async def json(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(await self.text(path))
        return found

    async def text(self, path: str) -> str:
        return (await asyncio.to_thread(self._get, path))[1].decode()

    def log(self) -> str:
        return (self.folder / "worker.log").read_text()

    async def command(self, *arguments: str, **settings: object) -> tuple[int, str, str]:
        """Run another command of GreenPulse in the same place: exit code, stdout, stderr."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "greenpulse", *arguments),
            cwd=self.folder,
            env=self._environment | {name: str(value) for name, value in settings.items()},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        stdout, stderr = await process.communicate()
        return process.returncode or 0, stdout.decode(), stderr.decode()

    async def end(
        self, number: signal.Signals, *, within_seconds: float = _STOPS_WITHIN_SECONDS
    ) -> int:
        """Send a signal and wait; the exit code."""
        if self._process is None or self._process.returncode is not None:
            return 0 if self._process is None else self._process.returncode or 0
        self._process.send_signal(number)
        async with asyncio.timeout(within_seconds):
            return await self._process.wait()

    def _get(self, path: str) -> tuple[int, bytes]:
        try:
            address = f"http://127.0.0.1:{self.port}{path}"
            with urllib.request.urlopen(address, timeout=_ANSWERS_WITHIN_SECONDS) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""


def _is_loaded(partitions: list[dict[str, Any]]) -> bool:
    ends = [(lane["archived_offset"], lane["loaded_offset"]) for lane in partitions]
    return bool(ends) and all(archived == loaded not in {None, -1} for archived, loaded in ends)


def _are_held(partitions: list[dict[str, Any]]) -> bool:
    return any(
        lane["held_records"] or lane["archived_offset"] not in {None, -1} for lane in partitions
    )


def _without_settings(environment: Mapping[str, str]) -> dict[str, str]:
    return {k: v for k, v in environment.items() if not k.startswith("GREENPULSE_")}
