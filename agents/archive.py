"""Polls become bronze files; what is durable is acknowledged, in offset order."""

import faust
from faust.types import TP, AppT
from mode import Service

from greenpulse.agents.archive_desk import ArchiveDesk
from greenpulse.agents.streams import Events, unacked
from greenpulse.broker.batch_consumer import batch_topic
from greenpulse.records import POLLS_TOPIC

__all__ = ["attach"]

_ROTATION_SECONDS = 0.25


def attach(app: faust.App, desk: ArchiveDesk) -> None:
    """Let ``desk`` archive the polls topic of ``app``."""
    polls = batch_topic(app, POLLS_TOPIC)

    @app.agent(polls, name="greenpulse.archive")
    async def archive(stream: Events) -> None:
        """Polls become bronze files."""
        async for event in unacked(stream):
            desk.take(stream, event)

    @app.on_partitions_assigned.connect(weak=False)
    async def assigned(_app: AppT, assigned: set[TP], **_: object) -> None:
        desk.begin(_polls(assigned))

    @app.on_partitions_revoked.connect(weak=False)
    async def revoked(_app: AppT, revoked: set[TP], **_: object) -> None:
        await desk.give_up(_polls(revoked))

    @app.on_before_shutdown.connect(weak=False)
    async def stopping(_app: AppT, **_: object) -> None:
        await desk.finish()

    @app.service
    class Rotation(Service):
        """Closes files whose window is over, and announces those that are written.

        No Faust timer: those stop before the last flush.
        """

        @Service.task
        async def rotate(self) -> None:
            while not self.should_stop:
                desk.rotate()
                await self.sleep(_ROTATION_SECONDS)

        @Service.task
        async def tell(self) -> None:
            await desk.tell()


def _polls(partitions: set[TP]) -> set[int]:
    return {tp.partition for tp in partitions if tp.topic == POLLS_TOPIC}
