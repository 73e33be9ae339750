"""Kafka's records as ours, and the sizes that both sides must agree on."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from greenpulse.broker.log import LogRecord
from greenpulse.broker.refusals import MAX_MESSAGE_BYTES

__all__ = ["MAX_BATCH_BYTES", "log_records"]

MAX_BATCH_BYTES = MAX_MESSAGE_BYTES + 64 * 1024
"""What Kafka limits is the batch: the largest message, and what Kafka writes around it."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def log_records(fetched: Iterable[Any]) -> list[LogRecord]:
    """``aiokafka.ConsumerRecord`` objects as records of the log."""
    records = []
    last_ms, appended_at = 0, _EPOCH
    for record in fetched:
        if record.timestamp != last_ms:
            last_ms = record.timestamp
            appended_at = _EPOCH + timedelta(milliseconds=last_ms)
        records.append(LogRecord(record.offset, appended_at, record.key, record.value))
    return records
