"""``demo``: simulator and worker together, without any network."""

import asyncio
import os
import threading

import click

from greenpulse.clock import SystemClock
from greenpulse.commands.running import CouldNotDo
from greenpulse.commands.worker import worker
from greenpulse.errors import GreenpulseError
from greenpulse.grid.simulator import Simulator, serve

__all__ = ["demo"]

_HOST = "127.0.0.1"
_FOLDER = "data/simulated"
_EMBEDDED = {
    "GREENPULSE_DATA": _FOLDER,
    "GREENPULSE_BROKER": f"embedded://{_FOLDER}/log.sqlite",
    "GREENPULSE_LAKE": f"file://{_FOLDER}/lake",
    "GREENPULSE_WAREHOUSE": f"duckdb://{_FOLDER}/warehouse.duckdb",
}


@click.command()
@click.option("--seed", default=1, show_default=True, help="Another seed, another grid.")
@click.pass_context
def demo(context: click.Context, seed: int) -> None:
    """Run the whole way on a simulated grid, in real time, in data/simulated.

    Everything it shows is labelled as simulated, and nothing of it reaches a real lake.

    Example: greenpulse demo
    """
    simulator = _SimulatorThread(seed)
    simulator.start()
    address = f"http://{_HOST}:{simulator.port()}"
    os.environ.update(_EMBEDDED, GREENPULSE_API_URL=address)  # noqa: TID251 - before they are read
    context.invoke(worker)


class _SimulatorThread(threading.Thread):
    """The simulator in a loop of its own, so that its big answers hold up no page."""

    def __init__(self, seed: int) -> None:
        super().__init__(name="simulator", daemon=True)
        self._simulator = Simulator.from_seed(seed, SystemClock())
        self._is_settled = threading.Event()
        self._port = 0
        self._failure: GreenpulseError | None = None

    def run(self) -> None:
        """Serve until the process ends."""
        asyncio.run(self._serve())

    def port(self) -> int:
        """Port that it listens on, chosen by the system.

        Raises:
            CouldNotDo: there is none.
        """
        self._is_settled.wait()
        if self._failure is not None:
            raise CouldNotDo(str(self._failure)) from self._failure
        return self._port

    async def _serve(self) -> None:
        try:
            async with serve(self._simulator, _HOST, 0) as self._port:
                self._is_settled.set()
                await asyncio.Event().wait()
        except GreenpulseError as error:
            self._failure = error
            self._is_settled.set()
