"""What the embedded log does beyond what every log does: one file, many programs."""

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.manual_clock import ManualClock

from greenpulse.broker.embedded_log import EmbeddedLog
from greenpulse.broker.log import Message, OffsetBounds, TopicSpec

TESTS = Path(__file__).parents[1]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "log.sqlite"


@pytest.fixture
async def log(path: Path, clock: ManualClock) -> AsyncIterator[EmbeddedLog]:
    opened = EmbeddedLog(path, clock)
    yield opened
    await opened.close()


def messages(*keys: bytes) -> list[Message]:
    return [Message(key, b"value of " + key, 0) for key in keys]


def names_in(folder: Path) -> list[str]:
    return [file.name for file in folder.iterdir()]


async def test_reading_where_there_is_no_log_makes_none(log: EmbeddedLog, path: Path) -> None:
    found = [
        await log.topics(),
        await log.bounds("polls"),
        await log.read("polls", 0, 0),
        await log.committed("group", "polls"),
    ]

    assert found == [[], {}, [], {}]
    assert not path.parent.exists()


async def test_the_first_write_makes_the_folder_and_the_file(log: EmbeddedLog, path: Path) -> None:
    await log.ensure_topics([TopicSpec("polls", 1)])

    assert "log.sqlite" in names_in(path.parent)


async def test_the_time_of_the_log_never_goes_back(log: EmbeddedLog, clock: ManualClock) -> None:
    await log.ensure_topics([TopicSpec("polls", 1)])

    for jump_seconds in (0, -3600, 7200):
        clock.jump(jump_seconds)
        await log.append("polls", messages(b"a"))

    times = [record.appended_at for record in await log.read("polls", 0, 0)]
    assert times == [times[0], times[0], times[0] + timedelta(hours=1)]


async def test_large_values_take_less_room_than_they_have_bytes(
    log: EmbeddedLog, path: Path
) -> None:
    await log.ensure_topics([TopicSpec("polls", 1)])
    body = b'{"from":"2026-01-31T12:00Z","intensity":{"forecast":183}},' * 50_000

    await log.append("polls", [Message(None, body, 0)])

    (record,) = await log.read("polls", 0, 0)
    files = path.parent.glob(f"{path.name}*")
    assert record.value == body
    assert sum(file.stat().st_size for file in files) < len(body) / 5


async def test_reading_stays_within_16_mebibytes_and_a_record(log: EmbeddedLog) -> None:
    await log.ensure_topics([TopicSpec("polls", 1)])
    six_mebibytes = b"x" * (6 * 1024 * 1024)
    await log.append("polls", [Message(None, six_mebibytes, 0) for _ in range(4)])

    first = await log.read("polls", 0, 0)
    rest = await log.read("polls", 0, 2)

    assert [record.offset for record in first + rest] == [0, 1, 2, 3]


async def test_expiring_drops_what_is_older_and_archived_and_nothing_else(
    log: EmbeddedLog, clock: ManualClock
) -> None:
    await log.ensure_topics([TopicSpec("polls", 1)])
    for key in (b"old", b"old", b"old", b"new"):
        if key == b"new":
            await clock.advance(100)
        await log.append("polls", messages(key))
    a_minute_ago = clock.now() - timedelta(seconds=60)

    archived = await log.expire("polls", 0, older_than=a_minute_ago, keep_from=2)
    young = await log.expire("polls", 0, older_than=a_minute_ago, keep_from=4)

    assert (archived, young) == (2, 1)
    assert (await log.bounds("polls"))[0] == OffsetBounds(3, 4)


async def test_expiring_goes_through_any_number_of_records(
    log: EmbeddedLog, clock: ManualClock
) -> None:
    await log.ensure_topics([TopicSpec("polls", 1)])
    await log.append("polls", [Message(None, b"", 0)] * 12_345)
    await clock.advance(1)

    dropped = await log.expire("polls", 0, older_than=clock.now(), keep_from=12_000)

    assert dropped == 12_000
    assert (await log.bounds("polls"))[0] == OffsetBounds(12_000, 12_345)


async def test_cleaning_follows_each_topics_own_retention(
    log: EmbeddedLog, clock: ManualClock
) -> None:
    specs = [
        TopicSpec("polls", 1, retention_seconds=10),
        TopicSpec("files", 1, retention_seconds=10),
        TopicSpec("loads", 1, retention_seconds=1000),
        TopicSpec("for-ever", 1),
    ]
    await log.ensure_topics(specs)
    for spec in specs:
        await log.append(spec.name, messages(b"a"))
    await clock.advance(100)

    dropped = await log.clean(kept={"polls"})

    left = {spec.name: len(await log.read(spec.name, 0, 0)) for spec in specs}
    assert dropped == 1
    assert left == {"polls": 1, "files": 0, "loads": 1, "for-ever": 1}


async def test_cleaning_a_compacted_topic_keeps_the_newest_of_each_key(log: EmbeddedLog) -> None:
    await log.ensure_topics([TopicSpec("table", 1, is_compacted=True)])
    await log.append("table", messages(b"a", b"b", b"a", b"c", b"a"))

    dropped = await log.clean(kept=())

    records = await log.read("table", 0, 0)
    assert dropped == 2
    assert [(record.offset, record.key) for record in records] == [(1, b"b"), (3, b"c"), (4, b"a")]


async def test_ensuring_a_topic_again_takes_over_its_retention(
    log: EmbeddedLog, clock: ManualClock
) -> None:
    await log.ensure_topics([TopicSpec("files", 1)])
    await log.append("files", messages(b"a"))
    await clock.advance(100)

    await log.ensure_topics([TopicSpec("files", 1, retention_seconds=10)])

    assert await log.clean(kept=()) == 1


async def test_committed_offsets_are_those_of_the_last_commit(log: EmbeddedLog) -> None:
    await log.ensure_topics([TopicSpec("polls", 2), TopicSpec("files", 2)])

    await log.commit("group", {("polls", 0): 5, ("polls", 1): 7, ("files", 0): 9})
    await log.commit("group", {("polls", 0): 6})
    await log.commit("other", {("polls", 0): 1})

    assert await log.committed("group", "polls") == {0: 6, 1: 7}


async def test_appends_at_the_same_time_are_all_kept_and_each_in_order(log: EmbeddedLog) -> None:
    await log.ensure_topics([TopicSpec("polls", 1)])

    offsets = await asyncio.gather(
        *(log.append("polls", messages(b"%d.0" % n, b"%d.1" % n)) for n in range(200))
    )

    records = {record.offset: record.key for record in await log.read("polls", 0, 0)}
    assert records == {
        offset: b"%d.%d" % (n, i) for n, pair in enumerate(offsets) for i, offset in enumerate(pair)
    }
    assert all(second == first + 1 for first, second in offsets)


async def test_a_refused_append_does_not_touch_one_at_the_same_time(log: EmbeddedLog) -> None:
    await log.ensure_topics([TopicSpec("polls", 1)])

    outcomes = await asyncio.gather(
        log.append("polls", messages(b"a")),
        log.append("no-such-topic", messages(b"b")),
        log.append("polls", messages(b"c")),
        return_exceptions=True,
    )

    assert outcomes[0] == [0]
    assert isinstance(outcomes[1], Exception)
    assert outcomes[2] == [1]


async def test_another_log_object_on_the_file_is_woken_at_once(
    log: EmbeddedLog, path: Path, clock: ManualClock
) -> None:
    await log.ensure_topics([TopicSpec("polls", 1)])
    other = EmbeddedLog(path, clock)

    with other.watching() as watch:
        await other.wait_for_append(watch, timeout_seconds=0.5)  # what came before
        waiting = asyncio.ensure_future(other.wait_for_append(watch, timeout_seconds=60))
        await asyncio.sleep(0)
        await log.append("polls", messages(b"a"))
        has_come = await asyncio.wait_for(waiting, 30)
    await other.close()

    assert has_come


async def test_appends_of_another_program_are_noticed(log: EmbeddedLog, path: Path) -> None:
    await log.ensure_topics([TopicSpec("polls", 1)])
    seen = 0

    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "support.append_forever",
        f"embedded://{path}",
        "polls",
        cwd=TESTS,
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(120):
            async for _, records in log.follow("polls", {}):
                seen += len(records)
                if seen >= 5:
                    break
    finally:
        program.kill()
        await program.wait()

    assert seen >= 5


async def test_waiting_without_an_append_ends_in_time(log: EmbeddedLog) -> None:
    await log.ensure_topics([TopicSpec("polls", 1)])

    with log.watching() as watch:
        await log.wait_for_append(watch, timeout_seconds=0.5)
        has_come = await log.wait_for_append(watch, timeout_seconds=0.3)

    assert not has_come


async def test_closing_twice_is_no_error(path: Path) -> None:
    log = EmbeddedLog(path)

    await log.close()

    await log.close()


async def test_closing_one_log_object_leaves_the_others_open(log: EmbeddedLog, path: Path) -> None:
    other = EmbeddedLog(path)
    await other.ensure_topics([TopicSpec("polls", 1)])

    await other.close()

    assert await log.append("polls", messages(b"a")) == [0]
