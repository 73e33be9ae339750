"""A worker may die at any step of writing a file; the next one goes on as if it had not."""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.archiving import TOPIC, archive_in_files, archive_of, flush
from support.bronze import offsets_and_values, plain_files_of_folder
from support.folder_archiver import RECORDS
from support.record_log import RecordLog, make_records

from greenpulse.lake.folder import FolderStore
from greenpulse.lake.reader import ChainReader
from greenpulse.lake.rotation import RotationReason

STEPS_OF_A_CREATE = 10
"""Each fsync, link and unlink of the first file of a lake, and one more: no death."""


class KilledError(BaseException):
    """Stands for kill -9: nobody catches it."""


class DiesAtStep:
    """Lets so many calls that touch the disk through and then dies at each."""

    def __init__(self, step: int) -> None:
        self.steps_left = step

    def around(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def dying(*args: Any, **options: Any) -> Any:  # noqa: ANN401 - of any call
            self.steps_left -= 1
            if self.steps_left < 0:
                raise KilledError
            return call(*args, **options)

        return dying


@pytest.mark.parametrize("step", range(STEPS_OF_A_CREATE + 1))
@pytest.mark.parametrize("files_before", [0, 2])
async def test_death_at_any_step_of_a_create_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, files_before: int
) -> None:
    log = RecordLog(make_records(0, 30))
    await archive_in_files(FolderStore(tmp_path), log, [5] * files_before)
    dying = archive_of(FolderStore(tmp_path), log)
    await dying.add(0, log.since(await dying.open(0), 8))
    death = DiesAtStep(step)
    with monkeypatch.context() as patched:
        for name in ("fsync", "link", "unlink"):
            patched.setattr(os, name, death.around(getattr(os, name)))
        died = False
        try:
            await flush(dying, 0, RotationReason.WINDOW)
        except KilledError:
            died = True

    # Another partition into files than the dead worker had in mind.
    await archive_in_files(FolderStore(tmp_path), log, [3, 3, 30])

    assert died == (step < STEPS_OF_A_CREATE)
    seen = offsets_and_values(plain_files_of_folder(tmp_path))
    assert [offset for offset, _ in seen] == list(range(30))
    parts = [part async for part in ChainReader(FolderStore(tmp_path)).verify(TOPIC, 0)]
    assert not any(part.problems for part in parts)


@pytest.mark.parametrize(
    "kills", [pytest.param(5, id="5"), pytest.param(20, id="20", marks=pytest.mark.long)]
)
def test_kill_9_at_random_moments_leaves_one_chain(tmp_path: Path, kills: int) -> None:
    chance = random.Random(kills)
    lake = tmp_path / "lake"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}  # noqa: TID251 - a child's
    promised = -1
    for _ in range(kills):
        worker = subprocess.Popen(
            [sys.executable, "-m", "support.folder_archiver", str(lake)],
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        )
        assert worker.stdout is not None
        for _ in range(chance.randint(1, 40)):
            promised = int(worker.stdout.readline())
        worker.kill()
        rest = worker.communicate()[0].splitlines()
        promised = int(rest[-1]) if rest else promised

    seen = offsets_and_values(plain_files_of_folder(lake))
    assert [offset for offset, _ in seen] == list(range(len(seen)))
    assert [value["number"] for _, value in seen if isinstance(value, dict)] == [
        offset for offset, _ in seen
    ]
    assert promised < len(seen) <= RECORDS
