"""Keys of a chain, whatever else another program has put beside them."""

from collections.abc import AsyncIterator

from greenpulse.lake.keys import BronzeKey, partition_prefix, read_key
from greenpulse.lake.store import Store

__all__ = ["bronze_keys"]

_PAGE = 1000


async def bronze_keys(
    store: Store, topic: str, partition: int, *, after: str = ""
) -> AsyncIterator[BronzeKey]:
    """Keys of the bronze files of one partition that sort behind ``after``, in order.

    Names that are none are passed over: nobody reads them, and nothing is put in their place.
    """
    prefix = partition_prefix(topic, partition)
    names = await store.keys(prefix, after=after, limit=_PAGE)
    while names:
        for key in map(read_key, names):
            if key is not None:
                yield key
        if len(names) < _PAGE:
            return
        names = await store.keys(prefix, after=names[-1], limit=_PAGE)
