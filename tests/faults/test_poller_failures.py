"""What becomes of a question that is not answered as it should be."""

from typing import Any

import pytest
from support.faulty_servers import NeverAnswers
from support.manual_clock import ManualClock
from support.polling import nothing_but_heartbeats, polling
from support.scripted_api import Reply, ScriptedApi
from support.services.ports import free_port
from support.taken_polls import TakenPolls

from greenpulse.grid.readings import Outcome, Reading
from greenpulse.records import Poll

HEARTBEAT = "/intensity"
GENERATION = "/generation/*"


@pytest.mark.parametrize(
    ("reply", "status", "outcome"),
    [
        (Reply(status=500, body='{"error":{}}'), 500, "http_error"),
        (Reply(status=400, body='{"error":{}}'), 400, "http_error"),
        (Reply(body=""), 200, "empty"),
        (Reply(body="{}"), 200, "empty"),
        (Reply(body="<html>"), 200, "unreadable"),
        (Reply(is_cut=True), None, "no_answer"),
    ],
    ids=lambda value: str(getattr(value, "body", value)),
)
async def test_a_heartbeat_that_fails_leaves_its_poll_and_waits_for_the_next_one(
    api: ScriptedApi, clock: ManualClock, reply: Reply, status: int | None, outcome: str
) -> None:
    polls = TakenPolls()
    api.replies["*"] = reply
    readings: list[Reading] = []

    def on_poll(poll: Poll, reading: Reading) -> None:
        assert poll.status == status
        readings.append(reading)

    newest_known = nothing_but_heartbeats(clock)
    async with polling(api.address, clock, polls, newest_known=newest_known, on_poll=on_poll):
        await polls.until_polled("intensity", 1)
        await clock.advance(9)
        asked_before_the_next = len(api.asked)
        await clock.advance(1)
        await polls.until_polled("intensity", 2)

    assert asked_before_the_next == 1
    assert polls.ticks_of("intensity") == ["12:00:00", "12:00:10"]
    assert [reading.outcome for reading in readings] == [Outcome(outcome)] * 2
    assert {poll.body for poll in polls.all} == {None if reply.is_cut else reply.body}


@pytest.mark.parametrize(
    "reply",
    [Reply(status=503), Reply(status=429), Reply(body="null"), Reply(body="["), Reply(is_cut=True)],
    ids=lambda reply: f"{reply.status} {reply.body[:4]}",
)
async def test_a_slower_series_asks_again_after_a_backoff_and_each_attempt_leaves_its_poll(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock, reply: Reply
) -> None:
    api.replies[GENERATION] = reply

    async with polling(api.address, clock, polls, backoff=lambda attempt: 10.0 * attempt):
        for attempt, seconds in enumerate((0, 10, 20, 30), start=1):
            await clock.advance(seconds)
            await polls.until_polled("generation", attempt)
        await clock.advance(55)

    generation = polls.of("generation")
    assert [poll.attempts for poll in generation] == [1, 2, 3, 4]
    assert {poll.scheduled_at for poll in generation} == {"2026-01-31T11:57:00.000000Z"}
    assert len({poll.poll_id for poll in generation}) == 4
    assert len({poll.url for poll in generation}) == 1


async def test_a_repeated_question_that_is_answered_is_not_asked_again(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    api.replies[GENERATION] = Reply(status=500)

    async with polling(api.address, clock, polls, backoff=lambda _: 10):
        await polls.until_polled("generation", 1)
        del api.replies[GENERATION]
        await clock.advance(10)
        await polls.until_polled("generation", 2)
        await clock.advance(60)

    assert [poll.status for poll in polls.of("generation")] == [500, 200]


@pytest.mark.parametrize("status", [301, 400, 403, 404])
async def test_a_question_that_was_refused_is_not_asked_again(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock, status: int
) -> None:
    api.replies[GENERATION] = Reply(status=status)

    async with polling(api.address, clock, polls, backoff=lambda _: 10):
        await polls.until_polled("generation", 1)
        await clock.advance(90)

    assert [poll.status for poll in polls.of("generation")] == [status]


async def test_a_tick_that_comes_ends_the_attempts_of_the_one_before(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    api.replies[GENERATION] = Reply(status=500)

    # The tick after the first is at 12:02.
    async with polling(api.address, clock, polls, backoff=lambda _: 150):
        await polls.until_polled("generation", 1)
        await clock.advance(120)
        await polls.until_polled("generation", 2)
        await clock.advance(120)

    assert polls.ticks_of("generation") == ["11:57:00", "12:02:00"]


async def test_heartbeats_go_on_while_another_series_of_their_family_waits(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    api.replies["/intensity/*"] = Reply(status=500)

    async with polling(api.address, clock, polls, backoff=lambda _: 45):
        await polls.until(lambda polls: len(polls.all) == 5)
        for times in (2, 3, 4):
            await clock.advance(10)
            await polls.until_polled("intensity", times)

    assert polls.ticks_of("intensity") == ["12:00:00", "12:00:10", "12:00:20", "12:00:30"]
    assert len(polls.of("window")) == 1


async def test_an_attempt_is_given_up_before_the_next_heartbeat(
    polls: TakenPolls, clock: ManualClock
) -> None:
    async with (
        NeverAnswers() as server,
        polling(server.address, clock, polls, heartbeat_seconds=0.25),
    ):
        poll = (await polls.until_polled("intensity", 1))[0]

    assert poll.error == "no whole answer within 0.2 s"


async def test_where_nobody_listens_each_tick_is_recorded_and_people_are_told(
    polls: TakenPolls, clock: ManualClock
) -> None:
    address = f"http://127.0.0.1:{free_port()}"

    newest_known = nothing_but_heartbeats(clock)
    async with polling(address, clock, polls, newest_known=newest_known) as poller:
        for times in range(1, 7):
            await polls.until_polled("intensity", times)
            await clock.advance(10)
        trouble = poller.trouble

    assert polls.ticks_of("intensity")[:6] == [f"12:00:{second}0" for second in range(6)]
    assert {poll.error for poll in polls.all} == {
        f"cannot connect to {address[7:]}: connection refused"
    }
    assert trouble == (
        f"Cannot reach the Carbon Intensity API at {address}: cannot connect to {address[7:]}: "
        "connection refused; polling goes on. To see everything without a network: make demo"
    )


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(status=503), "status 503"),
        (Reply(body="{}"), "is empty"),
        (Reply(body="<html>"), "not as agreed"),
        (Reply(is_cut=True), "closed without an answer"),
    ],
    ids=lambda value: str(value)[:30],
)
async def test_people_are_told_what_is_wrong_for_as_long_as_it_is(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock, reply: Reply, words: str
) -> None:
    api.replies[HEARTBEAT] = reply
    told: list[Any] = []

    newest_known = nothing_but_heartbeats(clock)
    async with polling(api.address, clock, polls, newest_known=newest_known) as poller:
        told.append(poller.trouble)
        await polls.until_polled("intensity", 1)
        told.append(poller.trouble)
        del api.replies[HEARTBEAT]
        await clock.advance(10)
        await polls.until_polled("intensity", 2)
        told.append(poller.trouble)

    assert (told[0], told[2]) == (None, None)
    assert words in told[1]
    assert told[1].endswith("make demo")
