"""A request to an S3 is sent once and takes no longer than it may; who calls, repeats."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from support.manual_clock import ManualClock
from support.record_log import make_records
from support.s3_stores import account_of
from support.scripted_s3 import (
    Misbehaviour,
    ScriptedS3,
    drips_its_body,
    loses_the_answer,
    never_answers,
    resets,
    says,
    stops_in_mid_body,
    takes_no_body,
)

from greenpulse.errors import StoreUnavailable
from greenpulse.lake.buffer import Batch
from greenpulse.lake.files import NO_PREDECESSOR
from greenpulse.lake.keys import BronzeKey
from greenpulse.lake.rotation import RotationReason
from greenpulse.lake.s3 import S3Store
from greenpulse.lake.writer import ChainEnd, ChainWriter

TOPIC = "greenpulse.polls"
KEY = str(BronzeKey(TOPIC, 0, 0))
PUT = f"PUT /bucket/{KEY}"
SILENCE_SECONDS = 1.0
CALL_SECONDS = 4.0
LONGEST_PAUSE_SECONDS = 15.0


@pytest.fixture
async def s3() -> AsyncIterator[ScriptedS3]:
    async with ScriptedS3() as s3:
        yield s3


@pytest.fixture
async def store(s3: ScriptedS3) -> AsyncIterator[S3Store]:
    store = S3Store(
        "bucket",
        account_of(s3.address),
        silence_seconds=SILENCE_SECONDS,
        call_seconds=CALL_SECONDS,
    )
    # What is slow about a first call is over then: the client is open, the connection kept.
    while "/bucket/claims/lake" not in s3.objects:
        with suppress(StoreUnavailable):
            await store.create("claims/lake", b"{}")
    s3.asked.clear()
    yield store
    await store.close()


@pytest.mark.parametrize(
    ("misbehaviour", "reason"),
    [
        (resets, "connection"),
        (loses_the_answer, "connection"),
        (never_answers, "no answer in time"),
        (takes_no_body, "no answer in time"),
    ],
)
async def test_a_create_without_an_answer_was_sent_once(
    s3: ScriptedS3, store: S3Store, misbehaviour: Misbehaviour, reason: str
) -> None:
    s3.script.append(misbehaviour)
    began = time.monotonic()

    with pytest.raises(StoreUnavailable, match=reason):
        await store.create(KEY, bytes(8 << 20))

    assert s3.asked == [PUT]
    assert time.monotonic() - began < 10 * CALL_SECONDS


@pytest.mark.parametrize("misbehaviour", [loses_the_answer, never_answers])
async def test_a_create_whose_answer_got_lost_is_found_when_it_is_offered_again(
    s3: ScriptedS3, store: S3Store, misbehaviour: Misbehaviour
) -> None:
    s3.script.append(misbehaviour)

    with pytest.raises(StoreUnavailable):
        await store.create(KEY, b"mine", {"writer": "me"})

    assert await store.create(KEY, b"mine", {"writer": "me"}) is False
    stored = await store.read(KEY)
    assert stored is not None
    assert (stored.body, dict(stored.metadata)) == (b"mine", {"writer": "me"})


@pytest.mark.parametrize("misbehaviour", [stops_in_mid_body, drips_its_body, never_answers, resets])
async def test_a_body_that_does_not_come_whole_is_no_body(
    s3: ScriptedS3, store: S3Store, misbehaviour: Misbehaviour
) -> None:
    await store.create(KEY, b"mine")
    s3.script.append(misbehaviour)

    with pytest.raises(StoreUnavailable, match=f"reading '{KEY}'"):
        await store.read(KEY)

    stored = await store.read(KEY)
    assert stored is not None
    assert stored.body == b"mine"


async def test_a_listing_without_an_answer_is_unavailable(s3: ScriptedS3, store: S3Store) -> None:
    for misbehaviour in (resets, never_answers, stops_in_mid_body):
        s3.script.append(misbehaviour)
        with pytest.raises(StoreUnavailable, match="listing 'topic='"):
            await store.keys("topic=")
        # On a slow machine the connection alone may have taken all the time there was.
        s3.script.clear()

    assert await store.keys("claims/") == ["claims/lake"]


async def test_a_cancelled_create_leaves_a_store_that_works(s3: ScriptedS3, store: S3Store) -> None:
    s3.script.append(never_answers)
    creating = asyncio.create_task(store.create(KEY, b"mine"))
    while not s3.asked:
        await asyncio.sleep(0)
    creating.cancel()

    with pytest.raises(asyncio.CancelledError):
        await creating

    assert await store.keys("claims/") == ["claims/lake"]


async def test_a_writer_goes_on_through_all_of_it_and_its_file_is_its_own(
    s3: ScriptedS3, store: S3Store
) -> None:
    clock = ManualClock()
    writer = ChainWriter(
        store,
        clock,
        topic=TOPIC,
        partition=0,
        writer="me",
        end=ChainEnd(-1, NO_PREDECESSOR),
    )
    records = make_records(0, 5)
    s3.script.extend(
        [
            says(503, "SlowDown"),
            resets,
            says(409, "ConditionalRequestConflict"),
            says(429, "TooManyRequests"),
            never_answers,
        ]
    )

    batch = Batch(0, records, 1000, clock.monotonic(), RotationReason.WINDOW)
    writing = asyncio.create_task(writer.write(batch))
    while not writing.done():
        await clock.advance(LONGEST_PAUSE_SECONDS)
        await asyncio.sleep(0.01)
    written = await writing

    assert s3.asked == [PUT] * 6 + [f"GET /bucket/{KEY}"]
    assert written.is_adopted is False
    assert (writer.end.offset, writer.trouble) == (4, None)
    assert list(s3.objects) == ["/bucket/claims/lake", f"/bucket/{KEY}"]
