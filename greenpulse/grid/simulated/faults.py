"""What goes wrong with the simulated API on request, and when: all of it from the seed.

Single requests go wrong by their number, outages come by the clock. The other faults are a
matter of manners: of what is said, not of how it is sent.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from greenpulse.grid.simulated.manners import NATURAL_MANNERS, Manners
from greenpulse.grid.simulated.noise import Noise, Spells

__all__ = [
    "FAULT_SUMMARIES",
    "Fault",
    "FaultPlan",
    "Mischief",
    "manners_with",
    "read_faults",
]


class Fault(StrEnum):
    """What can be asked for."""

    EMPTY = "empty"
    ERRORS = "errors"
    GARBAGE = "garbage"
    OUTAGE = "outage"
    SHORT = "short"
    NULLS = "nulls"
    GAPS = "gaps"


FAULT_SUMMARIES = {
    Fault.EMPTY: "1 answer in 10 is 200 with {}, null, an empty list or no body",
    Fault.ERRORS: "1 answer in 10 is a 500 or a 400",
    Fault.GARBAGE: "1 answer in 10 is broken JSON, no UTF-8, over 4 MiB, of other types or cut off",
    Fault.OUTAGE: "in 2 of 3 quarters of an hour, up to 3 minutes of 500s, resets, refusals, "
    "answers after 5 s, or silence",
    Fault.SHORT: "in 2 of 3 stretches of 8 h, forecasts reach 29 to 31 half hours for up to 6 h",
    Fault.NULLS: "on half of the days actuals are null first, on a third some stay null or 0",
    Fault.GAPS: "on a third of the days up to 12 half hours are missing",
}
"""What each fault does and how often, for people."""


class Mischief(StrEnum):
    """What goes wrong with one request."""

    EMPTY_OBJECT = "empty object"
    NULL = "null"
    EMPTY_LIST = "empty list"
    NO_BODY = "no body"
    SERVER_ERROR = "server error"
    CLIENT_ERROR = "client error"
    BROKEN_JSON = "broken JSON"
    NOT_UTF8 = "not UTF-8"
    TOO_LARGE = "too large"
    OTHER_TYPES = "other types"
    CUT_OFF = "cut off"
    RESET = "reset"
    REFUSED = "refused"
    SLOW = "slow"
    SILENT = "silent"


_ODDS = 0.1
_BY_REQUEST = {
    Fault.EMPTY: (
        Mischief.EMPTY_OBJECT,
        Mischief.NULL,
        Mischief.EMPTY_LIST,
        Mischief.NO_BODY,
    ),
    Fault.ERRORS: (Mischief.SERVER_ERROR, Mischief.SERVER_ERROR, Mischief.CLIENT_ERROR),
    Fault.GARBAGE: (
        Mischief.BROKEN_JSON,
        Mischief.NOT_UTF8,
        Mischief.TOO_LARGE,
        Mischief.OTHER_TYPES,
        Mischief.CUT_OFF,
    ),
}
_OUTAGES = (
    Mischief.SERVER_ERROR,
    Mischief.RESET,
    Mischief.REFUSED,
    Mischief.SLOW,
    Mischief.SILENT,
)
_OUTAGE_BLOCK_SECONDS = 15 * 60
_LONGEST_OUTAGE_SECONDS = 3 * 60


class FaultPlan:
    """Which request goes wrong, and how; the same for the same seed, number and moment."""

    def __init__(self, seed: int, faults: Collection[Fault]) -> None:
        self._seed = seed
        self._faults = faults
        self._kinds = Noise(seed, "kinds of outage")
        self._outages = Spells(
            Noise(seed, "outages"),
            block=_OUTAGE_BLOCK_SECONDS,
            chance=2 / 3,
            longest=_LONGEST_OUTAGE_SECONDS,
        )

    def outage_at(self, now: datetime) -> Mischief | None:
        """What happens to every request at ``now``; None: no outage."""
        if Fault.OUTAGE not in self._faults:
            return None
        spell = self._outages.at(int(now.timestamp()))
        return None if spell is None else _OUTAGES[self._kinds.bits(spell) % len(_OUTAGES)]

    def mischief(self, request_number: int, now: datetime) -> Mischief | None:
        """What happens to a request, counted from 1; None: it is answered well."""
        if (outage := self.outage_at(now)) is not None:
            return outage
        for fault, kinds in _BY_REQUEST.items():
            luck = Noise(self._seed, fault)
            if fault in self._faults and luck.uniform(request_number) < _ODDS:
                return kinds[luck.bits(request_number, 1) % len(kinds)]
        return None


def manners_with(faults: Collection[Fault]) -> Manners:
    """Natural manners, or worse ones where ``faults`` ask for them."""
    manners = NATURAL_MANNERS
    if Fault.NULLS in faults:
        manners = replace(manners, late_null=1 / 2, lasting_null=1 / 3, lasting_zero=1 / 3)
    if Fault.GAPS in faults:
        manners = replace(manners, absent=1 / 3)
    if Fault.SHORT in faults:
        manners = replace(manners, short_horizon=2 / 3)
    return manners


def read_faults(text: str) -> frozenset[Fault]:
    """Read ``none``, ``all``, or a list such as ``errors,outage``.

    Raises:
        ValueError: names what is unknown and what is known.
    """
    names = {name.strip() for name in text.split(",")} - {"", "none"}
    if "all" in names:
        return frozenset(Fault)
    unknown = sorted(names - set(Fault))
    if unknown:
        message = (
            f"{', '.join(map(repr, unknown))} is no fault: want none, all, or some of "
            f"{', '.join(Fault)}, such as errors,outage"
        )
        raise ValueError(message)
    return frozenset(Fault(name) for name in names)
