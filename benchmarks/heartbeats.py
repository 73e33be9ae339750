"""Recorded polls of about 550 bytes, each with a number of its own in its ``poll_id``."""

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from greenpulse.clock import to_rfc3339

__all__ = ["HEARTBEAT_NUMBER", "heartbeats"]

HEARTBEAT_NUMBER = re.compile(rb"be4c4000-[0-9a-f]{4}-4[0-9a-f]{3}-8000-(\d{12})")
"""Finds a heartbeat's number in whatever a program made of it, and finds no other poll."""

_BODY = (
    '{{"data":[{{"from":"2026-11-24T12:00Z","to":"2026-11-24T12:30Z",'
    '"intensity":{{"forecast":{forecast},"actual":{actual},"index":"high"}}}}]}}'
)


def heartbeats(count: int, *, first: int = 0) -> Iterator[dict[str, object]]:
    """Polls ``first`` to ``first + count - 1``, always the same ones.

    Their values, and half of what names them, differ as those of real polls do, so that
    they compress no better than those.
    """
    begin_at = datetime(2026, 11, 1, tzinfo=UTC)
    for number in range(first, first + count):
        chosen = random.Random(number)
        at = begin_at + timedelta(seconds=10 * number, microseconds=chosen.randrange(1_000_000))
        names = chosen.getrandbits(28)
        yield {
            "poll_id": f"be4c4000-{names >> 12:04x}-4{names & 0xFFF:03x}-8000-{number:012d}",
            "family": "national",
            "series": "intensity",
            "url": "https://api.carbonintensity.org.uk/intensity",
            "scheduled_at": to_rfc3339(at),
            "requested_at": to_rfc3339(at),
            "answered_at": to_rfc3339(at + timedelta(milliseconds=chosen.randrange(40, 400))),
            "status": 200,
            "headers": {"x-greenpulse-simulated": "true"},
            "body": _BODY.format(
                forecast=chosen.randrange(20, 400), actual=chosen.randrange(20, 400)
            ),
            "error": None,
            "attempts": 1,
            "worker": "benchmark-10001",
        }
