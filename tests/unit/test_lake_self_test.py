"""Which stores are trusted with a chain."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

import pytest
from support.memory_store import FailsAtFirst, GivesAKeyTwice, LosesTheAnswer, MemoryStore

from greenpulse.errors import SettingsError, StoreUnavailable
from greenpulse.lake.folder import FolderStore
from greenpulse.lake.self_test import prove_create_only
from greenpulse.lake.store import StoredObject


class SaysAllExists(MemoryStore):
    """Refuses every key, as if somebody had been there before."""

    async def create(
        self,
        key: str,  # noqa: ARG002 - the port's signature
        body: bytes,  # noqa: ARG002 - as above
        metadata: Mapping[str, str] | None = None,  # noqa: ARG002 - as above
    ) -> bool:
        return False


class LetsTheLoserOverwrite(MemoryStore):
    """Tells one writer that it won, and keeps what the last one wrote."""

    async def create(
        self, key: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> bool:
        await asyncio.sleep(0)
        is_created = key not in self.objects
        self.objects[key] = StoredObject(body, dict(metadata or {}))
        return is_created


async def test_a_store_that_gives_a_key_once_passes(tmp_path: Path) -> None:
    await prove_create_only(MemoryStore(), uuid4)
    await prove_create_only(FolderStore(tmp_path / "lake"), uuid4)


async def test_the_probe_lies_among_the_claims() -> None:
    store = MemoryStore()
    uuid = uuid4()

    await prove_create_only(store, lambda: uuid)

    assert list(store.objects) == [f"claims/probe-{uuid}"]


@pytest.mark.parametrize(
    ("store", "reason"),
    [
        (GivesAKeyTwice(MemoryStore()), "16 of 16 writers of one key were told that they won"),
        (SaysAllExists(), "a key that nobody had created was said to exist"),
        (LetsTheLoserOverwrite(), "what the one winner wrote is not what lies there"),
    ],
)
async def test_a_store_that_a_chain_could_be_lost_in_is_refused(
    store: MemoryStore | GivesAKeyTwice, reason: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        await prove_create_only(store, uuid4)

    assert reason in str(raised.value)
    assert "GREENPULSE_LAKE must name a store" in str(raised.value)


async def test_a_lost_answer_proves_nothing_so_another_key_is_tried() -> None:
    store = MemoryStore()

    await prove_create_only(LosesTheAnswer(store), uuid4)

    assert len(store.objects) == 2


async def test_a_store_that_is_away_is_unavailable_and_not_refused() -> None:
    store = FailsAtFirst(MemoryStore(), failures=1000)

    with pytest.raises(StoreUnavailable, match="connection refused"):
        await prove_create_only(store, uuid4)

    assert len({key for key, _ in store.offered}) == 5
