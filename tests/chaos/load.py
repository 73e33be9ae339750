"""A constant load on the polls topic, and a ledger of all that Kafka has acknowledged."""

import asyncio
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from chaos.entries import Entry, Place, content_of
from chaos.poison import POISON, Message, huge_messages, poll

__all__ = ["TOPIC", "Load"]

TOPIC = "greenpulse.polls"

_TICK_SECONDS = 0.1
_POISON_SHARE = 0.05
_FIRST_HUGE_SECONDS = 5.0
_REQUEST_BYTES = 17 * 1024 * 1024
_UNANSWERED = 2_000


class Load:
    """A plain, idempotent producer of its own, that waits for all replicas.

    Args:
        hosts: Of the Kafka.
        partitions: Of the polls topic; each message goes into any of them.
        random: Chooses the messages.
        ledger: A file that gets a line for each acknowledged message.
        a_second: How many messages a second.
        huge_seconds: How often there is one of 3 or 16 MiB.

    Attributes:
        sent: How many messages of each kind were acknowledged.
        unsure: How many were not acknowledged: they may be there or not.
    """

    def __init__(  # noqa: PLR0913 - what a load is, each by its name
        self,
        hosts: str,
        *,
        partitions: int,
        random: Random,
        ledger: Path,
        a_second: float,
        huge_seconds: float,
    ) -> None:
        self._hosts = hosts
        self._partitions = partitions
        self._random = random
        self._path = ledger
        self._a_tick = round(a_second * _TICK_SECONDS)
        self._huge_seconds = huge_seconds
        self._room = asyncio.Semaphore(_UNANSWERED)
        self._kinds = list(POISON)
        self.sent: Counter[str] = Counter()
        self.unsure = 0

    async def run(self, stopped: asyncio.Event) -> None:
        """Send until ``stopped``, and wait for the answers."""
        clock = asyncio.get_running_loop().time
        huge, huge_at = huge_messages(self._random), clock() + _FIRST_HUGE_SECONDS
        number = 0
        with self._path.open("a") as self._ledger:
            while not stopped.is_set():
                producer = await self._start()
                try:
                    while not stopped.is_set():
                        for _ in range(self._a_tick):
                            number += 1
                            await self._send(producer, *self._next(number))
                        if clock() >= huge_at:
                            huge_at = clock() + self._huge_seconds
                            await self._send(producer, "huge", next(huge))
                        await asyncio.sleep(_TICK_SECONDS)
                except KafkaError:
                    pass  # it cannot know any more what Kafka has: another one goes on
                finally:
                    with suppress(KafkaError):
                        await producer.stop()
            # All of them are answered or given up.
            for _ in range(_UNANSWERED):
                await self._room.acquire()

    def ledger(self) -> Place:
        """All that was acknowledged."""
        rows = (line.split() for line in self._path.read_text().splitlines())
        return [Entry(int(p), int(offset), bytes.fromhex(content)) for p, offset, content in rows]

    def _next(self, number: int) -> tuple[str, Message]:
        if self._random.random() >= _POISON_SHARE:
            return "usual", poll(self._random, number)
        kind = self._kinds[self.sent.total() % len(self._kinds)]
        return kind, POISON[kind](self._random, number)

    async def _start(self) -> AIOKafkaProducer:
        while True:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._hosts,
                acks="all",
                enable_idempotence=True,
                compression_type="gzip",
                max_request_size=_REQUEST_BYTES,
                linger_ms=5,
            )
            try:
                await producer.start()
            except KafkaError:
                await producer.stop()
                await asyncio.sleep(_TICK_SECONDS)
            else:
                return producer

    async def _send(self, producer: AIOKafkaProducer, kind: str, message: Message) -> None:
        await self._room.acquire()
        key, value = message
        try:
            answer = await producer.send(
                TOPIC, value, key, partition=self._random.randrange(self._partitions)
            )
        except BaseException:
            self._room.release()
            self.unsure += 1
            raise
        answer.add_done_callback(lambda answer: self._note(answer, kind, content_of(key, value)))

    def _note(self, answer: "asyncio.Future[object]", kind: str, content: bytes) -> None:
        self._room.release()
        if answer.cancelled() or answer.exception() is not None:
            self.unsure += 1
            return
        metadata = answer.result()
        place = f"{metadata.partition} {metadata.offset}"  # type: ignore[attr-defined] # aiokafka has no types
        self._ledger.write(f"{place} {content.hex()}\n")
        self.sent[kind] += 1
