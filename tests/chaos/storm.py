"""Plays a schedule: befalls workers, Kafka, MinIO and the way to it, and notes what came of it."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic

from chaos.crew import Member
from chaos.scene import Scene
from chaos.schedule import Event
from support.services.process import ServiceProcess

__all__ = ["Storm"]

_MOVES_ON_WITHIN_SECONDS = 60.0
_CHOSEN_WITHIN_SECONDS = 10.0
_SHARE = 0.3
_COMES_BACK_SECONDS = 10.0
"""For so long nobody is held to have seen that a service is back."""
_MET_REQUESTS = 3
_MEETS_WITHIN_SECONDS = 30.0
_LONGEST_DELAY_SECONDS = 25.0
"""So long that a dead worker's file may come when another has taken over."""
_TRY_AGAIN_SECONDS = 0.5


@dataclass(frozen=True)
class Taken:
    """A moment at which a worker was taken from its partitions."""

    kind: str
    at: datetime
    partitions: tuple[int, ...]


@dataclass
class Storm:
    """Events on one scene.

    Attributes:
        happened: How many events of each kind came to pass.
        taken: When partitions lost their worker.
        lines: What happened, in the order in which it began.
    """

    scene: Scene
    happened: Counter[str] = field(default_factory=Counter)
    taken: list[Taken] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    _away: list[tuple[float, float]] = field(default_factory=list)
    _kafka: asyncio.Lock = field(default_factory=asyncio.Lock)
    _minio: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def play(self, schedule: Sequence[Event]) -> None:
        """Let each event begin at its time, beside those that still last; wait for all."""
        began_at = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as group:
            for event in schedule:
                now = asyncio.get_running_loop().time() - began_at
                await asyncio.sleep(max(0.0, event.at_seconds - now))
                self.lines.append(f"{datetime.now(UTC):%H:%M:%S.%f} {event}")  # noqa: TID251 - the time of the logs
                group.create_task(self._befall(event))

    def was_calm(self, since: float, until: float) -> bool:
        """Whether Kafka and MinIO were there between two moments (monotonic seconds)."""
        return not any(
            since < back + _COMES_BACK_SECONDS and gone < until for gone, back in self._away
        )

    async def _befall(self, event: Event) -> None:
        match event.kind.split():
            case [_, "worker"]:
                member = await self._chosen(event)
                if member is None:
                    self.happened[f"{event.kind}: none was up"] += 1
                    return
                self._note_taken(event, member)
                await self._befall_worker(event, member)
            case ["worker", "joins"]:
                await self._join(event)
            case [_, "kafka"]:
                async with self._kafka:
                    await self._interrupt(self.scene.kafka, event)
            case [_, "minio"]:
                async with self._minio:
                    await self._interrupt(self.scene.minio, event)
            case ["lake", fault]:
                await self._spoil(event, fault)
            case _:
                message = f"nobody knows how to {event.kind}"
                raise AssertionError(message)
        self.happened[event.kind] += 1

    async def _chosen(self, event: Event) -> Member | None:
        """Whom it befalls: one of those that are up, now or soon.

        Not ever later: else, on a slow machine, all that was put off would befall whoever
        comes up first, and nobody would come to work between.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_CHOSEN_WITHIN_SECONDS):
                while not self.scene.crew.up:
                    await asyncio.sleep(_TRY_AGAIN_SECONDS)
        up = self.scene.crew.up
        return up[event.worker % len(up)] if up else None

    async def _befall_worker(self, event: Event, member: Member) -> None:
        match event.kind:
            case "kill worker":
                await member.kill()
            case "terminate worker":
                await member.terminate()
            case "freeze worker":
                await self._freeze(event, member)

    async def _freeze(self, event: Event, member: Member) -> None:
        """Stop a worker until all it had is with others, and a bit longer; then let it go on."""
        held = set(member.partitions)
        has_moved_on = await member.freeze(
            lambda: self.scene.crew.holds(held, beside=member),
            for_seconds=event.seconds,
            within_seconds=_MOVES_ON_WITHIN_SECONDS,
        )
        self.happened["zombie" if has_moved_on else "worker frozen, its group not moved on"] += 1

    async def _spoil(self, event: Event, fault: str) -> None:
        """Let some requests to the lake meet a fault: for its time, and until it met enough."""
        proxy = self.scene.proxy
        before = proxy.counts[fault]
        proxy.faults.delay_seconds = _LONGEST_DELAY_SECONDS
        setattr(proxy.faults, fault, _SHARE)
        await asyncio.sleep(event.seconds)
        with suppress(TimeoutError):
            async with asyncio.timeout(_MEETS_WITHIN_SECONDS):
                while proxy.counts[fault] < before + _MET_REQUESTS:
                    await asyncio.sleep(_TRY_AGAIN_SECONDS)
        setattr(proxy.faults, fault, 0.0)

    async def _join(self, event: Event) -> None:
        member = self.scene.member(f"guest-{event.at_seconds:.0f}")
        self.scene.crew.members.append(member)
        member.start()
        while not member.is_open:
            await asyncio.sleep(_TRY_AGAIN_SECONDS)
        await asyncio.sleep(event.seconds)
        await member.leave()

    async def _interrupt(self, server: ServiceProcess, event: Event) -> None:
        since = monotonic()
        await asyncio.to_thread(server.kill if event.kind.startswith("kill") else server.stop)
        await asyncio.sleep(event.seconds)
        await asyncio.to_thread(server.start)
        self._away.append((since, monotonic()))

    def _note_taken(self, event: Event, member: Member) -> None:
        at = datetime.now(UTC)  # noqa: TID251 - as MinIO's clock
        self.taken.append(Taken(event.kind, at, tuple(member.partitions)))
