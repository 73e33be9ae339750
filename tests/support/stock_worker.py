"""A program: Faust as it comes, with an agent such as people write.

It takes no part of GreenPulse: what it shows, Faust does. It reads commands from stdin and
writes reports to stdout, one JSON object a line, like ``support.faust_worker``. Its
arguments: Kafka's address, a name for the group and its topics, a folder, the agent's name,
and JSON of settings of Faust that differ from its defaults.
"""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import faust
from faust.types import EventT, StreamT

__all__: list[str] = []

TIMER_SECONDS = 0.3
REPORTS = sys.stdout
# Faust writes to the console, too: not among the reports.
sys.stdout = sys.stderr


class Stock:
    """The app, its agents to choose from, and what can be done with it from outside."""

    def __init__(self, address: str, name: str, folder: str, agent: str, settings: str) -> None:
        self.app = faust.App(
            name,
            broker=address,
            datadir=Path(folder),
            store="memory://",
            broker_heartbeat_interval=1.0,
            broker_session_timeout=6.0,
            topic_disable_leader=True,
            topic_partitions=1,
            web_enabled=False,
            worker_redirect_stdouts=False,
            **json.loads(settings),
        )
        serializer = "json" if agent == "keeps_json" else "raw"
        self.events = self.app.topic(f"{name}.events", value_serializer=serializer)
        self.out = self.app.topic(f"{name}.out", value_serializer="raw")
        self.kept: dict[int, tuple[StreamT[Any], EventT[Any]]] = {}
        self.app.agent(self.events, name=agent)(getattr(self, agent.replace("_json", "")))
        self.timer_does = ""
        self.app.timer(TIMER_SECONDS)(self.tick)
        self.app.task(self.obey)
        self.app.on_before_shutdown.connect(self.on_before_shutdown)

    async def lets_faust_acknowledge(self, stream: StreamT[Any]) -> None:
        async for event in stream.events():
            await work_on(event)

    async def acknowledges_itself(self, stream: Any) -> None:  # noqa: ANN401 - noack() is no StreamT's
        async for event in stream.noack().events():
            await work_on(event)
            await stream.ack(event)

    async def keeps(self, stream: Any) -> None:  # noqa: ANN401 - noack() is no StreamT's
        async for event in stream.noack().events():
            self.kept[event.message.offset] = (stream, event)
            report("began", offset=event.message.offset)

    async def keeps_what_it_wants(self, stream: Any) -> None:  # noqa: ANN401 - noack() is no StreamT's
        await self.keeps(stream.filter(lambda value: value != b"unwanted"))

    async def takes_threes(self, stream: StreamT[bytes]) -> None:
        async for batch in stream.take(3, within=0.5):
            report("batch", values=[value.decode() for value in batch])
            assert b"fail" not in batch

    async def forwards(self, stream: StreamT[bytes]) -> None:
        async for value in stream:
            await self.out.send(value=value)

    async def obey(self) -> None:
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
        report("ready")
        while line := await reader.readline():
            command = json.loads(line)
            answer = await getattr(self, command.pop("do"))(**command)
            report("done", answer=answer)

    async def acknowledge(self, offset: int) -> None:
        stream, event = self.kept.pop(offset)
        await stream.ack(event)

    async def commit(self) -> bool:
        return bool(await self.app.consumer.commit())

    async def commit_while_committing(self, offset: int) -> list[bool]:
        """Acknowledge ``offset`` when a commit is under way; what that and the next one say."""
        under_way = asyncio.create_task(self.app.consumer.commit())
        await asyncio.sleep(0)
        await self.acknowledge(offset)
        second = bool(await self.app.consumer.commit())
        return [bool(await under_way), second]

    async def let_the_timer(self, task: str) -> None:
        self.timer_does = task

    async def tick(self) -> None:
        if self.timer_does:
            report("tick")
            assert self.timer_does != "fail"
            await asyncio.sleep(2 * TIMER_SECONDS)

    def on_before_shutdown(self, *_: object, **__: object) -> None:
        report("stopping", is_crashed=self.app.crashed)


async def work_on(event: EventT[Any]) -> None:
    """Do what an agent does; what the value says happens on the way."""
    report("began", offset=event.message.offset)
    assert event.value != b"fail"
    if event.value == b"slow":
        await asyncio.sleep(3600)
    report("finished", offset=event.message.offset)


def report(what: str, **details: object) -> None:
    REPORTS.write(json.dumps({"report": what, "at": time.monotonic(), **details}) + "\n")
    REPORTS.flush()


if __name__ == "__main__":
    faust.Worker(Stock(*sys.argv[1:]).app, loglevel="warning").execute_from_commandline()
