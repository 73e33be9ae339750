"""Transactions of another program in the polls topic: their marks take offsets, too."""

import asyncio

import pytest
from aiokafka import AIOKafkaProducer
from support.fast_path import FastPath
from support.services.kafka import KafkaServer

from greenpulse.records import POLLS_TOPIC

pytestmark = pytest.mark.timeout(600)

_SAYS_SO_WITHIN_SECONDS = 120.0


async def append_in_a_transaction(kafka: KafkaServer) -> None:
    """Five records into partition 1, and the mark of their end."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka.hosts, transactional_id="stranger")
    await producer.start()
    async with producer.transaction():
        for number in range(5):
            value = b'{"of":"stranger","number":%d}' % number
            await producer.send_and_wait(POLLS_TOPIC, value, partition=1)
    await producer.stop()


async def test_a_mark_stops_its_partition_alone_until_it_is_accepted_and_nothing_is_lost(
    fast_path: FastPath, own_kafka: KafkaServer
) -> None:
    worker = await fast_path.start()
    await append_in_a_transaction(own_kafka)
    await fast_path.send(3_000)

    async with asyncio.timeout(_SAYS_SO_WITHIN_SECONDS):
        while "accept-gap" not in (said := await worker.text("/health/ready")):
            await asyncio.sleep(0.2)
    _, _, command = said.partition("run 'greenpulse ")
    code, _, errors = await worker.command(*command.partition("'")[0].split())
    differences = await fast_path.arrive()

    assert "partition 1 of 'greenpulse.polls'" in said
    assert (code, errors) == (0, "")
    assert differences == []
