"""What every object store of a lake keeps to.

Each test runs on each store: add one to ``store`` and it is held to the same.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from support.memory_store import MemoryStore
from support.s3_stores import own_bucket

from greenpulse.lake.folder import FolderStore
from greenpulse.lake.store import Store

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
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    makes: dict[str, Callable[[], Store]] = {
        "folder": lambda: FolderStore(tmp_path / "lake"),
        "memory": MemoryStore,
        "moto": lambda: own_bucket(request.getfixturevalue("moto")),
        "minio": lambda: own_bucket(request.getfixturevalue("minio")),
    }
    store = makes[request.param]()
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
    assert dict(await store.metadata("topic=a/x.gz") or {}) == metadata


async def test_an_object_may_be_empty_and_without_metadata(store: Store) -> None:
    await store.create("claims/lake", b"")

    stored = await store.read("claims/lake")
    assert stored is not None
    assert (stored.body, dict(stored.metadata)) == (b"", {})
    assert await store.metadata("claims/lake") == {}


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
        assert await tree.metadata(key) is None


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
