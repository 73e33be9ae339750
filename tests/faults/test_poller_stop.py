"""What a poller leaves behind when it is stopped, and while the log is away."""

import asyncio

from support.manual_clock import ManualClock
from support.polling import nothing_but_heartbeats, polling
from support.scripted_api import ScriptedApi
from support.taken_polls import LogAway, TakenPolls


async def test_questions_under_way_are_cut_off_and_recorded_at_once(
    api: ScriptedApi, clock: ManualClock
) -> None:
    polls = TakenPolls()

    async with polling(api.address, clock, polls) as poller, api.holding("*"):
        for pattern in ("/intensity", "/generation/*", "/regional/*"):
            await api.until_asked(pattern)
        # The clock stands still meanwhile: nothing here waits for a time to pass.
        async with asyncio.timeout(60):
            await poller.stop()

    assert {(p.series, p.status, p.answered_at, p.attempts, p.error) for p in polls.all} == {
        ("intensity", None, None, 1, "cut off: polling stops"),
        ("generation", None, None, 1, "cut off: polling stops"),
        ("regional", None, None, 1, "cut off: polling stops"),
    }
    assert {poll.requested_at for poll in polls.all} == {"2026-01-31T12:00:00.000000Z"}


async def test_a_poller_that_never_ran_stops_at_once(api: ScriptedApi, clock: ManualClock) -> None:
    polls = TakenPolls()

    async with polling(api.address, clock, polls, is_leader=lambda: False) as poller:
        # The clock stands still meanwhile: nothing here waits for a time to pass.
        async with asyncio.timeout(60):
            await poller.stop()
            await poller.stop()

    assert polls.all == []


async def test_polling_goes_on_while_the_log_is_away_and_all_of_it_is_sent_in_order(
    api: ScriptedApi, clock: ManualClock
) -> None:
    polls = LogAway()

    newest_known = nothing_but_heartbeats(clock)
    async with polling(api.address, clock, polls, newest_known=newest_known) as poller:
        for times in range(1, 13):
            await api.until_asked("/intensity", times)
            async with asyncio.timeout(60):
                # A poll takes more than 1,000 bytes. One that is not answered yet would time out.
                while poller.outbox.held_bytes <= times * 1000:
                    await asyncio.sleep(0.01)
            await clock.advance(10)
        taken, held_bytes = list(polls.all), poller.outbox.held_bytes
        polls.is_away = False
        await clock.advance(6)
        await polls.until_polled("intensity", 12)
        await clock.advance(0)
        reason = poller.outbox.waits_for

    assert taken == []
    assert held_bytes > 12 * 1000
    assert polls.refused > 3
    assert polls.ticks_of("intensity")[:12] == [
        f"12:0{minute}:{second:02}" for minute in (0, 1) for second in range(0, 60, 10)
    ]
    assert reason is None


async def test_a_log_that_stays_away_does_not_hold_up_the_end_for_longer_than_the_drain(
    api: ScriptedApi, clock: ManualClock
) -> None:
    polls = LogAway()

    async with polling(api.address, clock, polls) as poller:
        await api.until_asked("/regional/*")
        began = clock.monotonic()
        stopping = asyncio.create_task(poller.stop())
        while not stopping.done():
            await clock.advance(1)
            await asyncio.sleep(0.01)  # for what takes its time in truth

    assert clock.monotonic() - began <= 8
    assert polls.all == []
