"""Records of ``greenpulse.latest`` as the poller makes them of what the API says."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from support.saying import poll_saying

from greenpulse.clock import to_rfc3339
from greenpulse.grid.readings import latest_of
from greenpulse.records import Latest

__all__ = ["NOON", "half_hour_item", "news", "news_of_body"]

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def half_hour_item(
    start_at: datetime,
    forecast: float | None = None,
    actual: float | None = None,
    index: str | None = None,
) -> dict[str, Any]:
    """An item of the API's ``data``."""
    end_at = start_at + timedelta(minutes=30)
    return {
        "from": f"{start_at:%Y-%m-%dT%H:%MZ}",
        "to": f"{end_at:%Y-%m-%dT%H:%MZ}",
        "intensity": {"forecast": forecast, "actual": actual, "index": index},
    }


def news(answered_at: datetime, *items: dict[str, Any], **changes: Any) -> Latest:  # noqa: ANN401 - of any field
    """What an answer at ``answered_at`` with these items gives."""
    return news_of_body(answered_at, json.dumps({"data": items}), **changes)


def news_of_body(answered_at: datetime, body: str, **changes: Any) -> Latest:  # noqa: ANN401 - of any field
    """What an answer at ``answered_at`` with this body gives."""
    answered = to_rfc3339(answered_at)
    fields = {"poll_id": answered, "answered_at": answered} | changes
    latest = latest_of(poll_saying(body, **fields))
    if latest is None:
        message = f"want an answered poll, got {fields}"
        raise ValueError(message)
    return latest
