"""``simulate``: the simulator's HTTP server alone."""

import asyncio
import signal
import textwrap
from datetime import UTC, datetime

import click

from greenpulse.clock import Clock, SystemClock
from greenpulse.commands.running import CouldNotDo, run_to_end
from greenpulse.grid.simulated.accelerated_clock import AcceleratedClock
from greenpulse.grid.simulated.faults import FAULT_SUMMARIES, Fault, read_faults
from greenpulse.grid.simulator import Simulator, serve

__all__ = ["simulate"]


class _FaultList(click.ParamType):
    name = "LIST"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> frozenset[Fault]:
        """Read the list."""
        del param, ctx
        try:
            return read_faults(str(value))
        except ValueError as error:
            message = f"--faults {value}: {error}"
            raise CouldNotDo(message) from error


class _Moment(click.ParamType):
    name = "MOMENT"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read an ISO 8601 moment; without an offset it is UTC."""
        del param, ctx
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError as error:
            message = f"--start {value}: want a moment, such as 2026-01-31T12:00Z"
            raise CouldNotDo(message) from error
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _fault_table() -> str:
    rows = [
        textwrap.fill(
            summary,
            width=78,
            initial_indent=f"  {fault:<8} ",
            subsequent_indent=" " * 11,
        )
        for fault, summary in FAULT_SUMMARIES.items()
    ]
    return "\n".join(["\b", "Faults, decided by the seed:", *rows])


@click.command(epilog=_fault_table())
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen on; 0.0.0.0 answers everybody, as in a container.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=6067,
    show_default=True,
    help="0: a free one, which is printed.",
)
@click.option(
    "--seed", type=int, default=1, show_default=True, help="The same seed gives the same grid."
)
@click.option(
    "--faults",
    type=_FaultList(),
    default="none",
    show_default=True,
    help="none, all, or some of those below, with commas between.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    default=1,
    show_default=True,
    help="How many seconds pass for each second of yours.",
)
@click.option("--start", type=_Moment(), help="When it begins; else now.")
def simulate(  # noqa: PLR0913 - one argument an option
    *,
    host: str,
    port: int,
    seed: int,
    faults: frozenset[Fault],
    speed: float,
    start: datetime | None,
) -> None:
    """Answer as the Carbon Intensity API does, from an invented but plausible grid.

    Every answer is marked as simulated, and a lake that took real answers refuses it. End
    it with Ctrl-C.

    Example: greenpulse simulate --speed 60 --faults errors,outage
    """
    clock: Clock = SystemClock()
    if start is not None or speed != 1:
        clock = AcceleratedClock(clock, start_at=start, speed=speed)
    run_to_end(_serve_until_signal(Simulator.from_seed(seed, clock, faults), host, port))


async def _serve_until_signal(simulator: Simulator, host: str, port: int) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with serve(simulator, host, port) as bound_port:
        address = f"http://{host}:{bound_port}"
        click.echo(f"The simulated API answers on {address}; point GREENPULSE_API_URL there.")
        await stop.wait()
