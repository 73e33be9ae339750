"""The pages' view follows the log without a group, and begins anew after it was away."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

from support.grid_news import NOON, half_hour_item, news
from support.manual_clock import ManualClock

from greenpulse.agents.follow import Following
from greenpulse.broker.embedded_log import EmbeddedLog
from greenpulse.broker.log import LogRecord, OffsetBounds
from greenpulse.errors import BrokerUnavailable
from greenpulse.records import LATEST_TOPIC
from greenpulse.web.live import LiveView

RECORDS = [
    LogRecord(
        offset,
        NOON + timedelta(seconds=offset),
        b"national",
        news(NOON + timedelta(seconds=offset), half_hour_item(NOON, 100.0 + offset)).dumps(
            serializer="json"
        ),
    )
    for offset in range(3)
]


class GoesAwayInTheMiddle(EmbeddedLog):
    """Gives one record, is away, then gives all of them, and no more."""

    times_followed = 0

    async def bounds(self, topic: str) -> dict[int, OffsetBounds]:
        assert topic == LATEST_TOPIC
        return {0: OffsetBounds(0, len(RECORDS))}

    async def follow(
        self, topic: str, start: Mapping[int, int]
    ) -> AsyncIterator[tuple[int, list[LogRecord]]]:
        assert (topic, start) == (LATEST_TOPIC, {})
        self.times_followed += 1
        if self.times_followed == 1:
            yield 0, RECORDS[:1]
            message = "following 'greenpulse.latest': connection refused"
            raise BrokerUnavailable(message)
        yield 0, RECORDS
        await asyncio.Event().wait()


async def test_a_log_that_was_away_is_followed_anew_and_the_view_is_whole(tmp_path: Path) -> None:
    view, clock = LiveView(), ManualClock()
    log = GoesAwayInTheMiddle(tmp_path / "log.sqlite", clock)
    following = Following(log, view.add, clock)
    follow = asyncio.create_task(following.follow_on(following))

    await clock.advance(1.0)
    was_whole = following.is_whole.is_set()
    await clock.advance(10.0)
    follow.cancel()
    await log.close()

    assert not was_whole
    assert following.is_whole.is_set()
    assert log.times_followed == 2
    [half_hour] = view.half_hours(NOON, NOON + timedelta(minutes=30))
    assert half_hour.forecast_gco2_per_kwh == 102.0
