"""Which partition a record goes to, as Kafka's default partitioner decides it."""

from functools import lru_cache

from aiokafka.partitioner import murmur2

__all__ = ["partition_of_key"]


@lru_cache(maxsize=4096)
def partition_of_key(key: bytes, partitions: int) -> int:
    """Partition of all records with ``key`` in a topic of ``partitions`` partitions.

    Source:
        org.apache.kafka.clients.producer.internals.BuiltInPartitioner, partitionForKey.

    >>> partition_of_key(b"national", 3)
    0
    """
    positive = int(murmur2(key)) & 0x7FFF_FFFF
    return positive % partitions
