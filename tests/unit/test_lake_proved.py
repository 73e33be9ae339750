"""Nothing is written to a store that has not proved to give a key away only once."""

from uuid import uuid4

import pytest
from support.memory_store import FailsAtFirst, GivesAKeyTwice, MemoryStore

from greenpulse.errors import SettingsError, StoreUnavailable
from greenpulse.lake.proved_store import ProvedStore


async def test_the_first_create_proves_the_store_and_later_ones_do_not() -> None:
    store = MemoryStore()
    proved = ProvedStore(store, uuid4)

    assert await proved.create("claims/lake", b"1")
    assert await proved.create("claims/source", b"2")

    probes = [key for key in store.objects if key.startswith("claims/probe-")]
    assert len(probes) == 1
    assert sorted(store.objects) == sorted([*probes, "claims/lake", "claims/source"])


async def test_reading_alone_leaves_no_probe() -> None:
    store = MemoryStore()
    proved = ProvedStore(store, uuid4)

    assert await proved.read("claims/lake") is None
    assert await proved.keys("") == []

    assert store.objects == {}


async def test_a_store_that_gives_a_key_twice_gets_nothing_of_a_chain() -> None:
    store = MemoryStore()
    proved = ProvedStore(GivesAKeyTwice(store), uuid4)

    for _ in range(2):
        with pytest.raises(SettingsError, match="were told that they won"):
            await proved.create("topic=a/partition=0000/x", b"")

    assert all(key.startswith("claims/probe-") for key in store.objects)


async def test_a_store_that_is_away_is_proved_when_it_is_back() -> None:
    store = MemoryStore()
    proved = ProvedStore(FailsAtFirst(store, failures=80), uuid4)

    with pytest.raises(StoreUnavailable):
        await proved.create("claims/lake", b"")

    assert await proved.create("claims/lake", b"")
    assert len(store.objects) == 2
