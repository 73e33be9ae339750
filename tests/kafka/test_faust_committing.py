"""What Faust does today about commits, sends and timers; and why ours are safe."""

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from support.services.addresses import KafkaAddress
from support.stock_topic import StartStock, StockTopic


async def test_a_commit_that_meets_another_one_commits_nothing_and_says_so(
    start_stock: StartStock, topic: StockTopic
) -> None:
    # Why the archive's last commit is said twice (ArchiveDesk: a flush that commits).
    worker = await start_stock("keeps", broker_commit_interval=600.0)
    await topic.append("a", "b")
    for _ in range(2):
        await worker.report("began")
    await worker.do("acknowledge", offset=0)

    said = await worker.do("commit_while_committing", offset=1)
    first = await topic.committed()
    await worker.do("commit")

    assert said == [True, False]
    assert (first, await topic.committed()) == (1, 2)


async def test_faust_commits_an_event_whose_own_message_the_broker_refused(
    start_stock: StartStock, topic: StockTopic, kafka: KafkaAddress
) -> None:
    # Why our agents await the send's future before they acknowledge
    # (tests/contract/test_transport.py: a send is durable when it is acknowledged).
    out = f"{topic.group}.out"
    await create_topic_of_small_messages(kafka.hosts, out)
    await start_stock("forwards")

    await topic.append("x" * 1000)
    await topic.is_committed(1)

    assert await end_of(kafka.hosts, out) == 0


async def test_aiokafka_does_not_go_back_where_a_group_never_committed(
    topic: StockTopic, kafka: KafkaAddress
) -> None:
    # Why our consumer thread asks the broker for the log's start
    # (tests/contract/test_transport.py: partitions are assigned again at a rebalance).
    await topic.append("a", "b", "c")
    async with AIOKafkaConsumer(
        topic.name,
        bootstrap_servers=kafka.hosts,
        group_id=topic.group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    ) as consumer:
        for _ in range(3):
            await consumer.getone()

        await consumer.seek_to_committed()

        assert await consumer.position(TopicPartition(topic.name, 0)) == 3


async def test_a_timer_of_faust_adds_the_time_that_its_body_takes(start_stock: StartStock) -> None:
    # Why the poller keeps a grid of its own
    # (tests/faults/test_poller_ticks.py: heartbeats come on the grid without drift).
    worker = await start_stock("keeps")

    await worker.do("let_the_timer", task="last long")
    times = [(await worker.report("tick"))["at"] for _ in range(4)]

    # 0.3 s after the body's 0.6 s; on the grid of its period it would be every 0.6 s.
    assert (times[-1] - times[0]) / 3 > 0.75


async def test_an_exception_in_a_timer_ends_the_worker(start_stock: StartStock) -> None:
    worker = await start_stock("keeps")

    await worker.do("let_the_timer", task="fail")

    assert await worker.end() == 1


async def create_topic_of_small_messages(hosts: str, name: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=hosts)
    await admin.start()
    await admin.create_topics([NewTopic(name, 1, 1, topic_configs={"max.message.bytes": "200"})])
    await admin.close()


async def end_of(hosts: str, topic: str) -> int:
    partition = TopicPartition(topic, 0)
    async with AIOKafkaConsumer(bootstrap_servers=hosts) as consumer:
        ends: dict[TopicPartition, int] = await consumer.end_offsets([partition])
    return ends[partition]
