"""``worker``: the whole way in one process; Faust's command, with our manners.

What is wrong with the surroundings is found out before the first service starts, and is
said in one sentence with exit code 2. A crash later is one sentence and exit code 1.
"""

import asyncio
import errno
import gc
import logging
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, NoReturn

import click
import faust
from faust.cli.base import cli
from faust.cli.worker import worker as FaustCommand  # noqa: N812 - Faust names its class so

from greenpulse import logs
from greenpulse.commands.budget import check_budget
from greenpulse.commands.running import CouldNotDo
from greenpulse.errors import GreenpulseError, PermanentError, SettingsError
from greenpulse.settings import Settings
from greenpulse.version import __version__
from greenpulse.watchdog import Watchdog

__all__ = ["Worker", "WorkerCommand", "check_port", "worker"]

log = logging.getLogger(__name__)

_CRASHED = 1
_STOPS_WITHIN_SECONDS = 50.0
"""The watchdog may look up to five seconds later; engines of containers are told 60."""
_COLLECT_AFTER = (50_000, 20, 100)
"""Allocations, and collections of the two younger generations, before each is collected."""


class Worker(faust.Worker):
    """Faust's worker, but for how it prepares, logs, fails and ends; main fills in the three."""

    settings: Settings
    prepare: Callable[[], Awaitable[None]]
    """Checks and creates what must be there before any service starts."""
    release: Callable[[], Awaitable[None]]
    """Frees connections once every service has stopped."""
    _is_ending = False

    def _setup_logging(self) -> None:
        logs.configure(
            level=self.settings.log_level,
            style=self.settings.log_format,
            is_terminal=sys.stderr.isatty(),
        )
        self.spinner = None

    async def on_startup_finished(self) -> None:
        """Say where to look, once everything runs."""
        await self.maybe_start_blockdetection()
        log.info("worker_started pages=%s", _page_address(self.app.conf))

    async def on_shutdown(self) -> None:
        """Let go of what the services shared."""
        await super().on_shutdown()
        await type(self).release()

    def execute_from_commandline(self) -> NoReturn:
        """Run until a signal or a crash; no traceback unless for debugging."""
        self._setup_logging()
        self.install_signal_handlers()
        failure = self._failure_of(self._run)
        self.on_worker_shutdown()
        self._end_in_time()
        failure = self._failure_of(self.stop_and_shutdown) or failure
        if failure is None:
            raise SystemExit(0)
        if isinstance(failure, CouldNotDo):
            raise failure
        if isinstance(failure, (SettingsError, PermanentError)):
            raise CouldNotDo(str(failure)) from failure
        sentence = str(failure) or type(failure).__name__
        log.critical("worker_crashed cause=%s: start it again", sentence, exc_info=failure)
        raise SystemExit(_CRASHED)

    async def _stop_on_signal(self, signal: signal.Signals) -> None:
        self._end_in_time()
        await super()._stop_on_signal(signal)

    def _end_in_time(self) -> None:
        """From now on a stop that takes too long is cut off; nothing durable is lost.

        Each wait for a part that is away has an end of its own
        (tests/kafka/test_stopping_without_kafka.py); this is for those that nobody knows.
        """
        if not self._is_ending:
            self._is_ending = True
            Watchdog(_STOPS_WITHIN_SECONDS, time.monotonic).start()

    def _run(self) -> None:
        self._starting_fut = asyncio.ensure_future(self._prepare_and_start(), loop=self.loop)
        self.loop.run_until_complete(self._starting_fut)

    async def _prepare_and_start(self) -> None:
        try:
            check_budget(self.settings)
            await type(self).prepare()
        except GreenpulseError as error:
            # What is not reached now is no crash: nothing has begun.
            raise CouldNotDo(str(error)) from error
        check_port(self.app.conf.web_bind, self.app.conf.web_port)
        _collect_seldom()
        await self.start()

    @staticmethod
    def _failure_of(step: Callable[[], None]) -> Exception | None:
        try:
            step()
        except asyncio.CancelledError:
            return None
        except Exception as error:  # noqa: BLE001 - whatever ended the worker is told in one line
            return error
        return None


class WorkerCommand(FaustCommand):
    """Faust's worker command without its banner."""

    # Else Faust would register it under its class's name, with its own error reports.
    abstract: ClassVar[bool] = True

    def banner(self, worker: Any) -> str:  # noqa: ANN401 - Faust's own signature
        """Say what this worker works on, and where to look."""
        settings = worker.settings
        ways = " -> ".join(
            str(part)
            for part in (settings.api_url, settings.broker, settings.lake, settings.warehouse)
        )
        return f"GreenPulse {__version__}: {ways}\nPages: {_page_address(worker.app.conf)}"


def _collect_seldom() -> None:
    """Let Python seldom look for cycles: records have none, and there are many of them.

    With its own thresholds that was 1.5 of the 5.2 s of CPU that 400,000 polls took, with
    these 0.1 s (benchmarks/kafka_to_s3.py).
    """
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def check_port(host: str, port: int) -> None:
    """See whether the pages' port is free.

    Raises:
        SettingsError: it is taken, or ``host`` is no address of this machine.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "another program uses this port" if taken else error.strerror or error
        message = (
            f"serving pages at {host}:{port}: {reason}; set GREENPULSE_WEB_PORT to a free port"
            " (or GREENPULSE_WEB_HOST to an address of this machine)"
        )
        raise SettingsError(message) from error


def _page_address(conf: Any) -> str:  # noqa: ANN401 - Faust's settings have no usable type
    return f"http://{conf.web_bind}:{conf.web_port}/"


@cli.command(name="worker", help="Start the whole way. Example: greenpulse worker")
@click.pass_context
def worker(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - click's options
    """Run Faust's worker command, but let our errors through to click."""
    WorkerCommand(context, **options)()


for _option in reversed(FaustCommand.options or []):
    _option(worker)
