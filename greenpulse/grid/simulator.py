"""The simulator: an HTTP server that answers as the Carbon Intensity API does.

Every answer carries the header that marks it as simulated.
"""

import asyncio
import os
import socket
import struct
import uuid
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress
from email.utils import format_datetime

from aiohttp import web

from greenpulse.clock import Clock
from greenpulse.errors import SettingsError
from greenpulse.grid.readings import SIMULATED_HEADER
from greenpulse.grid.simulated import layout
from greenpulse.grid.simulated.answers import Answers, SimulatedAnswer
from greenpulse.grid.simulated.faults import Fault, FaultPlan, Mischief, manners_with
from greenpulse.grid.simulated.grid import SimulatedGrid
from greenpulse.grid.simulated.noise import Noise
from greenpulse.grid.simulated.spoiling import spoil

__all__ = ["Simulator", "serve"]

_SLOW_SECONDS = 5.0
_SILENT_SECONDS = 600.0
_GATE_SECONDS = 1.0
_STOP_SECONDS = 0.5
_ONLY_GET = SimulatedAnswer(405, layout.error("405 Method Not Allowed", "Please use GET").encode())
# Linger on, for no time at all: closing the socket then sends RST instead of FIN.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Simulator:
    """A simulated API on one clock; the same seed, clock and requests give the same answers."""

    def __init__(
        self,
        grid: SimulatedGrid,
        clock: Clock,
        *,
        seed: int = 1,
        faults: Collection[Fault] = (),
    ) -> None:
        self.clock = clock
        self._answers = Answers(grid)
        self._plan = FaultPlan(seed, faults)
        self._request_ids = Noise(seed, "request ids")
        self._requests = 0

    @classmethod
    def from_seed(cls, seed: int, clock: Clock, faults: Collection[Fault] = ()) -> "Simulator":
        """The simulator whose grid and faults follow from ``seed``."""
        grid = SimulatedGrid(seed, manners_with(faults))
        return cls(grid, clock, seed=seed, faults=faults)

    @property
    def is_refusing(self) -> bool:
        """Whether connections are refused now."""
        return self._plan.outage_at(self.clock.now()) is Mischief.REFUSED

    def application(self) -> web.Application:
        """The application that answers every path."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        return application

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self._requests += 1
        number = self._requests
        mischief = self._plan.mischief(number, self.clock.now())
        match mischief:
            case Mischief.RESET | Mischief.REFUSED:
                return _reset(request)
            case Mischief.SLOW:
                await self.clock.sleep(_SLOW_SECONDS)
            case Mischief.SILENT:
                await self.clock.sleep(_SILENT_SECONDS)
                return _reset(request)
        now = self.clock.now()
        answer = _ONLY_GET
        if request.method == "GET":
            answer = self._answers.at(request.path, now)
        headers = {
            "access-control-allow-origin": "*",
            "content-type": "application/json",
            "date": format_datetime(now, usegmt=True),
            "x-amzn-requestid": self._request_id(number),
            SIMULATED_HEADER: "true",
        }
        if mischief is Mischief.CUT_OFF:
            return await _cut_off(request, answer, headers)
        if mischief is not None:
            answer = spoil(answer, mischief)
        return web.Response(status=answer.status, body=answer.body, headers=headers)

    def _request_id(self, number: int) -> str:
        bits = self._request_ids.bits(number, 0) << 64 | self._request_ids.bits(number, 1)
        return str(uuid.UUID(int=bits, version=4))


@asynccontextmanager
async def serve(simulator: Simulator, host: str, port: int) -> AsyncIterator[int]:
    """Run ``simulator`` while the context lasts; gives the port, chosen where ``port`` is 0.

    Raises:
        SettingsError: the port is taken, or the host is none of this machine.
    """
    runner = web.AppRunner(
        simulator.application(),
        access_log=None,
        handler_cancellation=True,
        shutdown_timeout=_STOP_SECONDS,
    )
    await runner.setup()
    try:
        site = await _listen(runner, host, port)
        bound_port: int = runner.addresses[0][1]
        gate = asyncio.create_task(_keep_gate(simulator, runner, site, host, bound_port))
        try:
            yield bound_port
        finally:
            gate.cancel()
            with suppress(asyncio.CancelledError):
                await gate
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, host: str, port: int) -> web.TCPSite:
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError as error:
        message = (
            f"listening on {host}:{port}: {os.strerror(error.errno or 0)}; "
            "choose another port with --port, or stop what uses it"
        )
        raise SettingsError(message) from error
    return site


async def _keep_gate(
    simulator: Simulator, runner: web.AppRunner, site: web.TCPSite, host: str, port: int
) -> None:
    """Stop listening while connections are to be refused, so that they truly are."""
    is_open = True
    while True:
        await simulator.clock.sleep(_GATE_SECONDS)
        if simulator.is_refusing and is_open:
            await site.stop()
            is_open = False
        elif not simulator.is_refusing and not is_open:
            with suppress(SettingsError):  # tried again in a second
                site = await _listen(runner, host, port)
                is_open = True


def _reset(request: web.Request) -> web.Response:
    transport = request.transport
    if transport is not None:
        connection: socket.socket = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()
    return web.Response()


async def _cut_off(
    request: web.Request, answer: SimulatedAnswer, headers: dict[str, str]
) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers=headers)
    response.content_length = len(answer.body)
    await response.prepare(request)
    await response.write(answer.body[: len(answer.body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response
