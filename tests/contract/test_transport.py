"""What Faust, and the archive on it, rely on in a transport; the same on every broker."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import pytest
from support.brokers import BROKERS, Broker, open_broker
from support.remote_worker import RemoteWorker, Report

from greenpulse.broker.log import Log, Message, TopicSpec

Start = Callable[..., Awaitable[RemoteWorker]]


@pytest.fixture(params=BROKERS)
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Broker:
    return open_broker(request.param, tmp_path, request)


@pytest.fixture
def group() -> str:
    """Names the app, its consumer group and its topics."""
    return f"test-{uuid4()}"


@pytest.fixture
def topic(group: str) -> str:
    return f"{group}.batches"


@pytest.fixture
async def log(broker: Broker, group: str, topic: str) -> AsyncIterator[Log]:
    opened = broker.open_log()
    await opened.ensure_topics([TopicSpec(topic, 3), TopicSpec(f"{group}.counts", 3)])
    yield opened
    await opened.close()


@pytest.fixture
async def start(
    broker: Broker,
    group: str,
    log: Log,  # noqa: ARG001 - topics come first
    tmp_path: Path,
) -> AsyncIterator[Start]:
    started: list[RemoteWorker] = []

    async def start_one(*faults: str) -> RemoteWorker:
        started.append(await RemoteWorker.start(broker.address, group, tmp_path, *faults))
        return started[-1]

    yield start_one
    for worker in started:
        await worker.kill()


def messages(*values: str, partition: int = 0) -> list[Message]:
    return [Message(None, value.encode(), partition) for value in values]


def offsets(batches: list[Report], partition: int = 0) -> list[int]:
    return [
        offset
        for batch in batches
        if batch["partition"] == partition
        for offset, _ in batch["records"]
    ]


async def test_records_come_in_batches_whole_and_in_sequence(
    start: Start, log: Log, topic: str
) -> None:
    appended = {n: [f"{n}:{i} {'x' * 300}" for i in range(1_500)] for n in range(3)}
    for number, values in appended.items():
        await log.append(topic, messages(*values, partition=number))
    worker = await start()

    batches = await worker.batches(4_500)

    came: dict[int, list[str]] = {n: [] for n in range(3)}
    for batch in batches:
        assert batch["offset"] == batch["records"][-1][0]
        came[batch["partition"]] += [value for _, value in batch["records"]]
    assert came == appended
    assert all(offsets(batches, n) == list(range(1_500)) for n in range(3))
    assert len(batches) < 450


async def test_what_is_not_acknowledged_comes_again_after_kill_9(
    start: Start, log: Log, group: str, topic: str
) -> None:
    worker = await start()
    await log.append(topic, messages("a", "b"))
    await worker.batches(2)
    await log.append(topic, messages("c", "d"))
    await worker.batches(2)

    await worker.do("acknowledge", partition=0)
    await worker.do("commit")
    await worker.kill()
    worker = await start()

    assert offsets(await worker.batches(2)) == [2, 3]
    assert await log.committed(group, topic) == {0: 2}


async def test_no_commit_passes_a_batch_in_flight(
    start: Start, log: Log, group: str, topic: str
) -> None:
    worker = await start()
    for value in "abc":
        await log.append(topic, messages(value))
        await worker.batches(1)

    await worker.do("acknowledge", partition=0, nth=1)
    await worker.do("commit")
    held = await log.committed(group, topic)
    await worker.do("acknowledge", partition=0)
    await worker.do("commit")
    moved = await log.committed(group, topic)

    assert held.get(0, 0) == 0
    assert moved == {0: 2}


async def test_a_part_of_a_batch_is_committed_exactly(
    start: Start, log: Log, group: str, topic: str
) -> None:
    await log.append(topic, messages(*"abcdefghij"))
    worker = await start()
    await worker.batches(10)

    await worker.do("acknowledge_part", partition=0, offset=6)
    await worker.do("commit")
    await worker.kill()
    worker = await start()

    assert offsets(await worker.batches(3)) == [7, 8, 9]
    assert await log.committed(group, topic) == {0: 7}


async def test_sigterm_commits_what_is_acknowledged_and_ends_well(
    start: Start, log: Log, group: str, topic: str
) -> None:
    await log.append(topic, messages("a", "b"))
    worker = await start()
    await worker.batches(2)
    await worker.do("acknowledge", partition=0)

    code = await worker.stop()

    assert code == 0
    assert await log.committed(group, topic) == {0: 2}


async def test_sigterm_ends_it_at_once_while_batches_are_held_and_commits_none_of_them(
    start: Start, log: Log, group: str, topic: str
) -> None:
    worker = await start()
    for value in "abc":
        await log.append(topic, messages(value))
        await worker.batches(1)
    await worker.do("acknowledge", partition=0)
    await worker.do("acknowledge", partition=0, nth=1)

    code = await worker.stop()

    assert code == 0
    assert await log.committed(group, topic) == {0: 1}


async def test_a_new_group_begins_at_the_oldest_record_that_is_left(
    start: Start, log: Log, broker: Broker, topic: str
) -> None:
    await log.append(topic, messages(*"abcdef"))
    await broker.drop_below(topic, 0, 4)
    worker = await start()

    assert offsets(await worker.batches(2)) == [4, 5]


async def test_a_group_whose_next_record_was_dropped_goes_on_with_the_oldest(
    start: Start, log: Log, broker: Broker, topic: str
) -> None:
    await log.append(topic, messages(*"abcdef"))
    worker = await start()
    await worker.batches(6)
    await worker.do("acknowledge_part", partition=0, offset=1)
    await worker.do("commit")
    await worker.kill()

    await broker.drop_below(topic, 0, 4)
    worker = await start()

    assert offsets(await worker.batches(2)) == [4, 5]


async def test_seeking_back_delivers_again_from_there(start: Start, log: Log, topic: str) -> None:
    await log.append(topic, messages(*"abcdef"))
    worker = await start()
    await worker.batches(6)

    await worker.do("seek", partition=0, offset=2)
    again = await worker.batches(4)
    await log.append(topic, messages("g"))
    after = await worker.batches(1)

    assert offsets(again) == [2, 3, 4, 5]
    assert offsets(after) == [6]


async def test_seeking_while_a_fetch_is_read_ends_no_worker(
    start: Start, log: Log, topic: str
) -> None:
    # Faust reads fetches on a thread of its own; aiokafka's fetcher is not made for two.
    await log.append(topic, messages("a", "b"))
    worker = await start("reads-slowly")
    await worker.batches(2)

    await worker.do("seek_often", partition=0, offset=0, times=50)
    await log.append(topic, messages("c"))
    while offsets([await worker.report("batch")])[-1] != 2:
        pass


async def test_rewinding_commits_what_lies_below_and_forgets_what_is_in_flight(
    start: Start, log: Log, group: str, topic: str
) -> None:
    await log.append(topic, messages(*"abcdef"))
    worker = await start()
    await worker.batches(6)

    await worker.do("rewind", partition=0, offset=4)
    again = await worker.batches(2)
    await worker.do("acknowledge", partition=0)  # the batch from before: too late to count
    await worker.do("commit")

    assert offsets(again) == [4, 5]
    assert await log.committed(group, topic) == {0: 4}


async def test_a_partition_that_is_held_back_gives_nothing_until_it_is_rewound(
    start: Start, log: Log, topic: str
) -> None:
    worker = await start()
    await worker.report("assigned")
    await worker.do("hold_back", partition=0)

    # A fetch that was under way may still bring one; what comes after it does not.
    await log.append(topic, messages("a"))
    await worker.report("leading")
    while worker.has_waiting("batch"):
        await worker.report("batch")
    await log.append(topic, messages("b"))
    for _ in range(5):
        await worker.report("leading")
    assert not worker.has_waiting("batch")

    await worker.do("rewind", partition=0, offset=0)
    assert offsets(await worker.batches(2)) == [0, 1]


async def test_fetches_that_get_lost_on_the_way_are_fetched_again(
    start: Start, log: Log, topic: str
) -> None:
    worker = await start("loses-fetches")
    await worker.report("assigned")
    delivered: list[int] = []
    appended = 0

    while len(delivered) < 20:
        await log.append(topic, messages(str(appended)))
        appended += 1
        await worker.report("leading")
        while worker.has_waiting("batch"):
            delivered += offsets([await worker.report("batch")])

    assert delivered == list(range(len(delivered)))


async def test_a_paused_partition_waits_while_others_go_on(
    start: Start, log: Log, topic: str
) -> None:
    worker = await start()
    await log.append(topic, messages("a"))
    await worker.batches(1)

    await worker.do("pause", partition=0)
    await log.append(topic, messages("held"))
    await log.append(topic, messages("b", partition=1))
    meanwhile = await worker.batches(1)
    await log.append(topic, messages("c", partition=1))
    meanwhile += await worker.batches(1)
    await worker.do("resume", partition=0)
    after = await worker.batches(1)

    assert [batch["partition"] for batch in meanwhile] == [1, 1]
    assert (offsets(after), after[0]["partition"]) == ([1], 0)


async def test_partitions_are_assigned_at_the_start_and_again_at_a_rebalance(
    start: Start, log: Log, topic: str
) -> None:
    worker = await start()
    first = [await worker.report("revoked"), await worker.report("assigned")]
    await log.append(topic, messages("a", "b"))
    await worker.batches(2)

    await worker.do("subscribe_again")
    second = [await worker.report("revoked"), await worker.report("assigned")]
    again = await worker.batches(2)

    assert [report["partitions"] for report in first] == [[], [0, 1, 2]]
    assert [report["partitions"] for report in second] == [[0, 1, 2], [0, 1, 2]]
    assert offsets(again) == [0, 1]


async def test_a_table_comes_back_from_its_changelog(start: Start) -> None:
    worker = await start()
    for key in ("national", "regional", "national"):
        await worker.do("send", key=key, value="x")
        await worker.report("counted")
    # A commit waits for the changelog, so that it never runs ahead of the table.
    await worker.do("commit")
    await worker.kill()

    worker = await start()
    await worker.do("send", key="national", value="x")
    counted = await worker.report("counted")

    assert (counted["key"], counted["count"]) == ("national", 3)
    assert await worker.do("read_table") == {"national": 3, "regional": 1}


async def test_the_timer_on_the_leader_runs(start: Start) -> None:
    worker = await start()

    ticks = [await worker.report("leading") for _ in range(2)]

    assert [tick["is_leader"] for tick in ticks] == [True, True]


async def test_a_send_is_durable_when_it_is_acknowledged(
    start: Start, log: Log, group: str
) -> None:
    worker = await start()

    sent = [await worker.do("send", key="national", value=value) for value in "abc"]
    await worker.kill()

    partition = sent[0][0]
    read = await log.read(f"{group}.counts", partition, 0)
    assert sent == [[partition, 0], [partition, 1], [partition, 2]]
    assert [record.value for record in read] == [b"a", b"b", b"c"]


async def test_a_worker_whose_assignment_is_not_what_was_meant_for_it_ends(
    broker: Broker,
    group: str,
    log: Log,  # noqa: ARG001 - topics come first
    tmp_path: Path,
) -> None:
    worker = await RemoteWorker.launch(broker.address, group, tmp_path, "disagrees")

    assert await worker.end() == 1
