"""What is claimed once and for all."""

import asyncio
import json
from uuid import UUID, uuid4

import pytest
from support.memory_store import MemoryStore

from greenpulse.errors import PermanentError, SourceMismatch
from greenpulse.lake.claims import Claims, Source, WarehouseClaim
from greenpulse.lake.ranges import OffsetRange

TOPIC = "greenpulse.polls"
FIRST = UUID("4be2a1f0-0000-4000-8000-000000000001")
SECOND = UUID("4be2a1f0-0000-4000-8000-000000000002")


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


async def test_a_lake_keeps_its_first_uuid(store: MemoryStore) -> None:
    before = await Claims(store).lake_id()

    first = await Claims(store, lambda: FIRST).claim_lake()
    second = await Claims(store, lambda: SECOND).claim_lake()

    assert before is None
    assert (first, second) == (str(FIRST), str(FIRST))
    assert await Claims(store).lake_id() == str(FIRST)
    assert json.loads(store.objects["claims/lake"].body) == {"lake_id": str(FIRST)}


async def test_workers_that_claim_a_lake_at_once_agree_on_its_uuid(store: MemoryStore) -> None:
    claimed = await asyncio.gather(*(Claims(store, uuid4).claim_lake() for _ in range(8)))

    assert len(set(claimed)) == 1


async def test_a_chain_begins_where_it_was_begun_first(store: MemoryStore) -> None:
    claims = Claims(store)

    bases = [
        await claims.base(TOPIC, 3),
        await claims.claim_base(TOPIC, 3, 120),
        await claims.claim_base(TOPIC, 3, 500),
        await claims.base(TOPIC, 3),
        await claims.base(TOPIC, 2),
    ]

    assert bases == [None, 120, 120, 120, None]
    assert json.loads(store.objects["claims/base/greenpulse.polls/0003"].body) == {
        "first_offset": 120
    }


async def test_a_lake_is_real_or_simulated_for_ever(store: MemoryStore) -> None:
    claims = Claims(store)
    assert await claims.source() is None

    await claims.claim_source(Source.SIMULATED)
    await claims.claim_source(Source.SIMULATED)

    assert await claims.source() is Source.SIMULATED
    with pytest.raises(SourceMismatch) as raised:
        await claims.claim_source(Source.REAL)
    assert str(raised.value).startswith("archiving real answers: this lake holds simulated ones")
    assert "GREENPULSE_DATA" in str(raised.value)


async def test_the_highest_number_names_the_warehouse_in_force(store: MemoryStore) -> None:
    claims = Claims(store)
    assert await claims.warehouse() is None

    first = await claims.claim_warehouse("one")
    beaten = await claims.claim_warehouse("two")
    await claims.claim_warehouse("two", number=2)
    await claims.claim_warehouse("ten", number=10)

    assert first == beaten == WarehouseClaim(1, "one")
    assert await claims.warehouse() == WarehouseClaim(10, "ten")
    assert "claims/warehouse/000010" in store.objects


async def test_accepted_gaps_are_listed_in_order_for_their_partition(store: MemoryStore) -> None:
    claims = Claims(store)
    await claims.accept_gap(TOPIC, 3, OffsetRange(200, 299))
    await claims.accept_gap(TOPIC, 3, OffsetRange(5, 9))
    await claims.accept_gap(TOPIC, 0, OffsetRange(1, 1))

    assert await claims.accepted_gaps(TOPIC, 3) == [OffsetRange(5, 9), OffsetRange(200, 299)]


async def test_a_gap_that_was_accepted_stays_as_it_was(store: MemoryStore) -> None:
    claims = Claims(store)
    await claims.accept_gap(TOPIC, 3, OffsetRange(5, 9))

    in_force = await claims.accept_gap(TOPIC, 3, OffsetRange(5, 99))

    assert in_force == OffsetRange(5, 9)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"lake_id":1}', b'{"lake_id":null}'])
async def test_a_damaged_claim_is_named_and_never_overwritten(
    store: MemoryStore, body: bytes
) -> None:
    await store.create("claims/lake", body)

    with pytest.raises(PermanentError, match="reading 'claims/lake': it is no claim"):
        await Claims(store).claim_lake()
    assert store.objects["claims/lake"].body == body


async def test_an_unknown_source_is_damage(store: MemoryStore) -> None:
    await store.create("claims/source", b'{"source":"dreamt"}')

    with pytest.raises(PermanentError, match="reading 'claims/source'"):
        await Claims(store).source()


async def test_reading_claims_writes_none(store: MemoryStore) -> None:
    claims = Claims(store)

    await claims.lake_id()
    await claims.base(TOPIC, 0)
    await claims.source()
    await claims.warehouse()
    await claims.accepted_gaps(TOPIC, 0)

    assert store.objects == {}
