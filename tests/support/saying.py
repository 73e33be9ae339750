"""Polls that say what a test wants them to."""

from typing import Any

from greenpulse.records import Poll

__all__ = ["poll_saying"]


def poll_saying(body: str | None, **changes: Any) -> Poll:  # noqa: ANN401 - of any field
    """A national poll that was answered with 200 and ``body``, but for ``changes``."""
    fields: dict[str, Any] = {
        "poll_id": "4be2a1f0-0000-4000-8000-000000000001",
        "family": "national",
        "series": "window",
        "url": "http://127.0.0.1/intensity",
        "scheduled_at": "2026-01-31T12:00:00.000000Z",
        "requested_at": "2026-01-31T12:00:00.010000Z",
        "answered_at": "2026-01-31T12:00:00.150000Z",
        "status": 200,
        "headers": {"content-type": "application/json"},
        "body": body,
        "error": None,
        "attempts": 1,
        "worker": "test",
    }
    return Poll(**(fields | changes))
