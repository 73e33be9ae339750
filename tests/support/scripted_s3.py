"""A small honest S3 in this process, that misbehaves when a test tells it to."""

import asyncio
import hashlib
import socket
import ssl
import struct
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Self
from xml.sax.saxutils import escape

from aiohttp import web
from support.services.addresses import S3Address

__all__ = [
    "Misbehaviour",
    "ScriptedS3",
    "answers_xml",
    "drips_its_body",
    "loses_the_answer",
    "never_answers",
    "redirects",
    "resets",
    "says",
    "says_nothing",
    "stops_in_mid_body",
    "takes_no_body",
]

Misbehaviour = Callable[["ScriptedS3", web.BaseRequest], Awaitable[web.StreamResponse]]


class ScriptedS3:
    """An async context; keeps objects of one bucket that is always there.

    Args:
        tls: With which it listens on https; else on http.

    Attributes:
        address: Where it listens, and who may do everything there.
        asked: Method and path of each request, in order.
        script: What the next requests meet, one each; when it is empty, an honest S3.
        objects: Bodies and user metadata by path.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.address = S3Address("", "key-of-scripted", "secret-of-scripted")
        self.asked: list[str] = []
        self.script: deque[Misbehaviour] = deque()
        self.objects: dict[str, tuple[bytes, dict[str, str]]] = {}
        self.is_over = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._runner = web.ServerRunner(web.Server(self._serve), shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._tls)
        await site.start()
        scheme = "https" if self._tls else "http"
        port = self._runner.addresses[0][1]
        self.address = replace(self.address, endpoint=f"{scheme}://127.0.0.1:{port}")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.is_over.set()
        await self._runner.cleanup()

    async def honestly(self, request: web.BaseRequest) -> web.StreamResponse:
        """Do as S3 does."""
        known = self.objects.get(request.path)
        if request.method == "PUT":
            body = await request.content.read()
            if known and request.headers.get("If-None-Match") == "*":
                return answers_xml(412, "PreconditionFailed")
            self.objects[request.path] = (body, _metadata(request))
            return web.Response(headers=_etag(body))
        if request.path.count("/") == 1:
            return self._list(request)
        if known is None:
            return answers_xml(404, "NoSuchKey")
        body, metadata = known
        headers = {f"x-amz-meta-{name}": value for name, value in metadata.items()}
        return web.Response(body=body, headers={**headers, **_etag(body)})

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(f"{request.method} {request.path}")
        misbehaviour = self.script.popleft() if self.script else ScriptedS3.honestly
        return await misbehaviour(self, request)

    def _list(self, request: web.BaseRequest) -> web.Response:
        query, bucket = request.query, request.path
        after = query.get("start-after", "")
        keys = sorted(path.removeprefix(f"{bucket}/") for path in self.objects)
        wanted = [key for key in keys if key.startswith(query["prefix"]) and key > after]
        page = wanted[: int(query["max-keys"])]
        listed = "".join(f"<Contents><Key>{escape(key)}</Key></Contents>" for key in page)
        is_truncated = str(len(page) < len(wanted)).lower()
        xml = f"<Name>{bucket[1:]}</Name><IsTruncated>{is_truncated}</IsTruncated>{listed}"
        return _xml(200, f"<ListBucketResult>{xml}</ListBucketResult>")


def answers_xml(status: int, code: str, message: str = "as the test says") -> web.Response:
    """An answer as S3 words its errors."""
    return _xml(status, f"<Error><Code>{code}</Code><Message>{message}</Message></Error>")


def says(status: int, code: str = "", *, content: str = "text/html") -> Misbehaviour:
    """It answers so, in S3's words where ``code`` is given, and does nothing."""

    async def misbehave(_: ScriptedS3, request: web.BaseRequest) -> web.StreamResponse:
        await request.content.read()
        if code:
            return answers_xml(status, code)
        return web.Response(status=status, text="<html><p>words</html>", content_type=content)

    return misbehave


async def says_nothing(_: ScriptedS3, request: web.BaseRequest) -> web.StreamResponse:
    """It answers 200 as a file server does that has taken the body."""
    await request.content.read()
    return web.Response()


def redirects(status: int, location: str) -> Misbehaviour:
    """It sends the client elsewhere."""

    async def misbehave(_: ScriptedS3, request: web.BaseRequest) -> web.StreamResponse:
        await request.content.read()
        return web.Response(status=status, headers={"Location": location})

    return misbehave


async def resets(_: ScriptedS3, request: web.BaseRequest) -> web.StreamResponse:
    """It resets the connection, and has done nothing."""
    await request.content.read()
    return _reset(request)


async def loses_the_answer(s3: ScriptedS3, request: web.BaseRequest) -> web.StreamResponse:
    """It does what it is asked, and resets the connection before it says so."""
    await s3.honestly(request)
    return _reset(request)


async def never_answers(s3: ScriptedS3, request: web.BaseRequest) -> web.StreamResponse:
    """It does what it is asked, and says nothing."""
    await s3.honestly(request)
    await s3.is_over.wait()
    return web.Response()


async def takes_no_body(s3: ScriptedS3, _: web.BaseRequest) -> web.StreamResponse:
    """It reads no more than the head."""
    await s3.is_over.wait()
    return web.Response()


async def drips_its_body(s3: ScriptedS3, request: web.BaseRequest) -> web.StreamResponse:
    """It sends a byte every 20 ms, and means to send a million."""
    response = web.StreamResponse(headers={"Content-Length": "1000000"})
    await response.prepare(request)
    while not s3.is_over.is_set():
        await response.write(b"x")
        await asyncio.sleep(0.02)
    return response


async def stops_in_mid_body(_: ScriptedS3, request: web.BaseRequest) -> web.StreamResponse:
    """It promises 1000 bytes, sends 10 and resets the connection."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"0123456789")
    return _reset(request)


def _reset(request: web.BaseRequest) -> web.Response:
    assert request.transport is not None
    connection = request.transport.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()
    return web.Response()


def _xml(status: int, xml: str) -> web.Response:
    return web.Response(status=status, text=xml, content_type="application/xml")


def _metadata(request: web.BaseRequest) -> dict[str, str]:
    prefix = "x-amz-meta-"
    headers = {name.lower(): value for name, value in request.headers.items()}
    return {n.removeprefix(prefix): v for n, v in headers.items() if n.startswith(prefix)}


def _etag(body: bytes) -> dict[str, str]:
    return {"ETag": f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'}
