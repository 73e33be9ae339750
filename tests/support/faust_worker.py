"""A program: a small Faust app on a broker, that does what a test tells it.

It reads commands from stdin and writes reports to stdout, one JSON object a line. Its
agent on the batch topic keeps all events until it is told to acknowledge them; its agent
on the counts topic counts keys in a table. Its arguments: the broker's address, a name for
the group and its topics, a folder, and perhaps ``loses-fetches``, ``reads-slowly``
or ``disagrees``.
"""

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import faust
from aiokafka.consumer.fetcher import FetchResult
from faust.transport.consumer import Consumer, RecordMap
from faust.types import TP, EventT, StreamT
from support.disagreeing_assignor import Disagreeing
from yarl import URL

from greenpulse.agents.streams import acknowledge, records_of, unacked
from greenpulse.broker import embedded, kafka
from greenpulse.broker.assignor import Assignor
from greenpulse.broker.batch_consumer import BatchConsumer, batch_topic
from greenpulse.errors import GreenpulseError

__all__: list[str] = []

REPORTS = sys.stdout
# Faust writes to the console, too: not among the reports.
sys.stdout = sys.stderr


class LosesFetches(Consumer):
    """Has every third fetch of records vanish after the position has moved."""

    fetches = 0

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> RecordMap:  # noqa: ASYNC109 - Faust's
        fetched: RecordMap = await super()._getmany(active_partitions, timeout)  # type: ignore[safe-super]  # mixed into a driver's
        self.fetches += bool(fetched)
        return {} if self.fetches % 3 == 1 else fetched


def read_slowly() -> None:
    """Have aiokafka take a while within its step from a fetch to its records."""
    read = FetchResult.getall

    def read_and_rest(self: FetchResult, max_records: int | None = None) -> Any:  # noqa: ANN401
        records = read(self, max_records)
        time.sleep(0.05)
        return records

    FetchResult.getall = read_and_rest


class Remote:
    """The app, and what can be done with it from outside."""

    def __init__(self, address: str, name: str, folder: str, *faults: str) -> None:
        self.app = faust.App(
            name,
            broker=address,
            datadir=Path(folder),
            store="memory://",
            agent_supervisor="mode.supervisors.CrashingSupervisor",
            PartitionAssignor=(
                type("Assignor", (Assignor, Disagreeing), {}) if "disagrees" in faults else Assignor
            ),
            broker_commit_interval=60.0,
            broker_heartbeat_interval=1.0,
            broker_session_timeout=6.0,
            stream_recovery_delay=0.0,
            stream_wait_empty=False,
            table_standby_replicas=0,
            topic_partitions=3,
            web_enabled=False,
            worker_redirect_stdouts=False,
        )
        url = URL(address)
        kind = kafka if url.scheme == "kafka" else embedded
        transport = cast("Any", kind.Transport([url], self.app))
        transport.batch_topics = frozenset({f"{name}.batches"})
        if "loses-fetches" in faults:
            transport.Consumer = type("Consumer", (LosesFetches, transport.Consumer), {})
        if "reads-slowly" in faults:
            read_slowly()
        self.app.transport = self.app.producer_transport = transport
        self.batches = batch_topic(self.app, f"{name}.batches")
        self.counts = self.app.topic(
            f"{name}.counts", key_type=str, value_type=bytes, value_serializer="raw"
        )
        self.table = self.app.Table(f"{name}.table", default=int, partitions=3)
        self.unacknowledged: dict[int, list[tuple[StreamT[bytes], EventT[bytes]]]] = defaultdict(
            list
        )

    def attach(self) -> faust.App:
        app = self.app

        @app.agent(self.batches)
        async def keep(stream: StreamT[bytes]) -> None:
            async for event in unacked(stream):
                message = event.message
                self.unacknowledged[message.partition].append((stream, event))
                report(
                    "batch",
                    partition=message.partition,
                    offset=message.offset,
                    records=[
                        [record.offset, (record.value or b"").decode()]
                        for record in records_of(event)
                    ],
                )

        @app.agent(self.counts)
        async def count(stream: StreamT[bytes]) -> None:
            async for event in unacked(stream):
                self.table[event.key] += 1
                await acknowledge(stream, event)
                report("counted", key=event.key, count=self.table[event.key])

        async def lead() -> None:
            report("leading", is_leader=app.is_leader())

        @app.on_partitions_assigned.connect(weak=False)
        async def on_assigned(_: faust.App, assigned: set[TP], **__: object) -> None:
            self.unacknowledged.clear()
            report("assigned", partitions=self._batch_partitions(assigned))

        @app.on_partitions_revoked.connect(weak=False)
        async def on_revoked(_: faust.App, revoked: set[TP], **__: object) -> None:
            report("revoked", partitions=self._batch_partitions(revoked))

        async def obey() -> None:
            reader = asyncio.StreamReader()
            protocol = asyncio.StreamReaderProtocol(reader)
            await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
            report("ready")
            while line := await reader.readline():
                command = json.loads(line)
                answer = await getattr(self, command.pop("do"))(**command)
                report("done", answer=answer)

        app.timer(0.2, on_leader=True)(lead)
        app.task(obey)
        return app

    async def acknowledge(self, partition: int, nth: int = 0) -> None:
        """Acknowledge the nth of the events that are not acknowledged yet."""
        stream, event = self.unacknowledged[partition].pop(nth)
        await acknowledge(stream, event)

    async def acknowledge_part(self, partition: int, offset: int) -> None:
        self._consumer.ack_part(self._tp(partition), offset)

    async def commit(self) -> bool:
        return bool(await self.app.consumer.commit())

    async def seek(self, partition: int, offset: int) -> None:
        await self.app.consumer.seek(self._tp(partition), offset)

    async def seek_often(self, partition: int, offset: int, times: int) -> None:
        for _ in range(times):
            await self.seek(partition, offset)
            await asyncio.sleep(0.03)

    async def hold_back(self, partition: int) -> None:
        self._consumer.hold_back(self._tp(partition))

    async def is_full(self, partition: int) -> bool:
        """Whether what is held of that partition is more than the bound."""
        consumer, transport = cast("Any", self._consumer), cast("Any", self.app.transport)
        held = consumer._in_flight(self._tp(partition)).held_bytes  # noqa: SLF001 - nobody else asks
        return bool(held > transport.max_held_bytes)

    async def rewind(self, partition: int, offset: int) -> None:
        await self._consumer.rewind(self._tp(partition), offset)

    async def pause(self, partition: int) -> None:
        self.app.consumer.pause_partitions({self._tp(partition)})

    async def resume(self, partition: int) -> None:
        self.app.consumer.resume_partitions({self._tp(partition)})

    async def position(self, partition: int) -> int | None:
        return await self.app.consumer.position(self._tp(partition))

    async def send(self, key: str, value: str) -> list[int]:
        """Send to the counts topic; answer with partition and offset once it is durable."""
        sent = await self.counts.send(key=key, value=value.encode())
        metadata = await sent
        return [metadata.partition, metadata.offset]

    async def send_to_nowhere(self) -> str:
        """Send to a topic that nobody created; answer with the error."""
        topic = self.app.topic("nowhere", value_type=bytes, value_serializer="raw")
        try:
            await (await topic.send(value=b""))
        except GreenpulseError as error:
            return f"{type(error).__name__}: {error}"
        return "sent"

    async def read_table(self) -> Mapping[str, int]:
        return dict(self.table.items())

    async def subscribe_again(self) -> None:
        await self.app.consumer.subscribe({tp.topic for tp in self.app.consumer.assignment()})

    @property
    def _consumer(self) -> BatchConsumer:
        return cast("BatchConsumer", self.app.consumer)

    def _tp(self, partition: int) -> TP:
        return TP(self.batches.get_topic_name(), partition)

    def _batch_partitions(self, partitions: set[TP]) -> list[int]:
        topic = self.batches.get_topic_name()
        return sorted(tp.partition for tp in partitions if tp.topic == topic)


def report(what: str, **details: object) -> None:
    REPORTS.write(json.dumps({"report": what, **details}) + "\n")
    REPORTS.flush()


if __name__ == "__main__":
    faust.Worker(Remote(*sys.argv[1:]).attach(), loglevel="warning").execute_from_commandline()
