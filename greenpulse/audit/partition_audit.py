"""One partition, offset by offset: what log, chain and warehouse say of each.

The warehouse was asked first, then the chain, then the log, so that each should hold what
was seen in the one before, however fast a worker goes on meanwhile.
"""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass

from greenpulse.audit.chain_lines import ChainLines, grouped
from greenpulse.audit.comparison import Difference, Holding, Kind, Place, compare
from greenpulse.audit.log_side import LogSide
from greenpulse.audit.offset_ranges import overlap, ranges_of, span_of, without
from greenpulse.audit.report import PartitionReport, merged
from greenpulse.audit.warehouse_side import WarehouseSide
from greenpulse.lake.ranges import OffsetRange
from greenpulse.lake.verification import ChainPart

__all__ = ["PartitionAudit", "Promised"]

_PIECE_OFFSETS = 20_000


@dataclass(frozen=True, slots=True)
class Promised:
    """What others say of the chain, seen before it was read."""

    base: int | None
    """Its first offset, as it was claimed."""
    acknowledged: int
    """The offset that the archive wants next: all before it were durable."""
    accepted_gaps: Sequence[OffsetRange]


class PartitionAudit:
    """Audits one partition.

    Args:
        partition: Which one.
        log: What the log has of it.
        parts: Its chain, as ``ChainReader.verify`` gives it.
        warehouse: What the warehouse has of it; None where there is none to be asked.
        promised: What the chain should hold.
        advance: Told how many records were compared.
    """

    def __init__(  # noqa: PLR0913 - three places, and what is known of them
        self,
        partition: int,
        log: LogSide,
        parts: AsyncIterator[ChainPart],
        warehouse: WarehouseSide | None,
        *,
        promised: Promised,
        advance: Callable[[int], None],
    ) -> None:
        self._log = log
        self._parts = parts
        self._warehouse = warehouse
        self._promised = promised
        self._advance = advance
        self._report = PartitionReport(partition, accepted_gaps=promised.accepted_gaps)
        self._found: list[Difference] = []
        self._next = 0
        """All offsets before it are compared."""

    async def run(self) -> PartitionReport:
        """Compare everything, once."""
        groups = grouped(self._parts)
        group = await anext(groups, None)
        await self._log.look()
        first = self._first_offset(group)
        self._next = 0 if first is None else first
        await self._compare_rows_before()
        while group is not None:
            await self._compare_group(group)
            group = await anext(groups, None)
        await self._compare_lost_tail()
        self._compare_log_end()
        await self._compare_rows_behind()
        self._report.differences = merged(self._found)
        return self._report

    def _first_offset(self, group: ChainLines | None) -> int | None:
        """Where the chain should begin: nothing that any place knows of lies before."""
        loaded = self._warehouse.loaded if self._warehouse else None
        begins = [
            self._promised.base,
            None if group is None else group.first,
            None if loaded is None else loaded.first,
            None if self._log.span is None else self._log.first,
        ]
        return min((begin for begin in begins if begin is not None), default=None)

    async def _compare_rows_before(self) -> None:
        """Rows below the chain's first offset belong to no record."""
        if self._warehouse is not None and self._next > 0:
            rows = await self._warehouse.holding(OffsetRange(0, self._next - 1))
            self._add(Place.WAREHOUSE, Kind.EXTRA, ranges_of(rows.offsets))

    async def _compare_group(self, group: ChainLines) -> None:
        absent = span_of(self._next, group.first - 1)
        if absent is not None:
            await self._compare_absent(absent, "no bronze file holds them")
        for part in group.parts:
            kind = Kind.MISSING if part.file is None else Kind.ALTERED
            span = OffsetRange(part.first_offset, part.last_offset)
            for problem in part.problems:
                self._add(Place.CHAIN, kind, [span], problem)
        again = ranges_of(offset for offset in group.offsets if offset < self._next)
        self._add(Place.CHAIN, Kind.DOUBLED, again)
        await self._compare_up_to(group.last, group if group.offsets else None)
        if group.offsets:
            self._report.count(group)
            if self._warehouse is not None:
                self._add_proofs(await self._warehouse.prove(group.offsets, group.lines))

    async def _compare_absent(self, span: OffsetRange, reason: str) -> None:
        """``span`` should be in the chain, and is not."""
        self._add(Place.CHAIN, Kind.MISSING, self._not_accepted(span), reason)
        await self._compare_up_to(span.last, None)

    async def _compare_lost_tail(self) -> None:
        """What was in the chain, as others know, and is behind its last file now."""
        loaded = self._warehouse.loaded if self._warehouse else None
        unloaded = span_of(self._next, -1 if loaded is None else loaded.last)
        if unloaded is not None:
            await self._compare_absent(unloaded, "the warehouse has loaded them")
        await self._log.look()
        behind = span_of(self._next, self._promised.acknowledged - 1)
        durable = overlap(self._log.span, behind)
        if durable is not None:
            await self._compare_absent(durable, "the archive has acknowledged them")

    def _compare_log_end(self) -> None:
        log = self._log
        self._report.in_log = log.span
        beyond = overlap(span_of(log.end, self._next - 1), self._report.in_chain)
        if beyond is not None:
            reason = "the log ends before the chain does, so they are not of one origin"
            self._add(Place.LOG, Kind.MISSING, [beyond], reason)
        expired = span_of(self._next, min(log.first, log.end) - 1)
        for span in self._not_accepted(expired):
            reason = (
                f"they expired before they were archived; run 'greenpulse accept-gap "
                f"{self._report.partition} {span.first} {span.last}' to declare them lost"
            )
            self._add(Place.LOG, Kind.MISSING, [span], reason)
        self._report.not_archived = span_of(max(self._next, log.first), log.end - 1)

    async def _compare_rows_behind(self) -> None:
        warehouse, in_chain = self._warehouse, self._report.in_chain
        if warehouse is None:
            return
        reason = "no load in the manifest holds them"
        self._add(Place.WAREHOUSE, Kind.EXTRA, await warehouse.rest(), reason)
        self._add_proofs(await warehouse.finish_proof())
        self._report.in_warehouse = loaded = warehouse.loaded
        if in_chain is not None:
            first = in_chain.first if loaded is None else loaded.last + 1
            self._report.not_loaded = span_of(first, in_chain.last)

    async def _compare_up_to(self, last: int, chain: ChainLines | None) -> None:
        """Compare all places, a piece at a time; no ``chain``: the other two."""
        if chain is None and self._warehouse is not None and self._next <= last:
            self._warehouse.skip_proof(OffsetRange(self._next, last))
        while self._next <= last:
            piece = OffsetRange(self._next, await self._end_of_piece(last, chain))
            holdings: dict[Place, Holding] = {}
            if chain is not None:
                holdings[Place.CHAIN] = chain.holding(piece)
            holdings[Place.LOG] = await self._log.holding(piece, chain)
            if self._warehouse is not None:
                lines = self._log.lines + ([] if chain is None else chain.lines_of(piece))
                holdings[Place.WAREHOUSE] = await self._warehouse.holding(
                    piece, list(holdings.values()), lines
                )
            self._found += compare(
                piece,
                self._promised.accepted_gaps,
                holdings,
                is_chain_sound=chain is not None and chain.is_sound,
            )
            self._next = piece.last + 1
            self._advance(len(holdings[Place.CHAIN].offsets) if chain is not None else 0)

    async def _end_of_piece(self, last: int, chain: ChainLines | None) -> int:
        """Where the next piece ends: small where there are records, else before the next one."""
        following = [
            None if chain is None else chain.next_offset(self._next),
            None if self._warehouse is None else await self._warehouse.next_offset(),
            self._log.next_offset(self._next),
        ]
        nearest = min((offset for offset in following if offset is not None), default=last + 1)
        end = nearest - 1 if nearest > self._next else self._next + _PIECE_OFFSETS - 1
        return min(last, end)

    def _not_accepted(self, span: OffsetRange | None) -> list[OffsetRange]:
        return without([] if span is None else [span], self._promised.accepted_gaps)

    def _add(
        self, place: Place, kind: Kind, spans: Iterable[OffsetRange], reason: str = ""
    ) -> None:
        self._found += [Difference(place, kind, span, reason) for span in spans]

    def _add_proofs(self, proofs: Sequence[Difference]) -> None:
        """Add what the manifest shows, but for what is known already.

        Where the log has expired, a row and its load together prove a line of the chain
        wrong.
        """
        for proof in proofs:
            if proof.kind is not Kind.ALTERED:
                self._found.append(proof)
                continue
            against_chain = [
                index
                for index, found in enumerate(self._found)
                if found.place is Place.WAREHOUSE
                and found.kind is Kind.ALTERED
                and found.span.last < self._log.first
                and overlap(found.span, proof.span)
            ]
            for index in against_chain:
                row = self._found[index]
                self._found[index] = Difference(Place.CHAIN, row.kind, row.span, proof.reason)
            in_chain = (found for found in self._found if found.place is Place.CHAIN)
            if not any(overlap(found.span, proof.span) for found in in_chain):
                self._found.append(proof)
