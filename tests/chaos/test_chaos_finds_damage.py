"""The chaos suite can fail: with the conditional create switched off, a zombie does damage."""

import asyncio
import logging
from pathlib import Path
from random import Random

import pytest
from chaos.run import make_load, start, until
from chaos.scene import Scene
from chaos.unconditional import Unconditional
from support.services.kafka import KafkaServer
from support.services.minio import MinioServer

MOVES_ON_WITHIN_SECONDS = 60.0
ZOMBIES = 5
LOOKS = 50
LOOK_SECONDS = 0.2

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(600)]


async def test_without_the_conditional_create_the_damage_of_a_zombie_is_found(
    tmp_path: Path,
    own_kafka: KafkaServer,
    own_minio: MinioServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL, logger="aiokafka")
    unconditional = Unconditional(own_minio.access_key, own_minio.secret_key)
    random = Random(4)
    async with Scene.set(tmp_path, own_kafka, own_minio, random, rewrite=unconditional) as scene:
        # A window so long that a worker seldom holds nothing.
        scene.add_workers(2, ARCHIVE_WINDOW_SECONDS=4)
        await start(scene)
        # Not before: at its start a worker proves that a key is given away once.
        unconditional.is_on = True
        load = make_load(scene, random, huge_seconds=600)
        over = asyncio.Event()
        sending = asyncio.create_task(load.run(over))
        changes: list[str] = []
        for _ in range(ZOMBIES):
            await one_worker_becomes_a_zombie(scene)
            changes = await damage_to_files(scene)
            if changes:
                break
        over.set()
        await sending
        for member in scene.crew.members:
            await member.dismiss()

        findings = await scene.findings(load)

    print(f"{len(changes)} files changed: {changes[:3]}", findings, sep="\n")
    assert any("has 2 versions" in change for change in changes)
    # The records of the file that was overwritten, but for those that the zombie had.
    assert any("is due" in problem for problem in findings.chain.problems)


async def one_worker_becomes_a_zombie(scene: Scene) -> None:
    """Stop a worker that holds records, until others have archived them; then let it go on."""
    crew = scene.crew
    await until(lambda: any(member.holds_records for member in crew.up), 60)
    zombie = next(member for member in crew.up if member.holds_records)
    held = set(zombie.partitions)
    await zombie.freeze(
        lambda: crew.holds(held, beside=zombie),
        for_seconds=3,
        within_seconds=MOVES_ON_WITHIN_SECONDS,
    )


async def damage_to_files(scene: Scene) -> list[str]:
    """What a zombie did as soon as it went on; empty where it had noticed before it wrote."""
    for _ in range(LOOKS):
        changes = [change for change in await scene.bucket.changes() if "/topic=" in change]
        if changes:
            return changes
        await asyncio.sleep(LOOK_SECONDS)
    return []
