"""What a log is to those who use it beside Faust; the same on every broker."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from hashlib import shake_128
from pathlib import Path
from uuid import uuid4

import pytest
from support.brokers import BROKERS, Broker, open_broker

from greenpulse.broker.log import (
    Consequence,
    Log,
    LogRecord,
    Message,
    OffsetBounds,
    TopicSpec,
    sentences,
)
from greenpulse.errors import PermanentError, SettingsError

TESTS = Path(__file__).parents[1]
MEBIBYTE = 1024 * 1024


@pytest.fixture(params=BROKERS)
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Broker:
    return open_broker(request.param, tmp_path, request)


@pytest.fixture
def topic() -> str:
    return f"test.{uuid4()}"


@pytest.fixture
async def open_log(broker: Broker) -> AsyncIterator[Callable[[], Log]]:
    opened: list[Log] = []

    def open_one() -> Log:
        opened.append(broker.open_log())
        return opened[-1]

    yield open_one
    for log in opened:
        await log.close()


@pytest.fixture
async def log(open_log: Callable[[], Log], topic: str) -> Log:
    opened = open_log()
    await opened.ensure_topics([TopicSpec(topic, 3)])
    return opened


def messages(*values: str, partition: int = 0) -> list[Message]:
    return [Message(b"key", value.encode(), partition) for value in values]


def values(records: list[LogRecord]) -> list[str]:
    return [(record.value or b"").decode() for record in records]


async def test_a_new_topic_is_empty_and_begins_at_zero(log: Log, topic: str) -> None:
    bounds = await log.bounds(topic)

    assert bounds == {number: OffsetBounds(0, 0) for number in range(3)}
    assert await log.read(topic, 0, 0) == []


async def test_a_topic_that_nobody_created_is_not_made_by_asking(
    open_log: Callable[[], Log], topic: str
) -> None:
    log = open_log()

    found = [await log.bounds(topic), await log.read(topic, 0, 0), await log.bounds(topic)]

    assert found == [{}, [], {}]


async def test_appending_to_a_topic_that_nobody_created_is_refused(
    open_log: Callable[[], Log], topic: str
) -> None:
    log = open_log()

    with pytest.raises(SettingsError, match="no such topic"):
        await log.append(topic, messages("a"))

    assert await log.bounds(topic) == {}


async def test_records_come_back_as_they_were_appended(log: Log, topic: str) -> None:
    appended = [
        Message(b"key", b"value", 1),
        Message(None, b"without key", 1),
        Message(b"tombstone", None, 1),
        Message(b"", b"", 1),
        Message(bytes(range(256)), bytes(range(256)) * 100, 1),
    ]

    offsets = await log.append(topic, appended)
    records = await log.read(topic, 1, 0)

    assert offsets == [0, 1, 2, 3, 4]
    assert [(r.offset, r.key, r.value) for r in records] == [
        (offset, m.key, m.value) for offset, m in enumerate(appended)
    ]


async def test_records_carry_the_time_at_which_the_log_took_them(log: Log, topic: str) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)  # noqa: TID251 - the broker's clock

    await log.append(topic, messages("a"))
    await log.append(topic, messages("b"))

    after = datetime.now(UTC) + timedelta(seconds=1)  # noqa: TID251 - the broker's clock
    times = [record.appended_at for record in await log.read(topic, 0, 0)]
    assert before < times[0] <= times[1] < after
    assert all(time.microsecond % 1000 == 0 for time in times)


async def test_offsets_count_up_in_each_partition_by_itself(log: Log, topic: str) -> None:
    first = await log.append(topic, messages("a", "b") + messages("c", partition=2))
    second = await log.append(topic, messages("d") + messages("e", partition=2))

    assert (first, second) == ([0, 1, 0], [2, 1])
    assert await log.bounds(topic) == {
        0: OffsetBounds(0, 3),
        1: OffsetBounds(0, 0),
        2: OffsetBounds(0, 2),
    }


async def test_reading_begins_where_it_is_told_and_stops_at_the_limit(log: Log, topic: str) -> None:
    await log.append(topic, messages("a", "b", "c", "d"))

    middle = await log.read(topic, 0, 1, limit_records=2)
    beyond = await log.read(topic, 0, 4)

    assert [record.offset for record in middle] == [1, 2]
    assert beyond == []


async def test_reading_on_gives_each_record_once(log: Log, topic: str) -> None:
    numbered = [f"{n:05d} {'x' * 500}" for n in range(5_000)]
    await log.append(topic, messages(*numbered))

    read: list[str] = []
    while records := await log.read(topic, 0, len(read)):
        read += values(records)

    assert read == numbered


async def test_what_was_appended_is_there_for_a_client_that_opens_later(
    log: Log, open_log: Callable[[], Log], topic: str
) -> None:
    await log.append(topic, messages("a", "b"))
    await log.close()

    later = open_log()

    assert values(await later.read(topic, 0, 0)) == ["a", "b"]
    assert await later.append(topic, messages("c")) == [2]


# What org.apache.kafka.common.utils.UtilsTest says murmur2 of these keys is.
MURMUR2 = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


async def test_keys_choose_the_partition_that_kafka_chooses(log: Log, topic: str) -> None:
    await log.append(topic, [Message(key, b"") for key in MURMUR2])

    placed = {
        record.key: number for number in range(3) for record in await log.read(topic, number, 0)
    }
    assert placed == {key: (code & 0x7FFF_FFFF) % 3 for key, code in MURMUR2.items()}


async def test_messages_without_a_key_spread_over_the_partitions(log: Log, topic: str) -> None:
    await log.append(topic, [Message(None, b"") for _ in range(30)])

    counts = [bounds.end for bounds in (await log.bounds(topic)).values()]
    assert sum(counts) == 30
    assert all(counts)


async def test_a_partition_that_is_not_there_is_refused_and_nothing_is_appended(
    log: Log, topic: str
) -> None:
    with pytest.raises(PermanentError, match="no partition 3"):
        await log.append(topic, messages("a") + messages("b", partition=3))

    assert await log.read(topic, 0, 0) == []


async def test_a_message_of_16_mebibytes_goes_through(log: Log, topic: str) -> None:
    # Nothing that a codec could make small.
    largest = shake_128(b"seed").digest(16 * MEBIBYTE)

    await log.append(topic, [Message(None, largest, 0)])
    (record,) = await log.read(topic, 0, 0)

    assert record.value == largest


async def test_a_larger_message_is_refused(log: Log, topic: str) -> None:
    with pytest.raises(PermanentError, match="over 16 MiB"):
        await log.append(topic, [Message(b"k", bytes(16 * MEBIBYTE), 0)])


async def test_topics_may_be_ensured_again_and_at_the_same_time(
    log: Log, open_log: Callable[[], Log], topic: str
) -> None:
    specs = [TopicSpec(topic, 3), TopicSpec(f"{topic}.second", 2, retention_seconds=3600)]
    clients = [open_log() for _ in range(4)]

    await asyncio.gather(*(client.ensure_topics(specs) for client in [log, *clients]))

    assert [len(await log.bounds(spec.name)) for spec in specs] == [3, 2]


async def test_another_partition_count_is_refused_with_the_way_out(log: Log, topic: str) -> None:
    with pytest.raises(SettingsError, match="GREENPULSE_PARTITIONS=3") as refusal:
        await log.ensure_topics([TopicSpec(topic, 4)])

    assert "'greenpulse import' the old bronze files" in str(refusal.value)
    assert len(await log.bounds(topic)) == 3


async def test_topics_as_they_are_wanted_differ_in_nothing_and_absent_ones_neither(
    log: Log, topic: str
) -> None:
    specs = [TopicSpec(f"{topic}.a", 2, retention_seconds=3600), TopicSpec(f"{topic}.b", 2)]
    compacted = TopicSpec(f"{topic}.c", 1, is_compacted=True)
    await log.ensure_topics([*specs, compacted])

    assert await log.compare_topics([*specs, compacted, TopicSpec(f"{topic}.absent", 9)]) == []


async def test_another_partition_count_is_a_difference_that_is_refused(
    log: Log, topic: str
) -> None:
    (difference,) = await log.compare_topics([TopicSpec(topic, 4)])

    assert difference.consequence is Consequence.REFUSED
    assert (difference.topic, difference.found, difference.wanted) == (topic, "3", "4")
    assert "set GREENPULSE_PARTITIONS=3" in difference.way_out


async def test_a_longer_retention_is_a_difference_until_the_topics_are_ensured_again(
    log: Log, open_log: Callable[[], Log], topic: str
) -> None:
    await log.ensure_topics([TopicSpec(f"{topic}.kept", 1, retention_seconds=86_400)])
    longer = TopicSpec(f"{topic}.kept", 1, retention_seconds=2 * 86_400)

    (difference,) = await open_log().compare_topics([longer])
    await log.ensure_topics([longer])

    assert difference.consequence is Consequence.MENDED
    assert await open_log().compare_topics([longer]) == []


async def test_differences_that_several_topics_share_are_one_sentence(log: Log, topic: str) -> None:
    await log.ensure_topics([TopicSpec(f"{topic}.second", 3)])

    found = await log.compare_topics([TopicSpec(topic, 4), TopicSpec(f"{topic}.second", 4)])

    (sentence,) = sentences(found)
    assert sentence.startswith(f"topics '{topic}', '{topic}.second': the partition count is 3, ")


async def test_large_messages_keep_their_place_among_small_ones(log: Log, topic: str) -> None:
    # A week of all regions makes 3 MB, more than Kafka's and Faust's defaults let through.
    large = shake_128(b"week").digest(3_000_000)
    appended = [b"before", large, b"between", large, b"after"]

    offsets = await log.append(topic, [Message(b"key", value, 1) for value in appended])
    read: list[bytes | None] = []
    while records := await log.read(topic, 1, len(read)):
        read += [record.value for record in records]

    assert offsets == [0, 1, 2, 3, 4]
    assert read == appended


async def test_a_topic_keeps_its_identity(
    log: Log, open_log: Callable[[], Log], topic: str
) -> None:
    before = await log.identity(topic)
    await log.append(topic, messages("a"))
    await log.close()

    assert before
    assert await open_log().identity(topic) == before


async def test_its_owner_may_do_all_and_is_told_what_the_log_is(log: Log, topic: str) -> None:
    await log.prove_access([topic], f"group.{uuid4()}")

    assert await log.describe()


async def test_followers_see_what_is_there_and_what_others_append(
    log: Log, open_log: Callable[[], Log], topic: str
) -> None:
    await log.append(topic, messages("old") + messages("skipped", "kept", partition=1))
    follower = open_log()
    seen: list[tuple[int, str]] = []

    async with asyncio.timeout(120):
        async for number, records in follower.follow(topic, {1: 1}):
            seen += [(number, value) for value in values(records)]
            if len(seen) == 2:
                await log.append(topic, messages("new", partition=2))
            if len(seen) == 3:
                break

    assert sorted(seen[:2]) == [(0, "old"), (1, "kept")]
    assert seen[2] == (2, "new")


async def test_dropped_records_leave_the_offsets_of_the_others_alone(
    log: Log, broker: Broker, topic: str
) -> None:
    await log.append(topic, messages("a", "b", "c"))

    await broker.drop_below(topic, 0, 2)

    assert (await log.bounds(topic))[0] == OffsetBounds(2, 3)
    assert [record.offset for record in await log.read(topic, 0, 0)] == [2]


async def test_offsets_never_go_back_when_every_record_is_dropped(
    log: Log, open_log: Callable[[], Log], broker: Broker, topic: str
) -> None:
    await log.append(topic, messages("a", "b"))
    await broker.drop_below(topic, 0, 2)
    await log.close()

    later = open_log()

    assert (await later.bounds(topic))[0] == OffsetBounds(2, 2)
    assert await later.append(topic, messages("c")) == [2]


async def test_a_group_that_never_committed_has_no_offsets(log: Log, topic: str) -> None:
    assert await log.committed(f"group.{uuid4()}", topic) == {}


async def test_every_acknowledged_append_survives_kill_9(
    log: Log, broker: Broker, topic: str
) -> None:
    writer = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "support.append_forever",
        broker.address,
        topic,
        cwd=TESTS,
        stdout=asyncio.subprocess.PIPE,
    )
    assert writer.stdout is not None
    acknowledged = [await writer.stdout.readline() for _ in range(50)]

    writer.send_signal(signal.SIGKILL)
    acknowledged += (await writer.stdout.read()).splitlines(keepends=True)
    await writer.wait()

    # The last line may have been cut off by the kill.
    offsets = [int(line) for line in acknowledged if line.endswith(b"\n")]
    read: list[LogRecord] = []
    while records := await log.read(topic, 0, len(read)):
        read += records
    found = {record.offset: record.value for record in read}
    assert len(offsets) >= 50
    assert [found.get(offset) for offset in offsets] == [b"%d" % n for n in range(len(offsets))]
