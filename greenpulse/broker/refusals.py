"""What a log refuses, in the same words whichever log it is."""

from collections.abc import Sequence

from greenpulse.broker.log import Consequence, Message, TopicDifference, TopicSpec
from greenpulse.broker.partitioning import partition_of_key
from greenpulse.errors import PermanentError, SettingsError

__all__ = ["MAX_MESSAGE_BYTES", "no_such_topic", "other_partition_count", "place_messages"]

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""Of key and value together."""


def no_such_topic(topic: str, log: str) -> SettingsError:
    """Appending to a topic that nobody created."""
    return SettingsError(
        f"appending to {topic!r}: the log {log!r} has no such topic: start 'greenpulse worker' "
        "on it once"
    )


def other_partition_count(spec: TopicSpec, found: int, to_delete: str) -> TopicDifference:
    """A topic with ``found`` partitions instead; ``to_delete`` says what goes."""
    return TopicDifference(
        spec.name,
        "the partition count",
        str(found),
        str(spec.partitions),
        Consequence.REFUSED,
        f"set GREENPULSE_PARTITIONS={found}, or begin anew: run 'greenpulse audit --complete', "
        f"stop all workers, {to_delete}, take a new lake prefix and a new warehouse, and "
        "'greenpulse import' the old bronze files",
    )


def place_messages(
    topic: str, messages: Sequence[Message], partitions: int, keyless: int
) -> list[int]:
    """The partition of each message; those without a key go round, from ``keyless`` on.

    Raises:
        PermanentError: a message is too large, or names a partition that is not there.
    """
    placed = []
    for message in messages:
        size_bytes = len(message.key or b"") + len(message.value or b"")
        if size_bytes > MAX_MESSAGE_BYTES:
            text = f"appending to {topic!r}: a message of {size_bytes} bytes is over 16 MiB"
            raise PermanentError(text)
        if message.partition is not None:
            if not 0 <= message.partition < partitions:
                text = f"appending to {topic!r}: it has no partition {message.partition}"
                raise PermanentError(text)
            placed.append(message.partition)
        elif message.key is not None:
            placed.append(partition_of_key(message.key, partitions))
        else:
            placed.append(keyless % partitions)
            keyless += 1
    return placed
