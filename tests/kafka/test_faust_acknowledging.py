"""What Faust does today with events that an agent has not done; and why ours are safe.

A test here that fails after an upgrade says what has changed in Faust. Every agent of
GreenPulse acknowledges by itself, in offset order, and is the only one of its kind
(tests/unit/test_agents_are_safe.py); the polls topic has a queue of ranges in the place of
what is seen here (tests/contract/test_transport.py: no commit passes a batch in flight).
"""

import pytest
from support.remote_worker import RemoteWorker
from support.stock_topic import StartStock, StockTopic


async def test_faust_commits_an_event_whose_agent_raised(
    start_stock: StartStock, topic: StockTopic
) -> None:
    worker = await start_stock("lets_faust_acknowledge")

    await topic.append("a", "fail", "c")
    await topic.is_committed(3)

    assert [(await worker.report("finished"))["offset"] for _ in range(2)] == [0, 2]


async def test_an_agent_that_is_started_again_goes_on_behind_the_event_that_failed(
    start_stock: StartStock, topic: StockTopic
) -> None:
    # noack() alone does not save it: nothing goes back for it, and the commit passes it.
    worker = await start_stock("acknowledges_itself")

    await topic.append("a", "fail", "c", "d")
    finished = [(await worker.report("finished"))["offset"] for _ in range(3)]
    await worker.do("commit")

    assert finished == [0, 2, 3]
    assert await topic.committed() == 4


async def test_faust_commits_a_batch_of_take_whose_agent_raised_and_what_came_after_it(
    start_stock: StartStock, topic: StockTopic
) -> None:
    worker = await start_stock("takes_threes")
    later = [str(number) for number in range(30)]

    # Twice: with the second failure the agent stays dead for seconds, and Faust goes on.
    await topic.append("fail", "a", "b", "fail", "c", "d", *later)
    await topic.is_committed(36)

    seen = [value for batch in await worker.killed("batch") for value in batch["values"]]
    assert seen[:6] == ["fail", "a", "b", "fail", "c", "d"]
    assert seen[6:] != later


async def test_faust_commits_past_one_event_that_nobody_acknowledged(
    start_stock: StartStock, topic: StockTopic
) -> None:
    worker = await keeping(start_stock, topic, "a", "b", "c", "d")

    await worker.do("acknowledge", offset=0)
    await worker.do("commit")
    for offset in (2, 3):
        await worker.do("acknowledge", offset=offset)
    await worker.do("commit")

    assert await topic.committed() == 4


async def test_faust_stops_before_two_events_that_nobody_acknowledged(
    start_stock: StartStock, topic: StockTopic
) -> None:
    worker = await keeping(start_stock, topic, "a", "b", "c", "d")

    await worker.do("acknowledge", offset=0)
    await worker.do("commit")
    await worker.do("acknowledge", offset=3)
    await worker.do("commit")

    assert await topic.committed() == 1


async def test_before_the_first_commit_faust_commits_past_any_number_of_them(
    start_stock: StartStock, topic: StockTopic
) -> None:
    worker = await keeping(start_stock, topic, "a", "b", "c", "d")

    await worker.do("acknowledge", offset=3)
    await worker.do("commit")

    assert await topic.committed() == 4


async def test_one_message_that_is_no_json_takes_all_that_is_held_with_it(
    start_stock: StartStock, topic: StockTopic
) -> None:
    # Why the polls topic is read as raw bytes.
    worker = await keeping(start_stock, topic, *"12345", agent="keeps_json")

    await topic.append("{no json")
    await topic.is_committed(6)
    await worker.kill()

    assert await topic.committed() == 6


async def test_an_event_that_a_filter_drops_is_acknowledged_before_those_that_are_kept(
    start_stock: StartStock, topic: StockTopic
) -> None:
    worker = await keeping(start_stock, topic, "wanted", agent="keeps_what_it_wants")

    await topic.append("unwanted", "wanted")
    while (await worker.report("began"))["offset"] != 2:
        pass
    await worker.do("commit")

    assert await topic.committed() == 2


@pytest.mark.parametrize("agent", ["lets_faust_acknowledge", "acknowledges_itself"])
async def test_a_worker_that_ends_with_its_agent_loses_nothing_only_with_noack(
    start_stock: StartStock, topic: StockTopic, agent: str
) -> None:
    worker = await start_stock(
        agent,
        agent_supervisor="mode.supervisors.CrashingSupervisor",
        stream_wait_empty=False,
    )

    await topic.append("a", "fail", "c")
    is_crashed = (await worker.report("stopping"))["is_crashed"]
    code = await worker.end()

    # on_before_shutdown comes after a crash, too: our archive then leaves all to redelivery.
    assert (is_crashed, code) == (True, 1)
    assert await topic.committed() == {"lets_faust_acknowledge": 2, "acknowledges_itself": 1}[agent]


async def keeping(
    start_stock: StartStock, topic: StockTopic, *values: str, agent: str = "keeps"
) -> RemoteWorker:
    """A worker that holds those events, none of them acknowledged."""
    worker = await start_stock(agent, broker_commit_interval=0.5)
    await topic.append(*values)
    for offset in range(len(values)):
        assert (await worker.report("began"))["offset"] == offset
    return worker
