"""A wall clock that does not go evenly: noticed, and said."""

from datetime import datetime

__all__ = ["ClockJumps", "sentence_of_jump"]

_LEAST_JUMP_SECONDS = 2.0


class ClockJumps:
    """Compares how far the wall clock and the monotonic clock have gone."""

    def __init__(self, now: datetime, monotonic: float) -> None:
        self._now = now
        self._monotonic = monotonic

    def look(self, now: datetime, monotonic: float) -> float:
        """Seconds by which the wall clock has jumped since the last look, ahead or back.

        0 where it went evenly but for small steps, as NTP makes them. While a machine
        sleeps, the monotonic clock stands still: its end is a jump ahead.
        """
        jump = (now - self._now).total_seconds() - (monotonic - self._monotonic)
        self._now, self._monotonic = now, monotonic
        return jump if abs(jump) >= _LEAST_JUMP_SECONDS else 0.0


def sentence_of_jump(seconds: float) -> str:
    """What people get to know of a jump.

    >>> sentence_of_jump(-3600)
    'The clock went back by 3600 s: polling goes on by the new time; let NTP keep the clock'
    """
    if seconds > 0:
        return (
            f"The clock went ahead by {seconds:.0f} s at once, or the machine slept: polling goes "
            "on by the new time, and ticks in between may be missing; let NTP keep the clock"
        )
    return (
        f"The clock went back by {-seconds:.0f} s: polling goes on by the new time; "
        "let NTP keep the clock"
    )
