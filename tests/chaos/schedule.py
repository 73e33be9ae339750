"""What happens when, made of a seed: the same seed gives the same schedule."""

from dataclasses import dataclass
from random import Random

__all__ = ["ROUND_SECONDS", "Event", "make_schedule"]

ROUND_SECONDS = 120.0
"""Within a round each kind of event happens at least once."""

_IN_A_ROUND = {
    "kill worker": 2,
    "terminate worker": 2,
    "freeze worker": 2,
    "worker joins": 1,
    "restart kafka": 1,
    "kill kafka": 1,
    "restart minio": 1,
    "kill minio": 1,
    "lake delayed": 1,
    "lake reset": 1,
    "lake unavailable": 1,
    "lake swallowed": 1,
}
_LONGEST_SECONDS = {
    "freeze worker": 5.0,
    "worker joins": 30.0,
    "restart kafka": 4.0,
    "kill kafka": 4.0,
    "restart minio": 8.0,
    "kill minio": 8.0,
}
_LONGEST_OF_OTHERS_SECONDS = 15.0


@dataclass(frozen=True, order=True)
class Event:
    """Something that happens to a part of the whole."""

    at_seconds: float
    """After the beginning."""
    kind: str
    """As in ``kill worker``."""
    worker: int
    """Which of those that it can befall, modulo their count."""
    seconds: float
    """How long it lasts, where it lasts."""

    def __str__(self) -> str:
        return f"{self.at_seconds:7.1f} s: {self.kind} {self.worker} for {self.seconds:.1f} s"


def make_schedule(random: Random, seconds: float) -> list[Event]:
    """Events over so many seconds, in whole rounds, in order."""
    rounds = max(1, round(seconds / ROUND_SECONDS))
    round_seconds = seconds / rounds
    return sorted(
        Event(
            round_seconds * (number + random.random()),
            kind,
            random.randrange(100),
            random.uniform(0.1, _LONGEST_SECONDS.get(kind, _LONGEST_OF_OTHERS_SECONDS)),
        )
        for number in range(rounds)
        for kind, times in _IN_A_ROUND.items()
        for _ in range(times)
    )
