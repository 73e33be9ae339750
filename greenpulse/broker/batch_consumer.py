"""A Faust consumer that delivers whole fetches: one event for each fetch and partition.

Stock Faust makes one event of each record, which costs fifteen times as much, and its
commits can pass records in flight (tests/kafka/test_faust_acknowledging.py). Mixed into a
consumer of Faust's, this class delivers the transport's ``batch_topics`` in batches; all
other topics, and acknowledging, flow control, signals, the commit timer, stay Faust's own.
The names with an underscore that it overrides are pinned in
tests/unit/test_broker_faust_assumptions.py.

What an agent on a batch topic has to do::

    @app.agent(batch_topic(app, POLLS_TOPIC))
    async def archive(stream):
        async for event in stream.noack().events():
            event.message.records  # list[LogRecord], contiguous, at least one
            await stream.ack(event)  # once all of them are durable
            app.consumer.ack_part(event.message.tp, offset)  # once all up to offset are

It must be ``noack()`` and the only agent of its topic. The event itself has neither key
nor value, so that no table can be written from it.

An agent that has to find out where to begin holds the partition back until it rewinds
it: Faust would deliver, from before it has gone to the committed offsets, what nobody wants.

What was handed out and is not done is all that a worker holds of a partition, in queues,
buffers and files under way. Where that is more than ``max_held_bytes`` of the transport,
nothing more of that partition is fetched; the others go on.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast

from faust.transport.consumer import Consumer, RecordMap
from faust.types import TP, AppT, ConsumerMessage, Message, TopicT
from faust.types.transports import TPorTopicSet
from mode.utils.futures import notify

from greenpulse.broker.batches import BatchesInFlight, BatchRange
from greenpulse.broker.log import LogRecord, size_of
from greenpulse.errors import BrokerUnavailable

__all__ = ["MAX_HELD_BYTES", "QUEUE_BATCHES", "BatchConsumer", "BatchMessage", "batch_topic"]

MAX_HELD_BYTES = 12 * 1024 * 1024
"""Of the records of one partition, unless the transport says otherwise."""
QUEUE_BATCHES = 16
"""Length of the queue of an agent on a batch topic, whose batches are short of a MiB."""
_PRESSURE_SECONDS = 0.05
"""How soon to look again at a partition that holds too much; stock Faust takes a second."""
_LOG_APPEND_TIME = 1


def batch_topic(app: AppT, name: str) -> TopicT:
    """The channel of ``app`` for an agent on a batch topic: raw bytes, a short queue."""
    topic = app.topic(name, value_type=bytes, value_serializer="raw")
    # app.topic() takes a maxsize, too, but forgets it: its queues then hold 4,096 batches.
    topic.maxsize = QUEUE_BATCHES
    return topic


@dataclass(frozen=True, slots=True)
class _Batch:
    """The records of one fetch, on their way through Faust's scheduler."""

    records: list[LogRecord]


class BatchMessage(ConsumerMessage):
    """The message of a batch: offset and timestamp are those of the last record."""

    __slots__ = ("in_flight", "records")

    records: list[LogRecord]
    in_flight: BatchRange | None

    @property
    def is_forgotten(self) -> bool:
        """Whether it comes again, or is another worker's by now: not to be worked on."""
        return self.in_flight is None or self.in_flight.is_forgotten


class BatchConsumer(Consumer):
    """Delivers the transport's ``batch_topics`` in batches; see the module."""

    def __post_init__(self) -> None:
        """Begin with nothing in flight."""
        super().__post_init__()
        self._batches: dict[TP, BatchesInFlight] = {}
        self._held_back: set[TP] = set()

    def as_log_records(self, fetched: Sequence[Any]) -> list[LogRecord]:
        """Records as the driver fetched them, as ours; to override where they differ."""
        return list(fetched)

    def ack_part(self, partition: TP, offset: int) -> None:
        """Say that all records up to ``offset``, itself included, are durable."""
        self._in_flight(partition).acknowledge_through(offset)

    def hold_back(self, partition: TP) -> None:
        """Fetch nothing of ``partition`` until ``rewind``, or until it is assigned again."""
        self._held_back.add(partition)

    async def rewind(self, partition: TP, offset: int) -> bool:
        """Deliver from ``offset`` on, forwards or backwards; all below it is durable.

        What was delivered before and is not acknowledged is forgotten: it comes again
        where it is not below ``offset``. The group's offset follows with a commit, where
        that is ahead; it never goes back.

        Returns:
            Whether the group's offset was ahead of ``offset``.
        """
        await self.seek(partition, offset)
        self._in_flight(partition).begin_at(offset, is_done_below=True)
        self._held_back.discard(partition)
        return (self._committed_offset[partition] or 0) > offset

    # What follows overrides Faust.

    async def seek(self, partition: TP, offset: int) -> None:
        """Deliver from ``offset`` on; what is in flight is forgotten."""
        await super().seek(partition, offset)
        if self._is_batch(partition):
            self._in_flight(partition).begin_at(offset)

    async def perform_seek(self) -> None:
        """Go to the committed offsets, and expect them next."""
        await super().perform_seek()
        for tp in self.assignment():
            if self._is_batch(tp):
                # No more than that: Faust also seeks when it stops, and what is in flight
                # then may still be acknowledged.
                self._in_flight(tp).next_offset = self._read_offset[tp] or 0

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Forget the batches of the generation before."""
        for in_flight in self._batches.values():
            in_flight.forget()
        self._batches.clear()
        self._held_back.clear()
        await super().on_partitions_assigned(assigned, generation_id)

    async def getmany(self, timeout: float) -> AsyncIterator[tuple[TP, Message]]:  # noqa: ASYNC109 - Faust's
        """Messages as they come, batches in sequence only."""
        async with aclosing(cast("Any", super().getmany(timeout))) as fetched:
            async for tp, message in fetched:
                if not isinstance(message, BatchMessage) or await self._is_taken(tp, message):
                    yield tp, message

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> RecordMap:  # noqa: ASYNC109 - Faust's
        if active_partitions is not None:
            batched = {tp for tp in self.assignment() if self._is_batch(tp)}
            without_room = {tp for tp in batched if not self._has_room(tp)}
            if without_room or not batched <= active_partitions:
                # Room, or the end of a rebalance, is not to be missed while others wait for
                # records: Faust does that for a second.
                timeout = _PRESSURE_SECONDS
            if without_room:
                # Else Faust's own set: what is paused leaves it, also while records are awaited.
                # Of a copy, aiokafka takes those records, too, and Faust drops them. None is
                # lost: Faust pauses where a seek to the committed offsets follows, or nothing
                # is read any more (tests/unit/test_broker_faust_assumptions.py), and who else
                # paused a batch topic would get them again, by its sequence, with the next one.
                active_partitions = active_partitions - without_room
            if not active_partitions:
                await self.sleep(_PRESSURE_SECONDS)
                return {}
        fetched = await super()._getmany(active_partitions, timeout)  # type: ignore[safe-super] # mixed into a driver's
        return {
            tp: [_Batch(self.as_log_records(records))]
            if records and self._is_batch(tp)
            else records
            for tp, records in fetched.items()
        }

    def _to_message(self, tp: TP, record: Any) -> ConsumerMessage:  # noqa: ANN401 - Faust's
        if not isinstance(record, _Batch):
            return super()._to_message(tp, record)  # type: ignore[safe-super] # mixed into a driver's
        last = record.records[-1]
        message = BatchMessage(
            tp.topic,
            tp.partition,
            last.offset,
            last.appended_at.timestamp(),
            _LOG_APPEND_TIME,
            headers=None,
            key=None,
            value=None,
            checksum=None,
            tp=tp,
            generation_id=self.app.consumer_generation_id,
        )
        message.records = record.records
        message.in_flight = None
        return message

    async def _is_taken(self, tp: TP, message: BatchMessage) -> bool:
        """Whether the batch is next in sequence; records delivered before are cut off."""
        in_flight = self._in_flight(tp)
        first = message.records[0].offset
        if in_flight.is_behind(message.offset):
            return False
        if in_flight.is_ahead(first):
            try:
                log_start = (await self.earliest_offsets(tp))[tp]
            except BrokerUnavailable as error:
                self.log.warning("%s", error)
                await self._seek(tp, in_flight.next_offset or 0)
                return False
            again_from = in_flight.offset_to_fetch_again(first, log_start)
            if again_from is not None:
                self.log.info("fetching %s again from %d, got %d", tp, again_from, first)
                await self._seek(tp, again_from)
                return False
            self.log.error(
                "%s has no records from %s to %d any more", tp, in_flight.next_offset, first - 1
            )
        elif in_flight.next_offset is not None and first < in_flight.next_offset:
            message.records = [r for r in message.records if r.offset >= in_flight.next_offset]
        size_bytes = size_of(message.records)
        message.in_flight = in_flight.take(message.records[0].offset, message.offset, size_bytes)
        # Faust drops what lies below the last offset it delivered, which a batch that was
        # on its way during a seek leaves behind. The sequence is kept here.
        self._read_offset[tp] = None
        return True

    def ack(self, message: Message) -> bool:
        """Mark a message as done; a batch in the queue of its own generation only."""
        if not isinstance(message, BatchMessage):
            return super().ack(message)
        message.acked = True
        if message.in_flight is not None:
            message.in_flight.is_acknowledged = True
        self._unacked_messages.discard(message)
        self._n_acked += 1
        notify(self._waiting_for_ack)
        return True

    def _filter_tps_with_pending_acks(self, topics: TPorTopicSet | None = None) -> Iterator[TP]:
        yield from super()._filter_tps_with_pending_acks(topics)
        for tp in self._batches:
            if topics is None or tp in topics or tp.topic in topics:
                yield tp

    def _new_offset(self, tp: TP) -> int | None:
        if not self._is_batch(tp):
            return super()._new_offset(tp)
        return self._in_flight(tp).committable()

    async def _wait_next_records(
        self,
        timeout: float,  # noqa: ASYNC109 - Faust's
    ) -> tuple[RecordMap | None, set[TP] | None]:
        active = self._get_active_partitions()
        if self.flow_active and not active and not self.app.client_only:
            await self.sleep(_PRESSURE_SECONDS)
            return {}, active
        return await super()._wait_next_records(timeout)

    def _has_room(self, tp: TP) -> bool:
        max_held_bytes: int = cast("Any", self.transport).max_held_bytes
        return tp not in self._held_back and self._in_flight(tp).held_bytes <= max_held_bytes

    def _is_batch(self, tp: TP) -> bool:
        topics: frozenset[str] = cast("Any", self.transport).batch_topics
        return tp.topic in topics

    def _in_flight(self, tp: TP) -> BatchesInFlight:
        return self._batches.setdefault(tp, BatchesInFlight())
