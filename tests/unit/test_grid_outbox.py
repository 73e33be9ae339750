"""Polls on their way to the log."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from support.manual_clock import ManualClock
from support.saying import poll_saying
from support.taken_polls import LogAway, TakenPolls

from greenpulse.errors import BrokerUnavailable, PermanentError
from greenpulse.grid.outbox import Outbox
from greenpulse.records import Poll


class RefusesForGood(TakenPolls):
    """Takes all polls but one."""

    async def emit(self, poll: Poll) -> None:
        if poll.poll_id == "bad":
            message = "sending to 'greenpulse.polls': too large"
            raise PermanentError(message)
        await super().emit(poll)


class LosesTheNationalPartition(TakenPolls):
    """Takes no poll of the national family."""

    async def emit(self, poll: Poll) -> None:
        if poll.family == "national":
            message = "sending to 'greenpulse.polls': no leader for partition 0"
            raise BrokerUnavailable(message)
        await super().emit(poll)


@asynccontextmanager
async def sending(
    send: Callable[[Poll], Awaitable[None]],
    clock: ManualClock,
    **options: Any,  # noqa: ANN401 - of Outbox
) -> AsyncIterator[Outbox]:
    outbox = Outbox(["national", "regional"], send, clock, **options)
    running = asyncio.create_task(outbox.run())
    try:
        yield outbox
    finally:
        running.cancel()
        await asyncio.wait({running})


def named(poll_id: str, family: str = "national", body: str = "{}") -> Poll:
    return poll_saying(body, poll_id=poll_id, family=family)


async def test_polls_are_sent_in_the_order_of_their_family(clock: ManualClock) -> None:
    polls = TakenPolls()

    async with sending(polls.emit, clock) as outbox:
        for number in range(20):
            outbox.put(named(str(number), "national" if number % 2 else "regional"))
        await outbox.drain(5)

    for family, rest in (("regional", 0), ("national", 1)):
        sent = [int(poll.poll_id) for poll in polls.all if poll.family == family]
        assert sent == list(range(rest, 20, 2))
    assert outbox.held_bytes == 0


async def test_a_log_that_is_away_is_asked_again_until_it_takes_the_same_poll_first(
    clock: ManualClock,
) -> None:
    polls = LogAway()

    async with sending(polls.emit, clock) as outbox:
        outbox.put(named("1"))
        outbox.put(named("2"))
        await clock.advance(60)
        reason, refused = outbox.waits_for, polls.refused
        polls.is_away = False
        await clock.advance(6)

    assert reason == "sending to 'greenpulse.polls': the log is away"
    assert 10 < refused < 60
    assert [poll.poll_id for poll in polls.all] == ["1", "2"]
    assert outbox.waits_for is None
    assert outbox.given_up == 0


async def test_a_partition_that_is_away_holds_up_its_own_family_alone(clock: ManualClock) -> None:
    polls = LosesTheNationalPartition()

    async with sending(polls.emit, clock) as outbox:
        outbox.put(named("1", "national"))
        outbox.put(named("2", "regional"))
        await clock.advance(1)

    assert [poll.poll_id for poll in polls.all] == ["2"]


async def test_what_goes_beyond_the_memory_is_given_up_and_counted_and_nothing_that_is_held(
    clock: ManualClock,
) -> None:
    polls = LogAway()
    given_up: list[Poll] = []

    async with sending(
        polls.emit, clock, on_given_up=given_up.append, most_held_bytes=1 << 20
    ) as outbox:
        for number in range(6):
            outbox.put(named(str(number), body=" " * 200_000))
        held_bytes = outbox.held_bytes
        polls.is_away = False
        await clock.advance(6)

    assert 1_000_000 < held_bytes <= 1 << 20
    assert [poll.poll_id for poll in polls.all] == ["0", "1", "2", "3", "4"]
    assert [poll.poll_id for poll in given_up] == ["5"]
    assert outbox.given_up == 1


async def test_a_poll_that_will_never_be_taken_does_not_hold_up_the_others(
    clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    polls = RefusesForGood()

    async with sending(polls.emit, clock) as outbox:
        for poll_id in ("good", "bad", "better"):
            outbox.put(named(poll_id))
        await outbox.drain(5)

    assert [poll.poll_id for poll in polls.all] == ["good", "better"]
    assert outbox.given_up == 1
    assert outbox.held_bytes == 0
    assert "too large" in caplog.text


async def test_draining_ends_when_all_is_sent_or_when_its_time_is_over(clock: ManualClock) -> None:
    polls = LogAway()

    async with sending(polls.emit, clock) as outbox:
        async with asyncio.timeout(60):
            await outbox.drain(5)
        outbox.put(named("1"))
        draining = asyncio.create_task(outbox.drain(5))
        await clock.advance(4.9)
        still_draining = not draining.done()
        await clock.advance(0.2)

    assert still_draining
    assert draining.done()
