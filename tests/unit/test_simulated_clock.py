"""The clock that starts where one wants and runs as fast as one wants."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from support.manual_clock import ManualClock

from greenpulse.grid.simulated.accelerated_clock import AcceleratedClock

START = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)


async def test_an_hour_passes_in_a_minute_at_sixty_fold_speed(clock: ManualClock) -> None:
    fast = AcceleratedClock(clock, start_at=START, speed=60)

    await clock.advance(60)

    assert fast.now() == START + timedelta(hours=1)
    assert fast.monotonic() == 3600


async def test_without_a_start_it_begins_now(clock: ManualClock) -> None:
    fast = AcceleratedClock(clock, speed=2)

    assert fast.now() == clock.now()


async def test_it_does_not_jump_with_the_clock_of_the_machine(clock: ManualClock) -> None:
    fast = AcceleratedClock(clock, start_at=START)

    clock.jump(3600)

    assert fast.now() == START


async def test_sleepers_wake_by_its_own_time(clock: ManualClock) -> None:
    fast = AcceleratedClock(clock, start_at=START, speed=10)
    sleeper = asyncio.create_task(fast.sleep(100))

    await clock.advance(9)
    slept_after_9 = sleeper.done()
    await clock.advance(1)

    assert (slept_after_9, sleeper.done()) == (False, True)


@pytest.mark.parametrize("speed", [0, -1])
def test_time_never_stands_still_or_runs_back(clock: ManualClock, speed: float) -> None:
    with pytest.raises(ValueError, match="want a speed above 0"):
        AcceleratedClock(clock, speed=speed)
