"""The course of a chaos test: all is started, the storm passes, all is caught up and stopped."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from random import Random

from botocore.exceptions import BotoCoreError, ClientError
from chaos.load import Load
from chaos.scene import PARTITIONS, Scene
from chaos.schedule import Event
from chaos.storm import Storm

__all__ = ["catch_up", "make_load", "start", "until", "weather"]

_MESSAGES_A_SECOND = 200
_HUGE_SECONDS = 15
_STARTS_WITHIN_SECONDS = 90.0
_LOOK_SECONDS = 5.0
_WAIT_SECONDS = 0.25
_ZOMBIE_SECONDS = 2.0
_A_DAY_SECONDS = 86_400


async def start(scene: Scene) -> None:
    """Start the crew, and wait until each partition has its worker."""
    for member in scene.crew.members:
        member.start()
    await until(lambda: scene.crew.holds(range(PARTITIONS)), _STARTS_WITHIN_SECONDS)


async def weather(scene: Scene, storm: Storm, schedule: Sequence[Event], random: Random) -> Load:
    """Let the storm pass over the working crew, under load; return once all sent is answered."""
    await start(scene)
    load = make_load(scene, random, huge_seconds=_HUGE_SECONDS)
    over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(load.run(over))
        looking = group.create_task(_look_at_objects(scene))
        await storm.play(schedule)
        while not storm.happened["zombie"]:
            # On a slow machine nobody may have been up when it was due.
            await storm.play([Event(0.0, "freeze worker", 0, _ZOMBIE_SECONDS)])
        looking.cancel()
        over.set()
    return load


def make_load(scene: Scene, random: Random, *, huge_seconds: float) -> Load:
    """A load on the polls topic of the scene, with its ledger there."""
    return Load(
        scene.kafka.hosts,
        partitions=PARTITIONS,
        random=random,
        ledger=scene.folder / "acknowledged",
        a_second=_MESSAGES_A_SECOND,
        huge_seconds=huge_seconds,
    )


async def catch_up(scene: Scene, *, within_seconds: float) -> None:
    """Let the crew archive and load all that there is, without a hand, and stop it.

    Workers poll until they stop, and what the last one archived at its end may be in no
    row yet: so one more comes, that polls no more, for the rest.
    """
    await _reach(scene, await scene.log_ends(), within_seconds)
    last = scene.member("last-worker", POLL_SECONDS=_A_DAY_SECONDS)
    scene.crew.members.append(last)
    last.start()
    await _reach(scene, await scene.log_ends(), within_seconds)
    assert scene.table_ends() == await scene.log_ends()


async def _reach(scene: Scene, ends: Mapping[int, int], within_seconds: float) -> None:
    try:
        await until(partial(scene.crew.has_reached, ends), within_seconds)
    except TimeoutError:
        message = f"want all up to {ends} within {within_seconds} s, got {scene.crew.views()}"
        raise AssertionError(message) from None
    await asyncio.gather(*(member.leave() for member in scene.crew.members))


async def until(is_so: Callable[[], bool], within_seconds: float) -> None:
    """Wait for it; fails where it takes longer."""
    async with asyncio.timeout(within_seconds):
        while not is_so():
            await asyncio.sleep(_WAIT_SECONDS)


async def _look_at_objects(scene: Scene) -> None:
    """Look again and again, so that what is changed and changed back is seen, too."""
    while True:
        # Now and then there is no MinIO to ask.
        with suppress(BotoCoreError, ClientError):
            changes = await scene.bucket.changes()
            assert not changes, changes
        await asyncio.sleep(_LOOK_SECONDS)
