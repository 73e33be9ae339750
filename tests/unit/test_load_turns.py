"""With a period all workers load at its common multiples, so that a warehouse wakes once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime

import pytest
from support.manual_clock import ManualClock

from greenpulse.agents.load_desk import LoadDesk
from greenpulse.errors import GreenpulseError, WarehouseMismatch, WarehouseUnavailable
from greenpulse.metrics import Metrics
from greenpulse.records import WarehouseLoad
from greenpulse.status import PipelineStatus
from greenpulse.warehouse.load import Loader

PERIOD = 300
BEGAN_AT = datetime(2026, 1, 31, 12, 1, 40, tzinfo=UTC)


class Diary:
    """Where loaders note what they do: the time of day, and the partition."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.entries: list[tuple[str, int]] = []
        self.trouble: GreenpulseError | None = None
        """What each load runs into, while it is set."""

    def times(self) -> list[str]:
        return [time for time, _ in self.entries]


class NotesItsLoads(Loader):
    """Loads nothing, and notes when it was asked to."""

    def __init__(self, diary: Diary) -> None:
        self._diary = diary

    async def load_next(self, partition: int) -> WarehouseLoad | None:
        self._diary.entries.append((f"{self._diary.clock.now():%H:%M:%S}", partition))
        if self._diary.trouble is not None:
            raise self._diary.trouble
        return None

    def end_of(self, _partition: int) -> int | None:
        return None


@pytest.fixture
def diary() -> Diary:
    return Diary(ManualClock(BEGAN_AT))


@asynccontextmanager
async def a_worker(
    diary: Diary,
    *partitions: int,
    load_seconds: float = PERIOD,
    status: PipelineStatus | None = None,
) -> AsyncIterator[LoadDesk]:
    """The loads of a worker that has these partitions."""

    async def open_loader() -> Loader:
        return NotesItsLoads(diary)

    desk = LoadDesk(
        open_loader,
        diary.clock,
        status or PipelineStatus(),
        Metrics(),
        load_seconds=load_seconds,
    )
    running = asyncio.create_task(desk.run())
    await diary.clock.advance(0)
    desk.begin(set(partitions))
    yield desk
    desk.stop()
    await running


async def test_workers_that_start_at_different_times_load_at_the_same_moments(
    diary: Diary,
) -> None:
    async with AsyncExitStack() as workers:
        await workers.enter_async_context(a_worker(diary, 0))
        await diary.clock.advance(7)
        await workers.enter_async_context(a_worker(diary, 1))
        await diary.clock.advance(31)
        await workers.enter_async_context(a_worker(diary, 2))
        await diary.clock.advance(2 * PERIOD)

    assert sorted(diary.entries) == [
        (moment, partition) for moment in ("12:05:00", "12:10:00") for partition in (0, 1, 2)
    ]


def a_file_came(desk: LoadDesk) -> None:
    desk.wake()


def a_partition_moved_here(desk: LoadDesk) -> None:
    desk.begin({0, 1})


@pytest.mark.parametrize("happens", [a_file_came, a_partition_moved_here])
async def test_what_comes_between_two_moments_waits_for_the_next_one(
    diary: Diary, happens: Callable[[LoadDesk], None]
) -> None:
    async with a_worker(diary, 0) as desk:
        for _ in range(10):
            await diary.clock.advance(30)
            happens(desk)

    assert set(diary.times()) == {"12:05:00"}


async def test_without_a_period_a_file_is_loaded_when_it_comes(diary: Diary) -> None:
    async with a_worker(diary, 0, load_seconds=0) as desk:
        await diary.clock.advance(7)
        desk.wake()
        await diary.clock.advance(1)

    assert diary.times()[-1] == "12:01:47"


async def test_a_clock_that_was_set_moves_the_moments_with_it(diary: Diary) -> None:
    async with a_worker(diary, 0):
        diary.clock.jump(-3600)
        await diary.clock.advance(60)
        diary.entries.clear()
        await diary.clock.advance(2 * PERIOD)

    assert diary.times() == ["11:05:00", "11:10:00"]


async def test_a_warehouse_that_fails_for_hours_is_soon_asked_at_the_common_moments_alone(
    diary: Diary,
) -> None:
    diary.trouble = WarehouseUnavailable("loading into 'it': no answer")
    async with a_worker(diary, 0):
        await diary.clock.advance(200)
        at_first = diary.times()
        diary.entries.clear()
        await diary.clock.advance(3 * 3600)

    # Its try at 12:05:00, then 5, 10, 20, 40 … s later.
    assert at_first == ["12:05:00"]
    off = [time for time in diary.times() if time[3:5] not in MULTIPLES or time[6:] != "00"]
    assert off == ["12:05:05", "12:05:15", "12:05:35", "12:06:15", "12:07:35"]
    assert len(diary.times()) - len(off) == 36


MULTIPLES = [f"{minute:02}" for minute in range(0, 60, 5)]


async def test_a_partition_that_cannot_go_on_does_not_keep_the_warehouse_awake(
    diary: Diary,
) -> None:
    diary.trouble = WarehouseMismatch("loading offsets 0 to 4: it has 3 rows")
    async with a_worker(diary, 0):
        await diary.clock.advance(24 * 3600)

    assert len(diary.times()) < 288 + 10


async def test_what_failed_once_is_made_up_for_within_seconds(diary: Diary) -> None:
    status = PipelineStatus()
    async with a_worker(diary, 0, status=status):
        diary.trouble = WarehouseUnavailable("loading into 'it': no answer")
        await diary.clock.advance(201)
        was_ready = status.parts["warehouse"].is_ready
        diary.trouble = None
        await diary.clock.advance(10)

    assert diary.times() == ["12:05:00", "12:05:05"]
    assert not was_ready
    assert status.parts["warehouse"].is_ready
