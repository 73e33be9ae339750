"""A wall clock that jumps, a machine that sleeps."""

import pytest
from support.manual_clock import ManualClock
from support.polling import nothing_but_heartbeats, polling
from support.scripted_api import ScriptedApi
from support.taken_polls import TakenPolls

MINUTE = 60
HOUR = 60 * MINUTE


async def test_a_small_jump_ahead_is_noticed_within_a_second(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    async with polling(api.address, clock, polls, newest_known=nothing_but_heartbeats(clock)):
        await polls.until_polled("intensity", 1)
        clock.jump(9)
        await clock.advance(1)
        poll = await polls.until_tick("intensity", "12:00:10")

    assert poll.requested_at == "2026-01-31T12:00:10.000000Z"


async def test_the_ticks_of_a_short_standstill_are_recorded(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    async with polling(api.address, clock, polls, newest_known=nothing_but_heartbeats(clock)):
        await polls.until_polled("intensity", 1)
        clock.jump(5 * MINUTE)
        await clock.advance(1)
        await polls.until_tick("intensity", "12:05:00")

    assert sorted(polls.ticks_of("intensity")) == [
        f"12:{minute:02}:{second:02}"
        for minute in range(6)
        for second in range(0, 60, 10)
        if minute < 5 or second == 0
    ]
    assert sum(poll.status == 200 for poll in polls.of("intensity")) == 2
    assert "12:02:05" in polls.ticks_of("window")


async def test_a_machine_that_slept_for_hours_goes_on_with_one_question_a_series(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    async with polling(api.address, clock, polls):
        await polls.until(lambda polls: len(polls.all) == 5)
        clock.jump(8 * HOUR + 3)
        await clock.advance(1)
        await polls.until(lambda polls: len(polls.all) == 9)
        await clock.advance(5)

    assert len(polls.all) == 9
    assert {(p.series, str(p.scheduled_at)[11:19], p.status) for p in polls.all[5:]} == {
        ("intensity", "20:00:00", 200),
        ("window", "19:57:05", 200),
        ("generation", "19:57:00", 200),
        ("regional", "19:42:00", 200),
    }


async def test_a_small_step_back_repeats_no_tick(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    async with polling(api.address, clock, polls, newest_known=nothing_but_heartbeats(clock)):
        await polls.until_polled("intensity", 1)
        await clock.advance(11)
        await polls.until_polled("intensity", 2)
        clock.jump(-5)
        await clock.advance(15)
        await polls.until_polled("intensity", 3)

    assert polls.ticks_of("intensity") == ["12:00:00", "12:00:10", "12:00:20"]


async def test_a_clock_that_was_an_hour_ahead_and_is_put_right_does_not_stop_polling(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    async with polling(api.address, clock, polls, newest_known=nothing_but_heartbeats(clock)):
        await polls.until_polled("intensity", 1)
        clock.jump(-HOUR)
        await clock.advance(1)
        for times in (2, 3):
            await clock.advance(10)
            await polls.until_polled("intensity", times)

    assert polls.ticks_of("intensity") == ["12:00:00", "11:00:10", "11:00:20"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3 * HOUR, "The clock went ahead by 10800 s at once, or the machine slept"),
        (-HOUR, "The clock went back by 3600 s: polling goes on"),
    ],
)
async def test_people_are_told_once_of_a_jump(
    api: ScriptedApi,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
    seconds: float,
    words: str,
) -> None:
    polls = TakenPolls()

    async with polling(api.address, clock, polls, newest_known=nothing_but_heartbeats(clock)):
        await polls.until_polled("intensity", 1)
        clock.jump(seconds)
        await clock.advance(15)

    assert [words in message for message in caplog.messages] == [True]


async def test_small_steps_as_ntp_makes_them_are_no_news(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with polling(api.address, clock, polls, newest_known=nothing_but_heartbeats(clock)):
        for step in (0.5, -0.7, 1.9):
            clock.jump(step)
            await clock.advance(5)

    assert caplog.messages == []


async def test_a_leader_that_is_told_of_ticks_in_the_future_does_not_wait_for_them(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    ahead = ManualClock(clock.now())
    ahead.jump(HOUR)

    async with polling(api.address, clock, polls, newest_known=lambda _: ahead.now()):
        await clock.advance(11)
        await polls.until_polled("intensity", 1)

    assert polls.ticks_of("intensity") == ["12:00:10"]
