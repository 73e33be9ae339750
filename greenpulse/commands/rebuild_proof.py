"""The proof of a rebuild: both warehouses beside the chains, in one walk along each."""

from collections.abc import Callable
from dataclasses import dataclass

from greenpulse.audit.comparison import Difference
from greenpulse.audit.offset_ranges import span_of
from greenpulse.audit.warehouse_proof import ChainProof
from greenpulse.audit.warehouse_rows import loaded_ranges
from greenpulse.audit.warehouse_side import WarehouseSide
from greenpulse.lake.ranges import OffsetRange
from greenpulse.lake.reader import ChainReader
from greenpulse.records import POLLS_TOPIC
from greenpulse.warehouse.warehouse import Warehouse

__all__ = ["ProvedPartition", "prove"]


@dataclass(frozen=True, slots=True)
class ProvedPartition:
    """One partition of both warehouses, beside its chain."""

    partition: int
    records: int
    in_chain: OffsetRange | None
    new_differences: list[Difference]
    old_differences: list[Difference]
    not_in_old: OffsetRange | None
    """What the old one had not loaded yet; no fault."""


async def prove(
    chain: ChainReader, *, new: Warehouse, old: Warehouse, compared: Callable[[int], None]
) -> list[ProvedPartition]:
    """Compare the rows of both with bronze, offset by offset and by content.

    Args:
        chain: The lake.
        new: What was made of it.
        old: What it shall replace.
        compared: Told how many records were compared.

    Returns:
        All partitions that any of the three has, in order.

    Raises:
        ChainBroken: bronze is not whole, so it proves nothing.
        TransientError: a part is away.
    """
    partitions = {
        *await chain.partitions(POLLS_TOPIC),
        *await new.raw_partitions(),
        *await old.raw_partitions(),
    }
    return [
        await _prove(chain, partition, (new, old), compared) for partition in sorted(partitions)
    ]


async def _prove(
    chain: ChainReader,
    partition: int,
    warehouses: tuple[Warehouse, Warehouse],
    compared: Callable[[int], None],
) -> ProvedPartition:
    sides = [
        WarehouseSide(warehouse, partition, (await loaded_ranges(warehouse)).get(partition))
        for warehouse in warehouses
    ]
    proof = ChainProof(partition, chain.verify(POLLS_TOPIC, partition), sides, compared)
    new_differences, old_differences = await proof.run()
    new, old = (side.loaded for side in sides)
    first = 0 if old is None else old.last + 1
    if proof.in_chain is not None:
        first = max(first, proof.in_chain.first)
    return ProvedPartition(
        partition,
        proof.records,
        proof.in_chain,
        new_differences,
        old_differences,
        None if new is None else span_of(first, new.last),
    )
