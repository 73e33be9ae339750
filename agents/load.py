"""Bronze files become rows; ``greenpulse.files`` only wakes the loader, the chain decides."""

import faust
from faust.types import TP, AppT
from mode import Service

from greenpulse.agents.load_desk import LoadDesk
from greenpulse.agents.streams import Events, acknowledge, raw_topic, tell, unacked
from greenpulse.records import FILES_TOPIC, LOADS_TOPIC, WarehouseLoad

__all__ = ["attach"]


def attach(app: faust.App, desk: LoadDesk) -> None:
    """Let ``desk`` load what the files topic of ``app`` tells of."""
    files = raw_topic(app, FILES_TOPIC)
    loads = app.topic(LOADS_TOPIC, value_type=WarehouseLoad)

    @app.agent(files, name="greenpulse.load")
    async def load(stream: Events) -> None:
        """Bronze files wake the loader."""
        async for event in unacked(stream):
            desk.wake()
            await acknowledge(stream, event)

    @app.on_partitions_assigned.connect(weak=False)
    async def assigned(_app: AppT, assigned: set[TP], **_: object) -> None:
        desk.begin({tp.partition for tp in assigned if tp.topic == FILES_TOPIC})

    @app.on_partitions_revoked.connect(weak=False)
    async def revoked(_app: AppT, revoked: set[TP], **_: object) -> None:
        desk.give_up({tp.partition for tp in revoked if tp.topic == FILES_TOPIC})

    @app.service
    class Loading(Service):
        """Loads in the background, so that a slow warehouse stops nothing else."""

        @Service.task
        async def run(self) -> None:
            await desk.run()

        @Service.task
        async def announce(self) -> None:
            while not self.should_stop:
                load = await desk.news.get()
                await tell(loads, str(load.partition), load, load.partition)

        async def on_stop(self) -> None:
            desk.stop()
