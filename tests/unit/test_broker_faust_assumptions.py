"""What the broker leans on in Faust, mode and aiokafka, some of it private.

A test here that fails after an upgrade says which of our overrides to look at.
"""

import inspect
import re
from collections import defaultdict
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import faust
import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import Fetcher
from faust import transport
from faust.assignor.partition_assignor import PartitionAssignor
from faust.transport.base import Transport
from faust.transport.consumer import Consumer, ThreadDelegateConsumer
from faust.transport.drivers import aiokafka as driver
from faust.transport.producer import Producer
from faust.transport.utils import DefaultSchedulingStrategy
from faust.types import TP, ConsumerMessage
from mode import Service

from greenpulse.broker import kafka_consumer, kafka_producer
from greenpulse.broker.batch_consumer import QUEUE_BATCHES, BatchConsumer, batch_topic
from greenpulse.broker.embedded import Transport as EmbeddedTransport
from greenpulse.broker.embedded_consumer import EmbeddedConsumer
from greenpulse.broker.embedded_producer import EmbeddedProducer
from greenpulse.broker.flushing_producer import FlushingProducer
from greenpulse.broker.kafka_consumer_thread import ConsumerThread

TP_0 = TP("polls", 0)

METHODS = [
    (Consumer, "_getmany", "active_partitions timeout"),
    (Consumer, "_to_message", "tp record"),
    (Consumer, "_wait_next_records", "timeout"),
    (Consumer, "_get_active_partitions", ""),
    (Consumer, "_filter_tps_with_pending_acks", "topics"),
    (Consumer, "_new_offset", "tp"),
    (Consumer, "_add_gap", "tp offset_from offset_to"),
    (Consumer, "_drain_messages", "fetcher"),
    (Consumer, "_new_topicpartition", "topic partition"),
    (Consumer, "_seek", "partition offset"),
    (Consumer, "_commit", "offsets"),
    (Consumer, "ack", "message"),
    (Consumer, "getmany", "timeout"),
    (Consumer, "perform_seek", ""),
    (Consumer, "seek", "partition offset"),
    (Consumer, "seek_to_committed", ""),
    (Consumer, "on_partitions_assigned", "assigned generation_id"),
    (Consumer, "on_partitions_revoked", "revoked"),
    (ThreadDelegateConsumer, "_new_consumer_thread", ""),
    (driver.AIOKafkaConsumerThread, "_create_consumer", "loop"),
    (driver.AIOKafkaConsumerThread, "_ensure_consumer", ""),
    (
        driver.AIOKafkaConsumerThread,
        "_fetch_records",
        "consumer active_partitions timeout max_records",
    ),
    (driver.Producer, "_settings_auth", ""),
    (driver.Producer, "_settings_extra", ""),
    (Producer, "send", "topic key value partition timestamp headers transactional_id"),
    (Producer, "send_soon", "fut"),
    (Producer, "flush", ""),
    (driver.Producer, "on_stop", ""),
    (PartitionAssignor, "assign", "cluster member_metadata"),
    (PartitionAssignor, "metadata", "topics"),
    (PartitionAssignor, "on_assignment", "assignment"),
    (Transport, "__init__", "url app loop"),
    (Service, "__post_init__", ""),
]


OURS = [
    BatchConsumer,
    FlushingProducer,
    kafka_consumer.Consumer,
    ConsumerThread,
    kafka_producer.Producer,
    EmbeddedConsumer,
    EmbeddedProducer,
]


def acknowledged(committed: int | None, *offsets: int) -> SimpleNamespace:
    """A consumer in which just these offsets of TP_0 are acknowledged."""
    return SimpleNamespace(
        _acked=defaultdict(list, {TP_0: list(offsets)}),
        _acked_index=defaultdict(set),
        _committed_offset=defaultdict(lambda: None, {TP_0: committed}),
        _gap=defaultdict(dict),
    )


def new_offset(consumer: SimpleNamespace) -> int | None:
    offset: int | None = vars(Consumer)["_new_offset"](consumer, TP_0)
    return offset


def test_the_versions_are_those_that_the_broker_was_written_for() -> None:
    found = {name: version(name) for name in ("faust-streaming", "mode-streaming", "aiokafka")}

    assert found == {
        "faust-streaming": "0.15.3",
        "mode-streaming": "0.7.1",
        "aiokafka": "0.14.0",
    }


@pytest.mark.parametrize(("owner", "name", "parameters"), METHODS)
def test_what_we_override_or_call_takes_what_it_took(
    owner: type, name: str, parameters: str
) -> None:
    signature = inspect.signature(getattr(owner, name))

    assert list(signature.parameters) == ["self", *parameters.split()]


@pytest.mark.parametrize("ours", OURS)
def test_every_private_method_that_we_override_is_among_them(ours: type) -> None:
    overridden = {
        name
        for name, found in vars(ours).items()
        if callable(found)
        and name.startswith("_")
        and not name.startswith("__")
        and any(name in vars(base) for base in ours.__mro__[1:])
    }

    assert overridden <= {name for _, name, _ in METHODS}


def test_a_commit_of_stock_faust_jumps_over_one_event_in_flight() -> None:
    # Why batches have a queue of their own: event 50 is in flight, and 54 is committed.
    assert new_offset(acknowledged(50, 51, 52, 53)) == 54


def test_a_commit_of_stock_faust_knows_no_head_before_the_first_commit() -> None:
    # Events 0 to 99 are in flight, and 101 is committed.
    assert new_offset(acknowledged(None, 100)) == 101


def test_a_message_says_that_it_is_done_to_the_consumer_once() -> None:
    done: list[ConsumerMessage] = []
    consumer = cast("Consumer", SimpleNamespace(ack=done.append))
    message = ConsumerMessage("polls", 0, 7, 0.0, 1, None, None, None, None)
    message.incref(2)

    message.ack(consumer)
    message.ack(consumer)

    assert done == [message]


def test_the_scheduler_hands_on_whatever_stands_for_a_record() -> None:
    carrier = object()

    scheduled = list(cast("Any", DefaultSchedulingStrategy)().iterate({TP_0: [carrier]}))

    assert scheduled == [(TP_0, carrier)]


def test_a_topic_forgets_how_long_its_queue_shall_be() -> None:
    # Why batch_topic sets it afterwards: 4,096 batches would be gigabytes.
    app = faust.App("test", broker="embedded:///nowhere/log.sqlite")

    assert app.topic("polls", maxsize=16).maxsize is None
    assert batch_topic(app, "polls").clone(is_iterator=True).maxsize == QUEUE_BATCHES


def test_faust_pauses_partitions_only_where_it_seeks_or_reads_no_more() -> None:
    # Why a fetch that waits may be given a copy of the active partitions (BatchConsumer): at
    # the stop and at both steps of a rebalance; changelogs at the start and after a recovery.
    folder, calls = Path(faust.__file__).parent, re.compile(r"consumer\.pause_partitions\)?\([^)]")
    pauses = {
        str(path.relative_to(folder)): len(calls.findall(path.read_text()))
        for path in folder.rglob("*.py")
    }

    assert {name: count for name, count in pauses.items() if count} == {
        "app/base.py": 3,
        "tables/manager.py": 1,
        "tables/recovery.py": 1,
    }


def test_faust_finds_the_transport_by_its_scheme() -> None:
    assert transport.by_url("embedded:///some/log.sqlite") is EmbeddedTransport


def test_a_topic_partition_of_aiokafka_is_a_key_of_fausts() -> None:
    assert {TopicPartition("polls", 0): 1}[TP_0] == 1


def test_each_fetch_of_aiokafka_says_anew_how_long_it_may_be_kept() -> None:
    fetching = inspect.getsource(Fetcher)
    assert "FetchRequest(\n                self._fetch_max_wait_ms," in fetching
    assert "fetch_max_wait_ms=1500" in inspect.getsource(driver.AIOKafkaConsumerThread)
