"""A question to the API, and the poll that it leaves."""

import base64
from dataclasses import dataclass
from datetime import datetime

from greenpulse.clock import to_rfc3339
from greenpulse.grid.answer import Answer
from greenpulse.grid.schedule import Series
from greenpulse.records import Poll

__all__ = ["Question", "poll_of"]

_CONTROL_CHARACTERS = tuple(range(0x20))
_MOST_WRITTEN_BYTES = 15 << 20


@dataclass(frozen=True, slots=True)
class Question:
    """One attempt to ask what a tick asks."""

    series: Series
    scheduled_at: datetime
    """The tick; stays what it is however late the attempt is."""
    attempt: int = 1
    """0 where nobody asked."""

    @property
    def path(self) -> str:
        """Path of the request."""
        return self.series.path_at(self.scheduled_at)


def poll_of(question: Question, answer: Answer, *, poll_id: str, url: str, worker: str) -> Poll:
    """The record of one exchange, its body untouched."""
    body, body_base64, problem = _as_text(answer.body)
    return Poll(
        poll_id=poll_id,
        family=question.series.family,
        series=question.series.name,
        url=url,
        scheduled_at=to_rfc3339(question.scheduled_at),
        requested_at=_written(answer.requested_at),
        answered_at=_written(answer.answered_at),
        status=answer.status,
        headers=dict(answer.headers),
        body=body,
        error=answer.error or problem,
        attempts=question.attempt,
        worker=worker,
        body_base64=body_base64,
    )


def _as_text(body: bytes | None) -> tuple[str | None, str | None, str | None]:
    """``body``, ``body_base64`` and ``error`` of a poll; two of them are None."""
    if body is None:
        return None, None, None
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None, base64.b64encode(body).decode("ascii"), None
    # JSON writes a control character as six: a body that is full of them outgrows a message.
    longest = len(body) + 5 * sum(map(body.count, _CONTROL_CHARACTERS))
    if longest > _MOST_WRITTEN_BYTES:
        return None, None, f"body over {_MOST_WRITTEN_BYTES >> 20} MiB when it is written as JSON"
    return text, None, None


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else to_rfc3339(moment)
