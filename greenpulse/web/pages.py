"""All pages of a worker, as aiohttp routes."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import orjson
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from greenpulse.clock import Clock, from_rfc3339
from greenpulse.grid.periods import period_start
from greenpulse.metrics import Metrics
from greenpulse.status import PipelineStatus
from greenpulse.web.answers import HTML, JSON, answer
from greenpulse.web.api import half_hours_json, now_json, pipeline_json
from greenpulse.web.assets import assets, render
from greenpulse.web.exposition import exposition
from greenpulse.web.health import readiness_json
from greenpulse.web.live import LiveView
from greenpulse.web.live_page import live_page
from greenpulse.web.openapi import openapi_json
from greenpulse.web.stats_page import stats_page
from greenpulse.web.wording import Wording

__all__ = ["Pages"]

_PAST = timedelta(hours=24)
_AHEAD = timedelta(hours=48)
_FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_NOT_KEPT = {"Cache-Control": "no-store"}
_READ_ONLY = {"Allow": "GET, HEAD"}


class Pages:
    """The worker's own pages: read-only, each whole on every worker.

    They read ``view`` and ``status``, which agents write, and change nothing but the
    gauges of ``metrics`` that are derived from both at the moment of a scrape.
    """

    def __init__(
        self,
        view: LiveView,
        status: PipelineStatus,
        metrics: Metrics,
        clock: Clock,
        version: str,
    ) -> None:
        self._view = view
        self._status = status
        self._metrics = metrics
        self._clock = clock
        self._version = version

    def routes(self) -> list[web.RouteDef]:
        """All routes; the last one takes any other path, so mount them after all others."""
        return [
            web.get("/", self._live),
            web.get("/stats", self._stats),
            web.get("/api/v1/now", self._now),
            web.get("/api/v1/half-hours", self._half_hours),
            web.get("/api/v1/pipeline", self._pipeline),
            web.get("/api/v1/openapi.json", self._openapi),
            web.get("/health/live", self._health_live),
            web.get("/health/ready", self._health_ready),
            web.get("/metrics", self._prometheus),
            web.get("/static/{name}", self._static),
            web.route("*", "/{path:.*}", self._anything_else),
        ]

    async def _live(self, request: web.Request) -> web.Response:
        page = live_page(self._view, self._status, self._clock.now(), _wording(request))
        return answer(request, page, HTML)

    async def _stats(self, request: web.Request) -> web.Response:
        page = stats_page(self._view, self._status, self._clock.now(), _wording(request))
        return answer(request, page, HTML)

    async def _now(self, request: web.Request) -> web.Response:
        return _json(request, now_json(self._view, self._clock.now()))

    async def _half_hours(self, request: web.Request) -> web.Response:
        start_at = period_start(self._clock.now())
        try:
            from_at = _moment(request, "from", start_at - _PAST)
            to_at = _moment(request, "to", start_at + _AHEAD)
        except ValueError as error:
            return _json(request, {"error": str(error)}, HTTPStatus.BAD_REQUEST)
        return _json(request, half_hours_json(self._view, from_at, to_at))

    async def _pipeline(self, request: web.Request) -> web.Response:
        return _json(request, pipeline_json(self._status, self._view, self._version))

    async def _openapi(self, request: web.Request) -> web.Response:
        return _json(request, openapi_json(self._version))

    async def _health_live(self, request: web.Request) -> web.Response:
        return answer(request, '{"is_live":true}', JSON, headers=_NOT_KEPT)

    async def _health_ready(self, request: web.Request) -> web.Response:
        readiness = readiness_json(self._status)
        status = HTTPStatus.OK if readiness["is_ready"] else HTTPStatus.SERVICE_UNAVAILABLE
        text = orjson.dumps(readiness).decode()
        return answer(request, text, JSON, status=status, headers=_NOT_KEPT)

    async def _prometheus(self, request: web.Request) -> web.Response:
        text = exposition(self._metrics, self._status, self._view, self._clock.now())
        return answer(request, text, CONTENT_TYPE_LATEST, headers=_NOT_KEPT)

    async def _static(self, request: web.Request) -> web.Response:
        asset = assets().get(request.match_info["name"])
        if asset is None:
            return await self._anything_else(request)
        # Under an address that names its content, a file can be kept for ever.
        headers = _FOREVER if request.query.get("v") == asset.digest else {}
        return answer(request, asset.text, asset.content_type, headers=headers)

    async def _anything_else(self, request: web.Request) -> web.Response:
        if request.method not in {"GET", "HEAD"}:
            page = render("refused.html", wording=_wording(request), method=request.method)
            status = HTTPStatus.METHOD_NOT_ALLOWED
            return answer(request, page, HTML, status=status, headers=_READ_ONLY)
        if request.path.startswith("/api/"):
            sentence = f"there is nothing at {request.path}; see /api/v1/openapi.json"
            return _json(request, {"error": sentence}, HTTPStatus.NOT_FOUND)
        page = render("not_found.html", wording=_wording(request), path=request.path)
        return answer(request, page, HTML, status=HTTPStatus.NOT_FOUND)


def _json(
    request: web.Request, content: dict[str, object], status: HTTPStatus = HTTPStatus.OK
) -> web.Response:
    return answer(request, orjson.dumps(content, default=str).decode(), JSON, status=status)


def _wording(request: web.Request) -> Wording:
    return Wording(UTC) if request.query.get("zone", "").lower() == "utc" else Wording()


def _moment(request: web.Request, name: str, default: datetime) -> datetime:
    text = request.query.get(name)
    if text is None:
        return default
    try:
        return from_rfc3339(text)
    except ValueError:
        message = f"reading {name}={text!r}: want a moment like 2026-01-31T12:00Z"
        raise ValueError(message) from None
