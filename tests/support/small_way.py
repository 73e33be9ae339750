"""The whole way in one folder, without a worker: the real log, archive and loader."""

import asyncio
import gzip
import hashlib
import json
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from uuid import uuid4

import duckdb
from support.archiving import flush

from greenpulse.broker.embedded_log import EmbeddedLog
from greenpulse.broker.log import Message
from greenpulse.clock import SystemClock
from greenpulse.lake.archive import Archive
from greenpulse.lake.claims import Claims
from greenpulse.lake.folder import FolderStore
from greenpulse.lake.ranges import OffsetRange
from greenpulse.lake.reader import ChainReader
from greenpulse.lake.rotation import RotationPolicy, RotationReason
from greenpulse.records import POLLS_TOPIC
from greenpulse.topics import GROUP, topic_specs
from greenpulse.warehouse.duckdb import DuckDBWarehouse
from greenpulse.warehouse.load import Loader
from greenpulse.warehouse.warehouse import Identity

__all__ = ["SmallWay"]

_FILE_RECORDS = 10


class SmallWay:
    """A log, a lake and a warehouse in ``folder``, as the default settings place them.

    Every step opens what it needs and closes it again, so that commands, and hands that do
    harm, come between. Files hold ten records each.
    """

    def __init__(self, folder: Path, *, partitions: int = 3) -> None:
        self.folder = folder
        self.partitions = partitions
        self.lake = folder / "lake"
        self.warehouse = folder / "warehouse.duckdb"
        self.log = folder / "log.sqlite"

    def append(self, values: Sequence[bytes | None], partition: int = 0) -> None:
        async def step(log: EmbeddedLog) -> None:
            await log.ensure_topics(topic_specs(self.partitions, 30))
            await log.append(POLLS_TOPIC, [Message(b"national", v, partition) for v in values])

        self._with_log(step)

    def append_polls(self, count: int, partition: int = 0) -> None:
        self.append([poll(number) for number in range(count)], partition)

    def archive(self, *, file_records: int = _FILE_RECORDS) -> None:
        """Archive all that the log has, as a worker does, the group's offset included."""

        async def step(log: EmbeddedLog) -> None:
            store = FolderStore(self.lake)
            await Claims(store).claim_lake()
            archive = Archive(
                store,
                log,
                SystemClock(),
                topic=POLLS_TOPIC,
                writer="test",
                rotation=RotationPolicy(30, file_records, 1 << 23),
            )
            for partition, bounds in (await log.bounds(POLLS_TOPIC)).items():
                wanted = await archive.open(partition)
                while wanted < bounds.end:
                    records = await log.read(POLLS_TOPIC, partition, wanted)
                    await archive.add(partition, records)
                    wanted = records[-1].offset + 1
                await flush(archive, partition, RotationReason.SHUTDOWN)
                await log.commit(GROUP, {(POLLS_TOPIC, partition): wanted})

        self._with_log(step)

    def load(self, *, max_bytes: int = 1 << 21) -> None:
        """Load all that is archived."""

        async def step() -> None:
            store = FolderStore(self.lake)
            lake_id = await Claims(store).claim_lake()
            claim = await Claims(store).claim_warehouse(str(uuid4()))
            warehouse = DuckDBWarehouse(self.warehouse)
            loader = Loader(
                warehouse,
                ChainReader(store),
                topic=POLLS_TOPIC,
                identity=Identity(claim.warehouse_id, lake_id),
                max_bytes=max_bytes,
            )
            await loader.start()
            for partition in range(self.partitions):
                while await loader.load_next(partition) is not None:
                    pass
            await warehouse.close()

        asyncio.run(step())

    def expire(self, partition: int, before: int) -> None:
        """Let the log lose its records below ``before``."""
        self.change_log(
            f"""
            delete from record where log_offset < {before} and partition_id = (
                select partition_id from partition join topic using (topic_id)
                where name = '{POLLS_TOPIC}' and number = {partition}
            )
            """  # noqa: S608 - a test's own numbers
        )

    def change_log(self, sql: str) -> None:
        """Run a statement on the log, behind GreenPulse's back."""
        connection = sqlite3.connect(self.log)
        connection.execute(sql)
        connection.commit()
        connection.close()

    def accept_gap(self, partition: int, first: int, last: int) -> None:
        claims = Claims(FolderStore(self.lake))
        asyncio.run(claims.accept_gap(POLLS_TOPIC, partition, OffsetRange(first, last)))

    def file(self, partition: int, start: int) -> Path:
        """The bronze file that begins at ``start``."""
        name = f"{start:020d}.ndjson.gz"
        return self.lake / f"topic={POLLS_TOPIC}" / f"partition={partition:04d}" / name

    def take_away(self, partition: int, start: int) -> None:
        """Delete a bronze file and its metadata."""
        self.file(partition, start).unlink()
        self.sidecar(partition, start).unlink()

    def sidecar(self, partition: int, start: int) -> Path:
        file = self.file(partition, start)
        return file.with_name(file.name + ".json")

    def forge(self, partition: int, start: int, change: Callable[[bytes], bytes]) -> None:
        """Change the lines of a bronze file, and make its metadata fit."""
        file, sidecar = self.file(partition, start), self.sidecar(partition, start)
        file.write_bytes(gzip.compress(change(gzip.decompress(file.read_bytes())), mtime=0))
        metadata = json.loads(sidecar.read_text())
        metadata["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
        sidecar.write_text(json.dumps(metadata))

    def change_rows(self, sql: str) -> None:
        """Run a statement on the warehouse, behind GreenPulse's back."""
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute(sql)

    def _with_log(self, step: Callable[[EmbeddedLog], Awaitable[None]]) -> None:
        async def run() -> None:
            log = EmbeddedLog(self.log)
            await step(log)
            await log.close()

        asyncio.run(run())


def poll(number: int) -> bytes:
    """JSON of a poll; ``number`` tells it from others."""
    return json.dumps(
        {
            "poll_id": f"poll-{number}",
            "family": "national",
            "series": "intensity",
            "url": "http://127.0.0.1/intensity",
            "scheduled_at": "2026-01-31T12:00:00.000000Z",
            "requested_at": "2026-01-31T12:00:00.010000Z",
            "answered_at": "2026-01-31T12:00:00.150000Z",
            "status": 200,
            "headers": {"content-type": "application/json"},
            "body": '{"data":[]}',
            "error": None,
            "attempts": 1,
            "worker": "test",
        },
        separators=(",", ":"),
    ).encode()
