"""What a place holds, record by record, and how two places differ. Nothing of GreenPulse."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

__all__ = ["Differences", "Entry", "Place", "compare", "content_of", "missing_of"]

_SHOWN = 5
_DIGEST_BYTES = 16


class Entry(NamedTuple):
    """One record as a place holds it."""

    partition: int
    offset: int
    content: bytes
    """A hash of key and value, so that millions of records can be held."""
    appended_ms: int = 0
    """Milliseconds since 1970."""


Place = list[Entry]
"""All that the topic, the chain, the table or the producer's ledger holds, as found."""


def content_of(key: bytes | None, value: bytes | None) -> bytes:
    """A hash of key and value; None and empty differ."""
    digest = hashlib.sha256()
    for part in (key, value):
        digest.update(b"null" if part is None else b"%d:" % len(part) + part)
    return digest.digest()[:_DIGEST_BYTES]


@dataclass
class Differences:
    """What a copy has otherwise than the truth; all empty where it is a copy."""

    lost: list[Entry] = field(default_factory=list)
    doubled: list[Entry] = field(default_factory=list)
    altered: list[Entry] = field(default_factory=list)
    foreign: list[Entry] = field(default_factory=list)

    @property
    def count(self) -> int:
        return len(self.lost) + len(self.doubled) + len(self.altered) + len(self.foreign)

    def __str__(self) -> str:
        kinds = {
            "lost": self.lost,
            "doubled": self.doubled,
            "altered": self.altered,
            "foreign": self.foreign,
        }
        return "; ".join(f"{len(found)} {kind}{_some(found)}" for kind, found in kinds.items())


def compare(truth: Place, copy: Place) -> Differences:
    """Hold a copy of a whole topic against what the topic itself gives."""
    found = Differences()
    wanted = {(entry.partition, entry.offset): entry for entry in truth}
    times = Counter((entry.partition, entry.offset) for entry in copy)
    for entry in copy:
        original = wanted.get((entry.partition, entry.offset))
        if original is None:
            found.foreign.append(entry)
        elif entry != original:
            found.altered.append(entry)
    found.lost = [entry for place, entry in wanted.items() if place not in times]
    found.doubled = [entry for place, entry in wanted.items() if times[place] > 1]
    return found


def missing_of(ledger: Iterable[Entry], truth: Place) -> Place:
    """What was acknowledged to a producer and is not there as it was sent."""
    held = {(entry.partition, entry.offset): entry.content for entry in truth}
    return [e for e in ledger if held.get((e.partition, e.offset)) != e.content]


def _some(entries: Sequence[Entry]) -> str:
    if not entries:
        return ""
    shown = ", ".join(f"{e.partition}/{e.offset}" for e in sorted(entries)[:_SHOWN])
    return f" ({shown}{', …' if len(entries) > _SHOWN else ''})"
