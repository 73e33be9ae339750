"""A poller at work against a local server, its clock in the hand of the test."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from support.manual_clock import ManualClock
from support.taken_polls import TakenPolls

from greenpulse.grid.client import Client
from greenpulse.grid.poller import Poller
from greenpulse.grid.schedule import build_schedule, newest_tick

__all__ = ["nothing_but_heartbeats", "polling"]


@asynccontextmanager
async def polling(
    address: str,
    clock: ManualClock,
    polls: TakenPolls,
    *,
    is_leader: Callable[[], bool] = lambda: True,
    heartbeat_seconds: float = 10,
    **options: Any,  # noqa: ANN401 - of Poller
) -> AsyncIterator[Poller]:
    """Let a poller run; it is stopped at the end, its drain cut short where need be."""

    async def admit_all(_is_simulated: bool) -> None:  # noqa: FBT001 - the poller's contract
        pass

    client = Client(address, clock)
    arguments: dict[str, Any] = {"worker": "worker-1", "source_guard": admit_all} | options
    poller = Poller(client, build_schedule(heartbeat_seconds), clock, polls.emit, **arguments)
    running = asyncio.create_task(poller.run(is_leader))
    try:
        yield poller
    finally:
        stopping = asyncio.create_task(poller.stop())
        while not stopping.done():
            await clock.advance(1)
        await running
        await client.close()


def nothing_but_heartbeats(clock: ManualClock) -> Callable[[str], datetime | None]:
    """Say of all series but the heartbeat that their newest tick is made already."""
    series_by_name = {series.name: series for series in build_schedule(10)}

    def newest_known(name: str) -> datetime | None:
        series = series_by_name[name]
        return None if series.is_heartbeat else newest_tick(series, clock.now())

    return newest_known
