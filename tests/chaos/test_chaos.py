"""Workers, Kafka, MinIO and the way to it fail at random, under a load of good and bad records.

Afterwards each record is in one file and one row, once, as it was sent, and no object was
ever changed. GREENPULSE_CHAOS_SECONDS says how long the storm lasts (120; ``make chaos``:
2400), GREENPULSE_CHAOS_SEED which one it is; else it is another one each time, and printed.
"""

import logging
import os
import secrets
from pathlib import Path
from random import Random

import pytest
from chaos.poison import POISON
from chaos.run import catch_up, weather
from chaos.scene import Scene
from chaos.schedule import make_schedule
from chaos.storm import Storm
from chaos.summary import summary
from support.services.kafka import KafkaServer
from support.services.minio import MinioServer

SECONDS = float(os.environ.get("GREENPULSE_CHAOS_SECONDS", "120"))  # noqa: TID251 - a test may ask
SEED = int(os.environ.get("GREENPULSE_CHAOS_SEED", "0"))  # noqa: TID251 - a test may ask
WORKERS = 3
FAULTS = ("delayed", "reset", "swallowed", "unavailable")

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(int(900 + 2 * SECONDS))]


async def test_whatever_fails_each_record_is_in_one_file_and_one_row(
    tmp_path: Path,
    own_kafka: KafkaServer,
    own_minio: MinioServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    # It has much to say of a Kafka that is away, which it is meant to be.
    caplog.set_level(logging.CRITICAL, logger="aiokafka")
    seed = SEED or secrets.randbelow(1_000_000)
    schedule = make_schedule(Random(seed), SECONDS)
    print(f"GREENPULSE_CHAOS_SEED={seed} GREENPULSE_CHAOS_SECONDS={SECONDS:g}", *schedule, sep="\n")

    async with Scene.set(tmp_path, own_kafka, own_minio, Random(seed)) as scene:
        scene.add_workers(WORKERS)
        storm = Storm(scene)
        try:
            load = await weather(scene, storm, schedule, Random(seed))
            await catch_up(scene, within_seconds=300 + SECONDS / 4)
            findings = await scene.findings(load)
            audit = await scene.crew.members[0].worker.command("audit", "--complete")
        finally:
            print("What happened:", *storm.lines, scene.logs(), sep="\n")
        print(await summary(scene, storm, load, findings))

    assert not findings.damage, str(findings)
    assert audit[0] == 0, audit
    # Where a service is away, any code will do (the promise of `worker`); else it is 0.
    terminated = [end for end in scene.crew.exits if end.cause == "SIGTERM"]
    assert not [end for end in terminated if end.code and storm.was_calm(end.told_at, end.at)]
    assert set(load.sent) == {"usual", "huge", *POISON}
    assert storm.happened["zombie"]
    assert all(scene.proxy.counts[fault] for fault in FAULTS), scene.proxy.counts
