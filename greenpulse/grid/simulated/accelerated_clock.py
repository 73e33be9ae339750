"""A clock that starts where one wants and runs as fast as one wants."""

from datetime import datetime, timedelta

from greenpulse.clock import Clock

__all__ = ["AcceleratedClock"]


class AcceleratedClock:
    """``base`` from ``start_at`` on (None: its own now), ``speed`` times as fast."""

    def __init__(self, base: Clock, *, start_at: datetime | None = None, speed: float = 1) -> None:
        if speed <= 0:
            message = f"want a speed above 0, got {speed}"
            raise ValueError(message)
        self._base = base
        self._speed = speed
        self._start_at = start_at if start_at is not None else base.now()
        self._started = base.monotonic()

    def now(self) -> datetime:
        """Moment on this clock, aware, UTC; it never jumps."""
        return self._start_at + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Seconds on this clock since it was made."""
        return (self._base.monotonic() - self._started) * self._speed

    async def sleep(self, seconds: float) -> None:
        """Wait ``seconds`` of this clock."""
        await self._base.sleep(seconds / self._speed)
