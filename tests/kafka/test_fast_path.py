"""Workers come, go, hang and die in the middle of a load; each record is in one file."""

import asyncio
import signal

import pytest
from support.fast_path import PARTITIONS, FastPath, count_of, owns

pytestmark = pytest.mark.timeout(600)


async def test_one_joins_one_is_killed_and_one_leaves_in_the_middle_of_a_load(
    fast_path: FastPath,
) -> None:
    killed = await fast_path.start()
    load = asyncio.create_task(fast_path.send(60_000, a_second=3_000))
    leaving = await fast_path.start()
    await killed.kill()
    last = await fast_path.start()
    code = await leaving.terminate()
    await load

    assert code == 0
    assert await fast_path.arrive() == []
    await owns(last, *range(PARTITIONS))


async def test_a_zombie_adopts_what_others_wrote_in_other_files_meanwhile(
    fast_path: FastPath,
) -> None:
    # A window that is not over when it freezes, and files cut at other records.
    zombie = await fast_path.start(ARCHIVE_WINDOW_SECONDS=5, ARCHIVE_MAX_RECORDS=700)
    await fast_path.send(30_000)
    await zombie.holds_records()
    zombie.send(signal.SIGSTOP)
    other = await fast_path.start(ARCHIVE_MAX_RECORDS=450)
    await owns(other, *range(PARTITIONS))
    await fast_path.send(30_000)
    await fast_path.arrive()

    zombie.send(signal.SIGCONT)
    await fast_path.send(9_000, a_second=3_000)

    assert await fast_path.arrive() == []
    assert await count_of(zombie, "greenpulse_adoptions_total") > 0
    assert len(fast_path.writers()) == 2
