"""The pages of a worker that a test plays: it feeds the view and sets the status."""

from datetime import timedelta

from aiohttp import web
from aiohttp.test_utils import TestClient
from support.grid_news import NOON, half_hour_item, news
from support.manual_clock import ManualClock

from greenpulse.metrics import Metrics
from greenpulse.records import Latest
from greenpulse.status import PART_NAMES, PipelineStatus
from greenpulse.web.live import LiveView
from greenpulse.web.pages import Pages

__all__ = ["Browserless", "Site", "usual_news"]

Browserless = TestClient[web.Request, web.Application]
"""What asks a site over HTTP and shows nothing."""

_HALF_HOUR = timedelta(minutes=30)


class Site:
    """What the pages are made from; all parts work, and nothing is known yet."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOON + timedelta(minutes=14, seconds=7))
        self.view = LiveView()
        self.status = PipelineStatus()
        self.metrics = Metrics()
        for part in PART_NAMES:
            self.status.set_ready(part, NOON)

    def application(self) -> web.Application:
        pages = Pages(self.view, self.status, self.metrics, self.clock, "1.2.3")
        application = web.Application()
        application.add_routes(pages.routes())
        return application


def usual_news(
    clock: ManualClock, *, forecast_now: float = 183, is_simulated: bool = False
) -> Latest:
    """An answer three seconds ago that speaks of a day back and two days ahead."""
    past = [
        half_hour_item(NOON - step * _HALF_HOUR, 150 + step, 140 + step, "moderate")
        for step in range(48, 0, -1)
    ]
    ahead = [half_hour_item(NOON + step * _HALF_HOUR, 60 + step, None, "low") for step in range(96)]
    ahead[0] = half_hour_item(NOON, forecast_now, None, "high")
    headers = {"x-greenpulse-simulated": "seed 1"} if is_simulated else {}
    return news(clock.now() - timedelta(seconds=3), *past, *ahead, headers=headers)
