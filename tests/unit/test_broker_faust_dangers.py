"""What Faust does today that could lose data, where it lives in code that needs no broker.

What shows only on a real Kafka is in tests/kafka/test_faust_*.py. A test here that fails
after an upgrade says what has changed; its comment says what of ours leans on it.
"""

import asyncio
import logging
import time
from collections import defaultdict
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import faust
import pytest
from aiokafka.errors import CommitFailedError, KafkaConnectionError
from faust.transport.consumer import Consumer
from faust.transport.drivers import aiokafka as driver
from faust.transport.producer import ProducerBuffer
from faust.types import TP, ConsumerMessage
from intervaltree import IntervalTree  # type: ignore[import-untyped] # what Faust uses
from mode.supervisors import OneForOneSupervisor
from yarl import URL

from greenpulse.broker.kafka import Transport
from greenpulse.broker.kafka_consumer_thread import ConsumerThread

TP_0 = TP("polls", 0)


@pytest.fixture
def app() -> faust.App:
    return faust.App("test", broker="kafka://127.0.0.1:1")


def test_faust_by_default_waits_for_held_events_and_starts_failed_agents_again(
    app: faust.App,
) -> None:
    # Both are otherwise in GreenPulse (tests/unit/test_agents_are_safe.py).
    told = cast("Any", app.conf)

    assert told.stream_wait_empty is True
    assert told.agent_supervisor is OneForOneSupervisor


def test_a_table_takes_rows_from_nowhere_but_an_agents_stream(app: faust.App) -> None:
    # Why files are announced on a topic, whose agent writes the table (agents/track.py).
    table = app.Table("offsets", default=int)

    with pytest.raises(TypeError, match="outside of stream iteration"):
        table["0"] = 1


async def test_a_hole_in_the_offsets_takes_the_message_behind_it_along() -> None:
    # Message 10 comes behind a hole and is in flight; 11 is done, and 12 is committed.
    # Batches have a queue of ranges instead (tests/unit/test_broker_batches.py).
    consumer = SimpleNamespace(
        _acked=defaultdict(list, {TP_0: [11]}),
        _acked_index=defaultdict(set),
        _committed_offset={TP_0: 5},
        _gap=defaultdict(IntervalTree),
    )

    await method(Consumer, "_add_gap")(consumer, TP_0, 6, 10)

    assert method(Consumer, "_new_offset")(consumer, TP_0) == 12


def test_an_event_that_is_done_too_late_counts_for_those_who_own_its_partition_by_then() -> None:
    # Batches of an earlier generation are forgotten (tests/unit/test_broker_batches.py: after
    # beginning elsewhere old batches do not count).
    consumer = SimpleNamespace(
        app=SimpleNamespace(
            topics=SimpleNamespace(acks_enabled_for=lambda _topic: True), consumer_generation_id=8
        ),
        _acked=defaultdict(list),
        _acked_index=defaultdict(set),
        _committed_offset={TP_0: 5},
        _unacked_messages=set(),
        _n_acked=0,
        _waiting_for_ack=None,
    )
    late = ConsumerMessage("polls", 0, 6, 0.0, 1, None, None, None, None, tp=TP_0, generation_id=7)

    method(Consumer, "ack")(consumer, late)

    assert consumer._acked == {TP_0: [6]}  # noqa: SLF001 - what Faust would commit


async def test_a_commit_that_failed_is_not_tried_again_until_there_is_more_to_commit() -> None:
    # The chain, not the group, says what is archived; the group follows with the next file.
    consumer = committing(said=False)

    did_commit = await method(Consumer, "_commit_offsets")(consumer, {TP_0: 7})

    assert did_commit is False
    assert method(Consumer, "_should_commit")(consumer, TP_0, 7) is False


@pytest.mark.parametrize(
    ("error", "crashes"),
    [
        (CommitFailedError("the group has already rebalanced"), 0),
        (KafkaConnectionError("no broker"), 1),
    ],
    ids=["rebalanced", "away"],
)
async def test_a_commit_that_the_broker_does_not_take_ends_faust_but_not_ours(
    error: Exception, crashes: int
) -> None:
    stock, ours = thread_that_fails_with(error), thread_that_fails_with(error)

    said = [
        await method(driver.AIOKafkaConsumerThread, "_commit")(stock, {TP_0: 7}),
        await method(ConsumerThread, "_commit")(ours, {TP_0: 7}),
    ]

    assert said == [False, False]
    assert (len(stock.crashes), len(ours.crashes)) == (crashes, 0)


async def test_the_flush_before_a_commit_gives_up_on_messages_that_do_not_get_away() -> None:
    # Why our producers wait for what tables sent (greenpulse/broker/flushing_producer.py;
    # tests/contract/test_transport.py: a table comes back from its changelog).
    buffer = SimpleNamespace(state="running", size=3, message_sent=asyncio.Event())

    assert await method(ProducerBuffer, "flush_atmost")(buffer, None) == 0


def test_a_producer_of_faust_may_write_a_message_twice_and_ours_may_not(app: faust.App) -> None:
    stock = cast("driver.Producer", app.producer)
    ours = cast("driver.Producer", Transport([URL("kafka://127.0.0.1:1")], app).create_producer())

    options = [{**it._settings_default(), **it._settings_extra()} for it in (stock, ours)]  # noqa: SLF001 - what it is made of

    assert [each.get("enable_idempotence", False) for each in options] == [False, True]


def test_fausts_watchdog_takes_a_fetch_of_long_ago_for_one_to_come() -> None:
    # It compares a clock that counts from the machine's start with one of the calendar.
    # Why GreenPulse has a watchdog of its own (tests/unit/test_watchdog.py).
    hour_ago = (time.time() - 3600) * 1000
    partition = SimpleNamespace(timestamp=hour_ago)
    assignment = SimpleNamespace(active=True, state_value=lambda _tp: partition)
    subscriptions = SimpleNamespace(subscription=SimpleNamespace(assignment=assignment))
    thread = SimpleNamespace(
        _ensure_consumer=lambda: SimpleNamespace(
            _fetcher=SimpleNamespace(_subscriptions=subscriptions)
        ),
        time_started=time.monotonic() - 7200,
        tp_fetch_request_timeout_secs=60.0,
        log=logging.getLogger("test"),
    )

    is_noticed = method(driver.AIOKafkaConsumerThread, "_verify_aiokafka_event_path")(
        thread, time.monotonic(), TP_0
    )

    assert is_noticed is False


def method(owner: type, name: str) -> Callable[..., Any]:
    """A method of Faust's, to be called on what stands for its object."""
    found: Callable[..., Any] = vars(owner)[name]
    return getattr(found, "__wrapped__", found)


def committing(*, said: bool) -> SimpleNamespace:
    """A consumer that owns TP_0, and whose broker says so to a commit."""

    async def flush() -> None: ...

    async def commit(_offsets: dict[TP, int]) -> bool:
        return said

    return SimpleNamespace(
        log=SimpleNamespace(dev=lambda *_: None, info=lambda *_: None),
        assignment=lambda: {TP_0},
        in_transaction=False,
        app=SimpleNamespace(
            producer=SimpleNamespace(flush=flush),
            monitor=SimpleNamespace(on_tp_commit=lambda _offsets: None),
        ),
        _commit=commit,
        _committed_offset={TP_0: 5},
    )


def thread_that_fails_with(error: Exception) -> SimpleNamespace:
    """A consumer thread that owns TP_0, and what ended it."""
    crashes: list[Exception] = []

    async def commit(_offsets: object) -> None:
        raise error

    async def crash(reason: Exception) -> None:
        crashes.append(reason)

    return SimpleNamespace(
        crashes=crashes,
        crash=crash,
        log=SimpleNamespace(exception=lambda *_: None, warning=lambda *_: None),
        assignment=lambda: {TP_0},
        tp_last_committed_at={},
        _ensure_consumer=lambda: SimpleNamespace(commit=commit),
    )
