"""The leader asks the API; each poll is sent to the log before anything else sees it."""

import asyncio
import contextlib

import faust
from faust.types import AppT
from mode import Service

from greenpulse.agents.poll_report import PollReport
from greenpulse.agents.streams import send, tell
from greenpulse.grid.client import Client
from greenpulse.grid.poller import Poller
from greenpulse.grid.readings import latest_of
from greenpulse.records import LATEST_TOPIC, POLLS_TOPIC, Latest, Poll, partition_of_family

__all__ = ["Sender", "attach"]

_LOOK_SECONDS = 0.5
_MOST_WAITED_SECONDS = 5.0


class Sender:
    """Sends polls, and what they say, to the topics of one app."""

    def __init__(self, app: faust.App, *, partitions: int) -> None:
        self._polls = app.topic(POLLS_TOPIC, value_type=Poll)
        self._latest = app.topic(LATEST_TOPIC, value_type=Latest)
        self._partitions = partitions

    async def emit(self, poll: Poll) -> None:
        """Send ``poll`` and return once the log has acknowledged it.

        Raises:
            BrokerUnavailable: it did not; send again.
            PermanentError: it never will.
        """
        partition = partition_of_family(poll.family, self._partitions)
        await send(self._polls, poll.family, poll, partition)
        latest = latest_of(poll)
        if latest is not None:
            # The poll itself is in the log: to send it again would double it.
            await tell(self._latest, poll.family, latest, partition)


def attach(
    app: faust.App,
    poller: Poller,
    client: Client,
    report: PollReport,
    ticks_known: asyncio.Event,
) -> None:
    """Poll while this worker is the leader; what is under way at the end is recorded.

    ``ticks_known`` is set once the newest ticks of other leaders are known; it is awaited
    for a few seconds only, since one tick twice is better than none.
    """

    @app.service
    class Polling(Service):
        """Runs after recovery, like a Faust timer, but on the clock's own grid."""

        @Service.task
        async def run(self) -> None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_MOST_WAITED_SECONDS):
                    await ticks_known.wait()
            await poller.run(app.is_leader)

        @Service.task
        async def tell(self) -> None:
            while not self.should_stop:
                report.watch(poller.trouble, is_leader=app.is_leader())
                await self.sleep(_LOOK_SECONDS)

    @app.on_before_shutdown.connect(weak=False)
    async def stopping(_app: AppT, **_: object) -> None:
        await poller.stop()
        await client.close()
