"""A local API that answers as a test tells it to, and remembers what it was asked."""

import asyncio
import fnmatch
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web

__all__ = ["Reply", "ScriptedApi"]

_ITEM = (
    '{"from":"2026-01-31T11:30Z","to":"2026-01-31T12:00Z",'
    '"intensity":{"forecast":183,"actual":180,"index":"moderate"}}'
)


@dataclass(frozen=True)
class Reply:
    """An answer; where it is ``is_cut``, the connection is closed in its stead."""

    status: int = 200
    body: str = f'{{"data":[{_ITEM}]}}'
    headers: dict[str, str] = field(default_factory=dict)
    is_cut: bool = False


class ScriptedApi:
    """An async context. Paths are named by patterns, such as ``/intensity/*``.

    Of the patterns in ``replies`` that fit a path, the one that was added last counts.
    """

    def __init__(self) -> None:
        self.address = ""
        self.replies: dict[str, Reply] = {"*": Reply()}
        self.asked: list[str] = []
        self.under_way = 0
        self.most_under_way = 0
        self._held: dict[str, asyncio.Event] = {}
        self._change = asyncio.Condition()

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        for event in self._held.values():
            event.set()
        await self._runner.cleanup()

    @asynccontextmanager
    async def holding(self, pattern: str) -> AsyncIterator[None]:
        """Keep requests for ``pattern`` waiting until the block ends."""
        self._held[pattern] = asyncio.Event()
        try:
            yield
        finally:
            self._held.pop(pattern).set()

    async def until_asked(self, pattern: str, times: int = 1) -> None:
        """Wait until so many requests for ``pattern`` have come, first to last."""
        async with asyncio.timeout(60), self._change:
            await self._change.wait_for(lambda: len(fnmatch.filter(self.asked, pattern)) >= times)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        async with self._change:
            self.asked.append(request.path)
            self._change.notify_all()
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            for held in [e for p, e in self._held.items() if fnmatch.fnmatchcase(request.path, p)]:
                await held.wait()
        finally:
            self.under_way -= 1
        reply = [r for p, r in self.replies.items() if fnmatch.fnmatchcase(request.path, p)][-1]
        if reply.is_cut and request.transport is not None:
            request.transport.abort()
        return web.Response(
            status=reply.status,
            text=reply.body,
            headers=reply.headers,
            content_type="application/json",
        )
