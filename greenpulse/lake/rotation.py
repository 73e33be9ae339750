"""When a buffer becomes a bronze file. Correctness does not depend on it."""

from dataclasses import dataclass
from enum import Enum

__all__ = ["RotationPolicy", "RotationReason"]


class RotationReason(Enum):
    """Why a file was closed."""

    WINDOW = "window"
    COUNT = "count"
    BYTES = "bytes"
    REVOKE = "revoke"
    SHUTDOWN = "shutdown"
    GAP = "gap"
    """What follows cannot be read any more, and perhaps nothing of this either."""


@dataclass(frozen=True, slots=True)
class RotationPolicy:
    """How much a file may hold, and how long after its first record it is closed."""

    window_seconds: float
    max_records: int
    max_bytes: int
    """Of keys and values, uncompressed; the record that reaches it still goes in."""
    first_window_seconds: float = 2.0
    """Of the first file after a partition was opened, so that a start shows soon."""

    def window_of(self, *, is_first: bool) -> float:
        """Seconds of monotonic time that a file stays open."""
        if is_first:
            return min(self.first_window_seconds, self.window_seconds)
        return self.window_seconds

    def reason(self, record_count: int, size_bytes: int) -> RotationReason | None:
        """Why a file that holds so much is full; None while it is not."""
        if record_count >= self.max_records:
            return RotationReason.COUNT
        if size_bytes >= self.max_bytes:
            return RotationReason.BYTES
        return None
