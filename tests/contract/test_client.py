"""Every exchange ends in an Answer, whatever the other side does."""

import asyncio
import gzip
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Self

import pytest
from aiohttp import web
from support.faulty_servers import (
    ClosesWhenItIsUsedAgain,
    ClosesWithoutAnswer,
    DripsItsBody,
    FaultyServer,
    NeverAnswers,
    NeverEndsItsBody,
    ResetsInMidBody,
    Says,
    SpeaksNoTls,
    StopsInMidBody,
)
from support.manual_clock import ManualClock
from support.services.ports import free_port

from greenpulse.grid.answer import Answer
from greenpulse.grid.client import MOST_BODY_BYTES, Client

Fetch = Callable[..., Awaitable[Answer]]


class RemembersConnections:
    """An orderly server; ``connections`` has the client's port of each request."""

    def __init__(self) -> None:
        self.connections: list[int] = []

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.router.add_get("/{path:.*}", self._answer)
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        self.connections.append(request.transport.get_extra_info("peername")[1])
        return web.json_response({})


def http(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> Says:
    lines = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
    return Says(b"\r\n".join(lines) + b"\r\n\r\n", body)


@pytest.fixture
async def fetch(clock: ManualClock) -> AsyncIterator[Fetch]:
    """Ask an address once."""
    clients: list[Client] = []

    async def fetch(address: str, path: str = "/intensity", seconds: float = 5) -> Answer:
        clients.append(Client(address, clock))
        return await clients[-1].fetch(path, seconds)

    yield fetch
    for client in clients:
        await client.close()


async def test_an_answer_is_kept_byte_for_byte_with_the_headers_that_matter(
    fetch: Fetch, clock: ManualClock
) -> None:
    body = b'{ \r\n  "data":[ ]\r\n}'
    headers = [
        b"Date: Sat, 31 Jan 2026 12:00:00 GMT",
        b"Content-Type: application/json",
        b"X-Amzn-RequestId: cbdb84be",
        b"X-GreenPulse-Simulated: true",
        b"Set-Cookie: a=b",
        b"X-Cache: Miss",
    ]
    async with http(body, *headers) as server:
        answer = await fetch(server.address)

    assert answer == Answer(
        requested_at=clock.now(),
        answered_at=clock.now(),
        status=200,
        headers={
            "date": "Sat, 31 Jan 2026 12:00:00 GMT",
            "content-type": "application/json",
            "x-amzn-requestid": "cbdb84be",
            "x-greenpulse-simulated": "true",
        },
        body=body,
        error=None,
    )


async def test_the_request_says_who_asks_and_asks_for_exactly_the_path(fetch: Fetch) -> None:
    async with http(b"{}") as server:
        await fetch(server.address, "/intensity/2026-01-31T12:01Z/2026-02-02T12:01Z")

    line, *headers = server.requests[0].splitlines()
    assert line == "GET /intensity/2026-01-31T12:01Z/2026-02-02T12:01Z HTTP/1.1"
    assert any(h.startswith("User-Agent: GreenPulse ") for h in headers)
    assert "Accept: application/json" in headers


@pytest.mark.parametrize("status", [b"500 Internal Server Error", b"503 X", b"400 Bad Request"])
async def test_a_failure_that_is_answered_keeps_its_body(fetch: Fetch, status: bytes) -> None:
    async with http(b'{"error":{}}', status=status) as server:
        answer = await fetch(server.address)

    assert (answer.status, answer.body, answer.error) == (int(status[:3]), b'{"error":{}}', None)


@pytest.mark.parametrize("body", [b"", b"{]", b"\xff\xfe\x00", b"\xef\xbb\xbf{}"])
async def test_a_body_of_any_bytes_is_kept(fetch: Fetch, body: bytes) -> None:
    async with http(body) as server:
        answer = await fetch(server.address)

    assert (answer.status, answer.body, answer.error) == (200, body, None)


async def test_a_redirect_is_an_answer_and_is_not_followed(fetch: Fetch) -> None:
    async with (
        http(b"{}") as elsewhere,
        http(b"", b"Location: " + elsewhere.address.encode(), status=b"301 Moved") as server,
    ):
        answer = await fetch(server.address)

    assert (answer.status, answer.error) == (301, None)
    assert elsewhere.requests == []


@pytest.mark.parametrize("surplus", [0, 1])
async def test_a_body_may_have_four_mebibytes_and_not_a_byte_more(
    fetch: Fetch, surplus: int
) -> None:
    async with http(b" " * (MOST_BODY_BYTES + surplus)) as server:
        answer = await fetch(server.address)

    assert answer.status == 200
    assert answer.error == ("body over 4 MiB" if surplus else None)
    assert answer.body == (None if surplus else b" " * MOST_BODY_BYTES)


async def test_reading_stops_where_a_body_is_too_long(fetch: Fetch) -> None:
    async with NeverEndsItsBody() as server:
        answer = await fetch(server.address)

    assert (answer.status, answer.body, answer.error) == (200, None, "body over 4 MiB")
    # What lies beyond was on its way in the buffers of both sides.
    assert server.sent_bytes < 3 * MOST_BODY_BYTES


@pytest.mark.parametrize("server", [NeverAnswers(), DripsItsBody()], ids=lambda s: type(s).__name__)
async def test_a_server_that_takes_too_long_is_left(fetch: Fetch, server: FaultyServer) -> None:
    async with server, asyncio.timeout(60):
        answer = await fetch(server.address, seconds=0.2)

    assert answer.body is None
    assert answer.error == "no whole answer within 0.2 s"
    assert (answer.answered_at is None) == (answer.status is None)


async def test_nobody_listening_is_said_with_the_address(fetch: Fetch) -> None:
    port = free_port()

    answer = await fetch(f"http://127.0.0.1:{port}")

    assert answer.status is None
    assert answer.error == f"cannot connect to 127.0.0.1:{port}: connection refused"


async def test_a_name_that_nobody_knows_is_said(fetch: Fetch) -> None:
    answer = await fetch("http://no-such-grid.invalid")

    assert answer.status is None
    assert answer.error == "cannot resolve the name 'no-such-grid.invalid'"


async def test_a_name_that_cannot_be_one_is_an_answer_too(fetch: Fetch) -> None:
    answer = await fetch("http://a..b")

    assert answer.status is None
    assert answer.error


async def test_a_connection_that_is_closed_without_an_answer_is_said(fetch: Fetch) -> None:
    async with ClosesWithoutAnswer() as server:
        answer = await fetch(server.address)

    assert answer.status is None
    assert answer.answered_at is None
    assert answer.error == "the connection was closed without an answer"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "server", [StopsInMidBody(), ResetsInMidBody()], ids=lambda s: type(s).__name__
)
async def test_a_body_that_breaks_off_is_no_body(fetch: Fetch, server: FaultyServer) -> None:
    async with server:
        answer = await fetch(server.address)

    assert (answer.status, answer.body) == (200, None)
    assert answer.answered_at is not None
    assert answer.error is not None
    assert answer.error.startswith("the body broke off after 10 bytes")


@pytest.mark.parametrize(
    "said",
    [
        b"\x16\x03\x01 this is no HTTP",
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 twohundred OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 5\r\n\r\nhello",
    ],
    ids=lambda said: repr(said[:40]),
)
async def test_what_is_no_http_is_an_answer_with_an_error(fetch: Fetch, said: bytes) -> None:
    async with Says(said) as server:
        answer = await fetch(server.address)

    assert answer.body is None
    assert answer.error
    assert "\n" not in answer.error


async def test_no_bytes_whatever_make_a_fetch_fail(fetch: Fetch) -> None:
    chance = random.Random(20260131)
    orderly = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 48\r\n\r\n"
    orderly += gzip.compress(b'{"data":[{"from":"2026-01-31T12:00Z"}]}')

    for _ in range(200):
        spoilt = bytearray(orderly)
        for _ in range(chance.randint(1, 4)):
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        async with Says(bytes(spoilt[: chance.randint(1, len(spoilt))])) as server:
            answer = await fetch(server.address)

        assert (answer.body is None) == (answer.error is not None)


async def test_headers_that_are_no_text_can_be_written_into_a_record(fetch: Fetch) -> None:
    async with http(b"{}", b"Content-Type: caf\xe9") as server:
        answer = await fetch(server.address)

    assert answer.headers == {"content-type": "caf\ufffd"}


async def test_a_body_that_was_compressed_unasked_is_kept_as_it_was_before(fetch: Fetch) -> None:
    async with http(gzip.compress(b'{"data":[]}'), b"Content-Encoding: gzip") as server:
        answer = await fetch(server.address)

    assert (answer.body, answer.error) == (b'{"data":[]}', None)


async def test_a_server_that_does_not_speak_tls_is_said(fetch: Fetch) -> None:
    async with SpeaksNoTls() as server:
        answer = await fetch(server.address.replace("http:", "https:"))

    assert answer.status is None
    assert answer.error is not None
    assert answer.error.startswith("no secure connection to 127.0.0.1:")


async def test_one_connection_serves_one_question_after_another(clock: ManualClock) -> None:
    async with RemembersConnections() as server:
        client = Client(server.address, clock)

        for _ in range(3):
            await client.fetch("/intensity", 5)

        await client.close()
    assert len(server.connections) == 3
    assert len(set(server.connections)) == 1


async def test_a_connection_that_was_closed_while_it_stood_open_costs_no_answer(
    clock: ManualClock,
) -> None:
    async with ClosesWhenItIsUsedAgain() as server:
        client = Client(server.address, clock)

        answers = [await client.fetch("/intensity", 5) for _ in range(2)]

        await client.close()
    assert [answer.status for answer in answers] == [200, 200]


async def test_a_client_that_was_closed_opens_anew(clock: ManualClock) -> None:
    async with RemembersConnections() as server:
        client = Client(server.address, clock)
        await client.fetch("/intensity", 5)
        await client.close()

        answer = await client.fetch("/intensity", 5)

        await client.close()
    assert answer.status == 200
    assert len(set(server.connections)) == 2


async def test_a_fetch_that_is_cancelled_leaves_at_once(clock: ManualClock) -> None:
    async with NeverAnswers() as server:
        client = Client(server.address, clock)
        fetching = asyncio.create_task(client.fetch("/intensity", 60))
        await server.is_asked.wait()

        fetching.cancel()

        with pytest.raises(asyncio.CancelledError):
            await fetching
        await client.close()
