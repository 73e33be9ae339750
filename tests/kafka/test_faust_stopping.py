"""What Faust does today when it stops with events in its agents' hands; and why ours do well.

GreenPulse sets ``stream_wait_empty`` to False, which is safe only because none of its
agents lets Faust acknowledge (tests/unit/test_agents_are_safe.py).
"""

import json
from pathlib import Path

import pytest
from support.remote_worker import RemoteWorker
from support.services.addresses import KafkaAddress
from support.stock_topic import StartStock, StockTopic


async def test_faust_by_default_never_stops_while_an_event_is_held(
    start_stock: StartStock, topic: StockTopic
) -> None:
    worker = await start_stock("keeps")
    await topic.append("a")
    await worker.report("began")

    worker.terminate()
    with pytest.raises(TimeoutError):
        await worker.end(within_seconds=10)
    # Faust does not hear a second one.
    worker.terminate()
    with pytest.raises(TimeoutError):
        await worker.end(within_seconds=5)


async def test_without_that_wait_faust_commits_the_event_that_an_agent_is_still_at(
    start_stock: StartStock, topic: StockTopic
) -> None:
    worker = await start_stock("lets_faust_acknowledge", stream_wait_empty=False)
    await topic.append("slow")
    await worker.report("began")

    code = await worker.stop()

    assert code == 0
    assert await topic.committed() == 1


async def test_without_that_wait_noack_loses_nothing(
    start_stock: StartStock, topic: StockTopic
) -> None:
    worker = await start_stock("acknowledges_itself", stream_wait_empty=False)
    await topic.append("a", "slow")
    await worker.report("finished")

    code = await worker.stop()

    assert code == 0
    assert await topic.committed() == 1


async def test_an_assignment_that_faust_does_not_understand_leaves_the_worker_standing(
    kafka: KafkaAddress, topic: StockTopic, tmp_path: Path
) -> None:
    # Ours ends (tests/contract/test_transport.py: whose assignment is not what was meant).
    worker = await RemoteWorker.launch(
        f"kafka://{kafka.hosts}",
        topic.group,
        tmp_path,
        "keeps",
        json.dumps({"PartitionAssignor": "support.disagreeing_assignor.Disagreeing"}),
        program="support.stock_worker",
    )
    await topic.append("a")

    with pytest.raises(TimeoutError):
        await worker.end(within_seconds=20)

    assert await worker.killed("began") == []
