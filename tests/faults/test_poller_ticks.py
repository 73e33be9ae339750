"""Each tick leaves its poll, on the clock's grid, whatever else is under way."""

from datetime import UTC, datetime

from support.manual_clock import ManualClock
from support.polling import nothing_but_heartbeats, polling
from support.scripted_api import Reply, ScriptedApi
from support.taken_polls import TakenPolls

from greenpulse.grid.schedule import build_schedule, newest_tick

HEARTBEAT = "/intensity"
WINDOW = "/intensity/2026-01-30*"


async def test_a_new_leader_asks_each_series_at_once_for_its_newest_tick(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    async with polling(api.address, clock, polls):
        await polls.until(lambda polls: len(polls.all) == 5)

    assert {poll.series: poll.scheduled_at for poll in polls.all} == {
        "intensity": "2026-01-31T12:00:00.000000Z",
        "window": "2026-01-31T11:57:05.000000Z",
        "generation": "2026-01-31T11:57:00.000000Z",
        "regional": "2026-01-31T11:42:00.000000Z",
        "settle": "2026-01-31T04:17:05.000000Z",
    }
    assert next(poll.series for poll in polls.all if poll.family == "national") == "intensity"


async def test_a_poll_tells_all_of_its_exchange(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    api.replies["*"] = Reply(body='{"data":[]}', headers={"X-Amzn-RequestId": "cbdb84be"})

    async with polling(api.address, clock, polls, new_poll_id=lambda: "an-id"):
        poll = (await polls.until_polled("regional", 1))[0]

    headers = poll.headers
    assert headers.pop("date")
    assert poll.to_representation() == {
        "poll_id": "an-id",
        "family": "regional",
        "series": "regional",
        "url": f"{api.address}/regional/intensity/2026-01-31T11:31Z/fw48h",
        "scheduled_at": "2026-01-31T11:42:00.000000Z",
        "requested_at": "2026-01-31T12:00:00.000000Z",
        "answered_at": "2026-01-31T12:00:00.000000Z",
        "status": 200,
        "headers": {
            "content-type": "application/json; charset=utf-8",
            "x-amzn-requestid": "cbdb84be",
        },
        "body": '{"data":[]}',
        "error": None,
        "attempts": 1,
        "worker": "worker-1",
    }


async def test_heartbeats_come_on_the_grid_of_the_clock_without_drift(
    api: ScriptedApi, polls: TakenPolls
) -> None:
    clock = ManualClock(datetime(2026, 1, 31, 12, 0, 3, 700_000, tzinfo=UTC))
    newest_known = nothing_but_heartbeats(clock)

    async with polling(api.address, clock, polls, newest_known=newest_known):
        await polls.until_polled("intensity", 1)
        for times, seconds in enumerate((6.5, 10, 10), start=2):
            await clock.advance(seconds)
            await polls.until_polled("intensity", times)

    assert polls.ticks_of("intensity") == ["12:00:00", "12:00:10", "12:00:20", "12:00:30"]
    asked = [str(poll.requested_at)[17:24] for poll in polls.all]
    assert asked == ["03.7000", "10.0000", "20.0000", "30.0000"]


async def test_a_series_whose_newest_tick_is_known_waits_for_the_next_one(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    schedule = {series.name: series for series in build_schedule(10)}

    async with polling(
        api.address,
        clock,
        polls,
        newest_known=lambda name: newest_tick(schedule[name], clock.now()),
    ):
        await clock.advance(9.9)
        before = list(polls.all)
        await clock.advance(0.1)
        await polls.until_polled("intensity", 1)

    assert before == []
    assert polls.ticks_of("intensity") == ["12:00:10"]


async def test_nobody_but_the_leader_asks(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    leaders: list[bool] = []

    async with polling(
        api.address,
        clock,
        polls,
        is_leader=lambda: bool(leaders),
        newest_known=nothing_but_heartbeats(clock),
    ):
        await clock.advance(25)
        before = list(polls.all)
        leaders.append(True)
        await clock.advance(1)
        await polls.until_polled("intensity", 1)
        leaders.clear()
        await clock.advance(60)

    assert before == []
    # The ticks of the time before were another leader's.
    assert polls.ticks_of("intensity") == ["12:00:20"]


async def test_families_are_asked_side_by_side_and_each_one_question_at_a_time(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    async with polling(api.address, clock, polls):
        async with api.holding("*"):
            for pattern in (HEARTBEAT, "/generation/*", "/regional/*"):
                await api.until_asked(pattern)
            under_way = list(api.asked)
        await polls.until(lambda polls: len(polls.all) == 5)

    assert len(under_way) == 3
    assert api.most_under_way == 3


async def test_a_late_tick_keeps_its_time(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    async with polling(api.address, clock, polls):
        await polls.until(lambda polls: len(polls.all) == 5)
        async with api.holding(WINDOW):
            await clock.advance(125)
            await api.until_asked(WINDOW, 2)
            await clock.advance(7)
        late = await polls.until_tick("intensity", "12:02:10")

    assert late.requested_at == "2026-01-31T12:02:12.000000Z"
    assert late.status == 200


async def test_ticks_that_nobody_could_ask_are_recorded_all_the_same(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    async with polling(api.address, clock, polls, newest_known=nothing_but_heartbeats(clock)):
        async with api.holding(HEARTBEAT):
            await api.until_asked(HEARTBEAT)
            await clock.advance(35)
        await polls.until_polled("intensity", 4)

    assert sorted(polls.ticks_of("intensity")) == ["12:00:00", "12:00:10", "12:00:20", "12:00:30"]
    asked = {p.scheduled_at[17:19]: (p.status, p.attempts) for p in polls.all if p.scheduled_at}
    assert asked == {"00": (200, 1), "10": (None, 0), "20": (None, 0), "30": (200, 1)}
    missed = polls.all[1]
    assert (missed.requested_at, missed.answered_at, missed.body) == (None, None, None)
    assert missed.error == "not asked: the worker came too late"


async def test_a_heartbeat_that_is_due_goes_before_all_that_is_due_with_it(
    api: ScriptedApi, polls: TakenPolls, clock: ManualClock
) -> None:
    api.replies["/intensity/*"] = Reply(status=500)

    # The window's and the settlement's second attempts are due when a heartbeat is.
    async with polling(api.address, clock, polls, backoff=lambda _attempt: 10):
        await polls.until(lambda polls: len(polls.all) == 5)
        await clock.advance(10)
        await polls.until(lambda polls: len(polls.all) == 8)

    assert [(p.series, p.attempts) for p in polls.all if p.family == "national"][3:] == [
        ("intensity", 1),
        ("window", 2),
        ("settle", 2),
    ]
