"""What every object store of a lake keeps to.

Each test runs on each store: add one to ``store`` and it is held to the same.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import uuid4

import pytest
from support.memory_store import MemoryStore
from support.s3_stores import account_of

from greenpulse.lake.folder import FolderStore
from greenpulse.lake.s3 import S3Store
from greenpulse.lake.store import Store, StoredObject

STORES = ["folder", "memory", "moto", "minio"]
TREE = [
    "claims/base/greenpulse.polls/0000",
    "claims/base/greenpulse.polls/0001",
    "claims/lake",
    "claims/probe-1",
    "topic=greenpulse.polls-2/partition=0000/00000000000000000000.ndjson.gz",
    "topic=greenpulse.polls/partition=0000/00000000000000000000.ndjson.gz",
    "topic=greenpulse.polls/partition=0000/00000000000000000010.ndjson.gz",
    "topic=greenpulse.polls/partition=0001/00000000000000000000.ndjson.gz",
]


@pytest.fixture(params=STORES)
def another(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    """Opens the same lake, as often as it is called."""
    if request.param == "folder":
        return lambda: FolderStore(tmp_path / "lake")
    if request.param == "memory":
        objects: dict[str, StoredObject] = {}
        return lambda: MemoryStore(objects)
    location = f"greenpulse-{uuid4()}/lakes/own"
    return lambda: S3Store(location, account_of(request.getfixturevalue(request.param)))


@pytest.fixture
async def store(another: Callable[[], Store]) -> AsyncIterator[Store]:
    store = another()
    yield store
    await store.close()


@pytest.fixture
async def tree(store: Store) -> Store:
    for key in reversed(TREE):
        assert await store.create(key, key.encode(), {"writer": key})
    return store


async def test_what_was_created_is_read_with_its_metadata(store: Store) -> None:
    metadata = {"start-offset": "0", "missing-offsets": "3-7,9-9", "writer": "a b"}

    is_created = await store.create("topic=a/x.gz", b"\x00\xff\n", metadata)

    assert is_created
    stored = await store.read("topic=a/x.gz")
    assert stored is not None
    assert (stored.body, dict(stored.metadata)) == (b"\x00\xff\n", metadata)


async def test_an_object_may_be_empty_and_without_metadata(store: Store) -> None:
    await store.create("claims/lake", b"")

    stored = await store.read("claims/lake")
    assert stored is not None
    assert (stored.body, dict(stored.metadata)) == (b"", {})


async def test_a_key_is_created_once_and_never_changed(store: Store) -> None:
    await store.create("claims/lake", b"first", {"writer": "first"})

    answers = [
        await store.create("claims/lake", b"second", {"writer": "second"}),
        await store.create("claims/lake", b"first", {"writer": "first"}),
    ]

    assert answers == [False, False]
    stored = await store.read("claims/lake")
    assert stored is not None
    assert (stored.body, dict(stored.metadata)) == (b"first", {"writer": "first"})


async def test_of_sixteen_concurrent_creates_one_wins_with_its_metadata(store: Store) -> None:
    for number in range(25):
        key = f"topic=a/{number}.gz"

        answers = await asyncio.gather(
            *(store.create(key, b"%d" % writer, {"writer": str(writer)}) for writer in range(16))
        )

        assert answers.count(True) == 1
        stored = await store.read(key)
        assert stored is not None
        assert stored.body == b"%d" % answers.index(True)
        assert stored.metadata["writer"] == str(answers.index(True))


async def test_what_is_absent_is_none_and_no_error(tree: Store) -> None:
    for key in ("absent", "claims/absent/deeper", "claims", "claims/lake/deeper"):
        assert await tree.read(key) is None


async def test_an_empty_store_has_no_keys(store: Store) -> None:
    assert await store.keys("") == []
    assert await store.keys("topic=greenpulse.polls/") == []


PREFIXES = [
    "",
    "c",
    "claims/",
    "claims/probe-",
    "claims/base/greenpulse.polls/",
    "topic=greenpulse.polls",
    "topic=greenpulse.polls/",
    "topic=greenpulse.polls/partition=0000/",
    "topic=greenpulse.polls/partition=0000/0000000000000000001",
    "absent/",
    "claims/lake/",
]
AFTERS = ["", *TREE, "claims/~", "topic=greenpulse.polls/partition=0000/~"]


async def test_keys_come_sorted_behind_the_one_given(tree: Store) -> None:
    for prefix, after in itertools.product(PREFIXES, AFTERS):
        expected = [key for key in TREE if key.startswith(prefix) and key > after]

        assert await tree.keys(prefix, after=after) == expected, (prefix, after)


async def test_a_listing_ends_at_its_limit_and_goes_on_behind_it(tree: Store) -> None:
    pages = []
    after = ""
    while page := await tree.keys("", after=after, limit=3):
        pages.append(page)
        after = page[-1]

    assert pages == [TREE[:3], TREE[3:6], TREE[6:]]


ODD_METADATA = {
    "empty": "",
    "equals": "a=b; c, d",
    "quoted": "\"x\" 'y' <z> &amp; %20 \\ +",
    "long": "9" * 1500,
    "x-y-z1": "0",
}


async def test_odd_metadata_comes_back_as_it_was_given(store: Store) -> None:
    await store.create("claims/odd", b"{}", ODD_METADATA)

    stored = await store.read("claims/odd")
    assert stored is not None
    assert dict(stored.metadata) == ODD_METADATA


@pytest.mark.parametrize(
    "metadata",
    [
        {"name": "Zürich"},
        {"name": "two  spaces"},
        {"name": " before"},
        {"name": "a\nline"},
        {"Name": "upper case"},
        {"a_name": "underscore"},
        {"name": "9" * 2048},
    ],
)
async def test_metadata_that_not_every_store_keeps_is_refused(
    store: Store, metadata: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="metadata"):
        await store.create("claims/odd", b"{}", metadata)

    assert await store.keys("") == []


@pytest.mark.parametrize("key", ["", "/a", "a/", "a//b", ".a", "a/../b", "a b", "ä", "a.json"])
async def test_a_key_that_not_every_store_takes_is_refused(store: Store, key: str) -> None:
    with pytest.raises(ValueError, match="want a key of plain names"):
        await store.create(key, b"{}")
    with pytest.raises(ValueError, match="want a key of plain names"):
        await store.read(key)


async def test_a_body_may_have_32_mebibytes(store: Store) -> None:
    body = bytes(range(256)) * (32 << 12)

    assert await store.create("topic=a/large.gz", body, {"writer": "a"})

    stored = await store.read("topic=a/large.gz")
    assert stored is not None
    assert stored.body == body


async def test_more_keys_than_a_page_holds_come_in_order(store: Store) -> None:
    keys = [f"topic=a/{number:020d}.ndjson.gz" for number in range(1001)]
    for begin in range(0, len(keys), 16):
        await asyncio.gather(*(store.create(key, b"") for key in keys[begin : begin + 16]))

    assert await store.keys("topic=a/") == keys[:1000]
    assert await store.keys("topic=a/", limit=5000) == keys
    assert await store.keys("topic=a/", after=keys[-2], limit=5000) == keys[-1:]


async def test_writers_in_threads_of_their_own_agree_on_one(
    store: Store, another: Callable[[], Store]
) -> None:
    await store.create("claims/lake", b"{}")

    async def write(number: int) -> bool:
        own = another()
        try:
            return await own.create("claims/base/a/0000", b"%d" % number)
        finally:
            await own.close()

    answers = await asyncio.gather(
        *(asyncio.to_thread(asyncio.run, write(number)) for number in range(8))
    )

    assert answers.count(True) == 1
    stored = await store.read("claims/base/a/0000")
    assert stored is not None
    assert stored.body == b"%d" % answers.index(True)
