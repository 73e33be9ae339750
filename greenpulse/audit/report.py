"""What an audit found: sentences for people, one object for programs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from greenpulse.audit.chain_lines import ChainLines
from greenpulse.audit.comparison import Difference, Kind, Place
from greenpulse.audit.offset_ranges import joined
from greenpulse.lake.ranges import OffsetRange

__all__ = ["AuditReport", "PartitionReport", "as_json", "as_sentences", "in_words", "merged"]


@dataclass(slots=True)
class PartitionReport:
    """How one partition stands; a range is None where there is nothing."""

    partition: int
    in_log: OffsetRange | None = None
    in_chain: OffsetRange | None = None
    in_warehouse: OffsetRange | None = None
    not_archived: OffsetRange | None = None
    not_loaded: OffsetRange | None = None
    accepted_gaps: Sequence[OffsetRange] = ()
    files: int = 0
    records: int = 0
    """In the chain."""
    differences: list[Difference] = field(default_factory=list)

    def count(self, group: ChainLines) -> None:
        """Add the next files of the chain."""
        first = group.first if self.in_chain is None else self.in_chain.first
        self.in_chain = OffsetRange(first, group.last)
        self.files += len(group.parts)
        self.records += len(group.offsets)


@dataclass(slots=True)
class AuditReport:
    """All that an audit found."""

    partitions: list[PartitionReport] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """What is wrong, but with no offset in particular."""
    notes: list[str] = field(default_factory=list)
    """What was not looked at, and why; no fault."""
    is_lag_a_fault: bool = False
    """Whether what is not archived or loaded yet is among the differences."""

    @property
    def agrees(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems and not any(part.differences for part in self.partitions)


def merged(differences: Iterable[Difference]) -> list[Difference]:
    """The same differences in the fewest ranges, in the order of their offsets."""
    spans: dict[tuple[Place, Kind, str], list[OffsetRange]] = {}
    for difference in differences:
        alike = (difference.place, difference.kind, difference.reason)
        spans.setdefault(alike, []).append(difference.span)
    result = [
        Difference(place, kind, span, reason)
        for (place, kind, reason), of_kind in spans.items()
        for span in joined(of_kind)
    ]
    return sorted(result, key=lambda difference: difference.span)


def as_json(report: AuditReport) -> dict[str, Any]:
    """The report as one object; ranges are ``[first, last]``, or null."""
    return {
        "agrees": report.agrees,
        "problems": report.problems,
        "notes": report.notes,
        "partitions": [
            {
                "partition": part.partition,
                "log": _pair(part.in_log),
                "chain": _pair(part.in_chain),
                "warehouse": _pair(part.in_warehouse),
                "files": part.files,
                "records": part.records,
                "not_archived": _pair(part.not_archived),
                "not_loaded": _pair(part.not_loaded),
                "accepted_gaps": [_pair(gap) for gap in part.accepted_gaps],
                "differences": [
                    {
                        "place": difference.place.value,
                        "kind": difference.kind.value,
                        "first": difference.span.first,
                        "last": difference.span.last,
                        "reason": difference.reason or None,
                    }
                    for difference in part.differences
                ],
            }
            for part in report.partitions
        ],
    }


def as_sentences(report: AuditReport) -> list[str]:
    """The report, one sentence a line: notes, gaps, lag, what is wrong, and the outcome."""
    sentences = list(report.notes)
    for part in report.partitions:
        where = f"partition {part.partition}"
        if part.accepted_gaps:
            sentences.append(f"{where}: {_offsets(part.accepted_gaps)} accepted as lost for ever")
        if part.not_archived and not report.is_lag_a_fault:
            sentences.append(f"{where}: {_offsets([part.not_archived])} not archived yet")
        if part.not_loaded and not report.is_lag_a_fault:
            sentences.append(f"{where}: {_offsets([part.not_loaded])} not loaded yet")
    sentences += report.problems
    for part in report.partitions:
        sentences += [
            f"partition {part.partition}: {difference}" for difference in in_words(part.differences)
        ]
    return [*sentences, _outcome(report)]


def in_words(differences: Iterable[Difference]) -> list[str]:
    """A phrase for each place, kind and reason, as in ``chain: offsets 3-5 missing``."""
    spans: dict[tuple[Place, Kind, str], list[OffsetRange]] = {}
    for difference in differences:
        alike = (difference.place, difference.kind, difference.reason)
        spans.setdefault(alike, []).append(difference.span)
    return [
        f"{place.value}: {_offsets(of_kind)} {kind.value}" + (f": {reason}" if reason else "")
        for (place, kind, reason), of_kind in spans.items()
    ]


def _outcome(report: AuditReport) -> str:
    if not report.agrees:
        wrong = [part for part in report.partitions if part.differences]
        # An offset that two findings name is one offset.
        spans = [span for part in wrong for span in joined(d.span for d in part.differences)]
        offsets = sum(span.count for span in spans)
        where = f" in {_count(len(wrong), 'partition')}" if wrong else ""
        return f"found wrong: {_count(offsets, 'offset')}{where}" if offsets else "found wrong"
    if not report.partitions:
        return (
            "nothing is recorded yet: start 'greenpulse worker', or 'greenpulse demo' for a "
            "simulated grid"
        )
    records = sum(part.records for part in report.partitions)
    partitions = _count(len(report.partitions), "partition")
    return f"nothing is missing, doubled or altered: {_count(records, 'record')} in {partitions}"


def _offsets(spans: Sequence[OffsetRange]) -> str:
    ranges = [str(s.first) if s.first == s.last else f"{s.first}-{s.last}" for s in spans]
    is_one = len(spans) == 1 and spans[0].count == 1
    return f"offset{'' if is_one else 's'} {', '.join(ranges)}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _pair(span: OffsetRange | None) -> list[int] | None:
    return None if span is None else [span.first, span.last]
