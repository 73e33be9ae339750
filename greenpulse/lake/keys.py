"""Keys of bronze files: they name where a file starts, and sort as offsets do."""

import re
from dataclasses import dataclass

__all__ = ["BronzeKey", "partition_prefix", "read_key", "topic_prefix"]

_MAX_PARTITION = 9999
_TOPIC = r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,248}"
_KEY = re.compile(rf"topic=({_TOPIC})/partition=(\d{{4}})/(\d{{20}})\.ndjson\.gz", re.ASCII)


@dataclass(frozen=True, slots=True)
class BronzeKey:
    """Place of the one bronze file that begins at ``start_offset``.

    Where the file ends, when it was written and by whom is not in its key, so that two
    writers of one start want the same key, of which the store gives each only once.

    >>> str(BronzeKey("greenpulse.polls", 3, 12345))
    'topic=greenpulse.polls/partition=0003/00000000000000012345.ndjson.gz'
    """

    topic: str
    partition: int
    start_offset: int

    def __post_init__(self) -> None:
        if not re.fullmatch(_TOPIC, self.topic, re.ASCII):
            message = f"want a topic of letters, digits, '.', '_' and '-', got {self.topic!r}"
            raise ValueError(message)
        if not 0 <= self.partition <= _MAX_PARTITION:
            message = f"want a partition from 0 to {_MAX_PARTITION}, got {self.partition}"
            raise ValueError(message)
        if self.start_offset < 0:
            message = f"want an offset from 0 up, got {self.start_offset}"
            raise ValueError(message)

    def __str__(self) -> str:
        prefix = partition_prefix(self.topic, self.partition)
        return f"{prefix}{self.start_offset:020d}.ndjson.gz"


def topic_prefix(topic: str) -> str:
    """What the keys of all partitions of ``topic`` begin with."""
    return f"topic={topic}/"


def partition_prefix(topic: str, partition: int) -> str:
    """What the keys of one partition begin with."""
    return f"{topic_prefix(topic)}partition={partition:04d}/"


def read_key(key: str) -> BronzeKey | None:
    """Read the key of a bronze file; None where ``key`` is none."""
    match = _KEY.fullmatch(key)
    if match is None:
        return None
    return BronzeKey(match[1], int(match[2]), int(match[3]))
