"""What a walk over the whole chain finds."""

import gzip
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.archiving import TOPIC, archive_in_files
from support.memory_store import MemoryStore
from support.record_log import RecordLog, make_records

from greenpulse.lake.claims import Claims
from greenpulse.lake.keys import BronzeKey
from greenpulse.lake.lines import bronze_line
from greenpulse.lake.ranges import OffsetRange
from greenpulse.lake.reader import ChainReader
from greenpulse.lake.store import StoredObject
from greenpulse.lake.verification import ChainPart

FILES = [(0, 2), (3, 3), (4, 7), (8, 9)]


@dataclass
class Chain:
    """The chain 0..2, 3..3, 4..7, 8..9 in a store, and hands to spoil it."""

    store: MemoryStore

    def key(self, start: int) -> str:
        return str(BronzeKey(TOPIC, 0, start))

    def body(self, start: int) -> bytes:
        return self.store.objects[self.key(start)].body

    def delete(self, start: int) -> None:
        self.store.objects.pop(self.key(start))

    def put(self, start: int, body: bytes, **metadata: str) -> None:
        """Put another body under a key; metadata stays but for what is given."""
        kept = dict(self.store.objects[self.key(start)].metadata)
        changed = {name.replace("_", "-"): value for name, value in metadata.items()}
        self.store.objects[self.key(start)] = StoredObject(body, kept | changed)

    def forge(self, start: int) -> None:
        """Change what a file says, and make its own sha256 fit."""
        body = gzip.compress(gzip.decompress(self.body(start)).replace(b'"grid"', b'"grit"'))
        self.put(start, body, sha256=hashlib.sha256(body).hexdigest())

    async def parts(self) -> list[ChainPart]:
        return [part async for part in ChainReader(self.store).verify(TOPIC, 0)]

    async def problems(self) -> list[tuple[int, int]]:
        """Ranges with problems."""
        return [(p.first_offset, p.last_offset) for p in await self.parts() if p.problems]


async def make_chain() -> Chain:
    chain = Chain(MemoryStore())
    await archive_in_files(chain.store, RecordLog(make_records(0, 10)), [3, 1, 4, 2])
    return chain


@pytest.fixture
async def chain() -> Chain:
    return await make_chain()


async def test_a_whole_chain_gives_each_line_with_its_offset_and_no_problem(chain: Chain) -> None:
    parts = await chain.parts()

    assert [(part.first_offset, part.last_offset) for part in parts] == FILES
    assert [part.problems for part in parts] == [[], [], [], []]
    lines = [pair for part in parts for pair in zip(part.offsets, part.lines, strict=True)]
    assert dict(lines) == {r.offset: bronze_line(TOPIC, 0, r) for r in make_records(0, 10)}
    assert [part.file.end_offset for part in parts if part.file] == [2, 3, 7, 9]


async def test_an_absent_chain_has_no_parts() -> None:
    assert await Chain(MemoryStore()).parts() == []


@pytest.mark.parametrize(("start", "end"), FILES[:-1])
async def test_a_deleted_file_is_found_with_its_exact_range(
    chain: Chain, start: int, end: int
) -> None:
    chain.delete(start)

    parts = await chain.parts()

    [absent] = [part for part in parts if part.problems]
    assert (absent.first_offset, absent.last_offset) == (start, end)
    assert absent.problems == [f"no bronze file holds offsets {start} to {end}"]
    assert (absent.file, list(absent.offsets)) == (None, [])


async def test_two_deleted_neighbours_are_one_range(chain: Chain) -> None:
    chain.delete(3)
    chain.delete(4)

    assert await chain.problems() == [(3, 7)]


async def test_a_deleted_last_file_ends_the_chain_earlier(chain: Chain) -> None:
    chain.delete(8)

    parts = await chain.parts()

    assert parts[-1].last_offset == 7
    assert await chain.problems() == []


async def test_a_deleted_first_file_is_found_without_any_claim(chain: Chain) -> None:
    chain.delete(0)
    chain.store.objects.pop("claims/base/greenpulse.polls/0000")

    [part] = [part for part in await chain.parts() if part.problems]

    assert (part.first_offset, part.last_offset) == (3, 3)
    assert part.problems == [f"'{chain.key(3)}': the file before it is absent"]


@given(st.sampled_from(FILES), st.data())
async def test_a_flipped_bit_is_found_with_the_exact_range(
    span: tuple[int, int], data: st.DataObject
) -> None:
    chain = await make_chain()
    body = bytearray(chain.body(span[0]))
    position = data.draw(st.integers(0, len(body) * 8 - 1))
    body[position // 8] ^= 1 << position % 8

    chain.put(span[0], bytes(body))

    assert await chain.problems() == [span]


@pytest.mark.parametrize("span", FILES[:-1])
async def test_a_forged_file_is_found_though_its_own_hash_fits(
    chain: Chain, span: tuple[int, int]
) -> None:
    chain.forge(span[0])

    [part] = [part for part in await chain.parts() if part.problems]

    assert (part.first_offset, part.last_offset) == span
    assert "is not the one that" in part.problems[0]


async def test_a_forged_last_file_shows_in_its_lines(chain: Chain) -> None:
    chain.forge(8)

    parts = await chain.parts()

    assert await chain.problems() == []
    expected = [bronze_line(TOPIC, 0, record) for record in make_records(8, 2)]
    assert [a == b for a, b in zip(parts[-1].lines, expected, strict=True)] == [False, False]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("start_offset", "5"),
        ("end_offset", "6"),
        ("record_count", "3"),
        ("first_appended_at", "2026-01-31T12:00:00.000000Z"),
        ("missing_offsets", "5-6"),
    ],
)
async def test_metadata_that_lies_is_found(chain: Chain, name: str, value: str) -> None:
    chain.put(4, chain.body(4), **{name: value})

    [part] = [part for part in await chain.parts() if part.problems]

    assert (part.first_offset, part.last_offset) == (4, 7)
    assert f"its metadata says {name.replace('_', '-')} {value}, its body" in part.problems[0]


async def test_absent_metadata_is_no_problem(chain: Chain) -> None:
    for start, _ in FILES:
        chain.store.objects[chain.key(start)] = StoredObject(chain.body(start), {})

    assert await chain.problems() == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body[: len(body) // 2],
        lambda _: b"",
        lambda body: gzip.compress(gzip.decompress(body)[:-10]),
        lambda body: gzip.compress(gzip.decompress(body).replace(b'"offset":5', b'"offset":9')),
    ],
)
@pytest.mark.parametrize("has_metadata", [True, False])
async def test_a_file_that_cannot_be_read_has_the_range_it_had(
    chain: Chain, spoil: Callable[[bytes], bytes], *, has_metadata: bool
) -> None:
    body = spoil(chain.body(4))
    if has_metadata:
        chain.put(4, body)
    else:
        chain.store.objects[chain.key(4)] = StoredObject(body, {})

    [part] = [part for part in await chain.parts() if part.problems]

    assert (part.first_offset, part.last_offset) == (4, 7)
    assert (part.file, list(part.lines)) == (None, [])


async def test_a_file_within_another_is_found(chain: Chain) -> None:
    chain.store.objects[chain.key(5)] = chain.store.objects[chain.key(4)]

    problems = [problem for part in await chain.parts() for problem in part.problems]

    assert any(chain.key(5) in problem for problem in problems)


async def test_offsets_that_are_declared_missing_are_no_problem() -> None:
    chain = Chain(MemoryStore())
    log = RecordLog(make_records(0, 10))
    await archive_in_files(chain.store, log, [3])
    log.expire_before(6)
    await Claims(chain.store).accept_gap(TOPIC, 0, OffsetRange(3, 5))
    await archive_in_files(chain.store, log, [4])

    parts = await chain.parts()

    assert [(part.first_offset, part.last_offset) for part in parts] == [(0, 2), (3, 9)]
    assert [list(part.offsets) for part in parts] == [[0, 1, 2], [6, 7, 8, 9]]
    assert [part.file.missing_offsets for part in parts if part.file] == [None, "3-5"]
    assert await chain.problems() == []


async def test_verifying_writes_nothing(chain: Chain) -> None:
    before = dict(chain.store.objects)

    await chain.parts()

    assert chain.store.objects == before
