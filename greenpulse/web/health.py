"""Whether this worker works, for orchestrators."""

from greenpulse.status import PipelineStatus
from greenpulse.web.api import parts_json

__all__ = ["readiness_json", "unready_reasons"]

_NEEDED = ("broker", "lake", "archive")
"""Without these the worker is no use; source and warehouse may come and go."""


def unready_reasons(status: PipelineStatus) -> list[str]:
    """One sentence for each thing that keeps the worker from its work; empty: it works."""
    reasons = ["the worker is stopping"] if status.is_stopping else []
    parts = {name: status.parts[name] for name in _NEEDED if not status.parts[name].is_ready}
    # A part that has not begun waits for one that says what is wrong, where there is one.
    said = {name: part for name, part in parts.items() if part.since_at is not None}
    return reasons + [f"{name}: {part.reason}" for name, part in (said or parts).items()]


def readiness_json(status: PipelineStatus) -> dict[str, object]:
    """The body of ``/health/ready``; it names source and warehouse, too."""
    reasons = unready_reasons(status)
    return {"is_ready": not reasons, "reasons": reasons, "parts": parts_json(status)}
