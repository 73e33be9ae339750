"""What one HTTP exchange brought, before anybody reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

__all__ = ["KEPT_HEADERS", "Answer"]

KEPT_HEADERS = ("date", "content-type", "x-amzn-requestid", "x-greenpulse-simulated")


@dataclass(frozen=True, slots=True)
class Answer:
    """The end of an exchange, good or bad."""

    requested_at: datetime | None
    """None where nothing was asked."""
    answered_at: datetime | None = None
    """When the exchange ended; None without a status."""
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of KEPT_HEADERS those that came."""
    body: bytes | None = None
    """Whole, or None."""
    error: str | None = None
    """Why there is no whole answer."""
