"""One span of offsets, compared over log, chain and warehouse, record by record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import chain, pairwise

from greenpulse.audit.offset_ranges import ranges_of, without
from greenpulse.lake.ranges import OffsetRange

__all__ = ["Difference", "Holding", "Kind", "Place", "compare"]


class Place(StrEnum):
    """Where records are; the order is that of trust where two of them differ."""

    LOG = "log"
    CHAIN = "chain"
    WAREHOUSE = "warehouse"


class Kind(StrEnum):
    """What is wrong with some offsets of a place."""

    MISSING = "missing"
    EXTRA = "extra"
    DOUBLED = "doubled"
    ALTERED = "altered"


@dataclass(frozen=True, slots=True)
class Difference:
    """Offsets of one place with which one thing is wrong."""

    place: Place
    kind: Kind
    span: OffsetRange
    reason: str = ""
    """What shows it, where that is more than the comparison of the places."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What a place holds of a span."""

    wanted: OffsetRange | None
    """What it should hold; None: nothing, as of a log that has expired up to there."""
    offsets: Sequence[int] = field(default=())
    """Rising; a record that is there twice has its offset twice."""
    digests: Sequence[str] = field(default=())
    """Of the bronze line of each of ``offsets``: equal where the records are."""


def compare(
    span: OffsetRange,
    accepted_gaps: Sequence[OffsetRange],
    holdings: Mapping[Place, Holding],
    *,
    is_chain_sound: bool = True,
) -> list[Difference]:
    """What is wrong with ``span``; empty where all places hold the same, once.

    Args:
        span: The offsets that are looked at.
        accepted_gaps: Offsets that may be missing everywhere, as somebody declared.
        holdings: What each place holds of ``span``; a place that is absent is not asked.
        is_chain_sound: Whether hashes say that the chain is what was written: then it
            wins against the warehouse where the log cannot tell any more.
    """
    if _is_same_everywhere(span, holdings):
        return []
    # What any place has of a gap was not lost, so the others have to have it, too.
    found = ranges_of(chain.from_iterable(holding.offsets for holding in holdings.values()))
    lost = without(accepted_gaps, found)
    differences = [
        Difference(place, kind, offsets)
        for place, holding in holdings.items()
        for kind, ranges in _of_one_place(holding, lost).items()
        for offsets in ranges
    ]
    differences += _altered(holdings, is_chain_sound=is_chain_sound)
    return differences


def _is_same_everywhere(span: OffsetRange, holdings: Mapping[Place, Holding]) -> bool:
    """Whether each place holds each offset of ``span`` once, as the same bytes."""
    every = [holding for holding in holdings.values() if holding.wanted or holding.offsets]
    return all(
        holding.wanted == span
        and len(holding.offsets) == span.count
        and holding.offsets[0] == span.first
        and holding.offsets[-1] == span.last
        and _rises(holding.offsets)
        for holding in every
    ) and all(one.digests == other.digests for one, other in pairwise(every))


def _rises(offsets: Sequence[int]) -> bool:
    return all(one < other for one, other in pairwise(offsets))


def _of_one_place(holding: Holding, lost: Sequence[OffsetRange]) -> dict[Kind, list[OffsetRange]]:
    present = ranges_of(holding.offsets)
    wanted = without([holding.wanted] if holding.wanted else [], lost)
    return {
        Kind.MISSING: without(wanted, present),
        Kind.EXTRA: without(present, wanted),
        Kind.DOUBLED: ranges_of(one for one, other in pairwise(holding.offsets) if one == other),
    }


def _altered(holdings: Mapping[Place, Holding], *, is_chain_sound: bool) -> Iterable[Difference]:
    digests: dict[int, dict[Place, set[str]]] = {}
    for place, holding in holdings.items():
        for offset, digest in zip(holding.offsets, holding.digests, strict=True):
            digests.setdefault(offset, {}).setdefault(place, set()).add(digest)
    altered: dict[Place, list[int]] = {place: [] for place in Place}
    for offset, by_place in digests.items():
        for place in _blamed(by_place, is_chain_sound=is_chain_sound):
            altered[place].append(offset)
    return [
        Difference(place, Kind.ALTERED, found)
        for place, offsets in altered.items()
        for found in ranges_of(offsets)
    ]


def _blamed(digests: Mapping[Place, set[str]], *, is_chain_sound: bool) -> list[Place]:
    """Places whose record is not the one that most places have, else not the most trusted."""
    different = set().union(*digests.values())
    if len(different) == 1:
        return []
    trust = [Place.LOG, Place.CHAIN, Place.WAREHOUSE]
    if not is_chain_sound:
        trust = [Place.LOG, Place.WAREHOUSE, Place.CHAIN]

    def weight(digest: str) -> tuple[int, int]:
        agreeing = [place for place, of_place in digests.items() if digest in of_place]
        return len(agreeing), -min(trust.index(place) for place in agreeing)

    right = max(different, key=weight)
    return [place for place in Place if digests.get(place, {right}) != {right}]
