"""A local server that answers as the API once did: with the recorded bodies, byte for byte."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

__all__ = ["RecordedApi", "serve_recorded"]

_BODIES = (
    ("/intensity", "kkulma_gb_no_dates.json"),
    ("/intensity/{from}/{to}", "kkulma_gb_with_dates.json"),
    ("/generation/{from}/{to}", "kkulma_raw_with_dates.json"),
    ("/generation/{from}/pt24h", "kkulma_raw_with_dates.json"),
    ("/regional/intensity/{from}/fw48h", "gridflow_regional_fw24h_all_2026-05-06.json"),
)


class RecordedApi:
    """Where the server listens, and what it was asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.address = ""
        self.requested: list[str] = []

    def application(self) -> web.Application:
        application = web.Application()
        for path, name in _BODIES:
            application.router.add_get(path, self._answer_with(self._folder / name))
        return application

    def _answer_with(self, file: Path) -> Callable[[web.Request], Awaitable[web.Response]]:
        body = file.read_bytes()

        async def answer(request: web.Request) -> web.Response:
            self.requested.append(request.path)
            return web.Response(body=body, content_type="application/json")

        return answer


@asynccontextmanager
async def serve_recorded(folder: Path) -> AsyncIterator[RecordedApi]:
    """Serve on a free port of 127.0.0.1 until the block ends."""
    api = RecordedApi(folder)
    runner = web.AppRunner(api.application())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        host, port = runner.addresses[0][:2]
        api.address = f"http://{host}:{port}"
        yield api
    finally:
        await runner.cleanup()
