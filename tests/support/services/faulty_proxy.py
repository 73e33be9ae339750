"""A proxy before an S3 service that does to requests what a bad network does."""

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Self, cast

import h11
from yarl import URL

__all__ = ["Faults", "FaultyProxy", "Message"]

_READ_BYTES = 65536
_SLOW_DOWN = b"<?xml version='1.0'?><Error><Code>SlowDown</Code><Message>Busy</Message></Error>"

Message = list[h11.Event]
"""A whole request or answer: its head, its body, its end."""


@dataclass
class Faults:
    """How often each fault befalls a request, from 0 to 1; all may be set at any time.

    Attributes:
        delayed: The request is passed on after ``least_delay_seconds`` to ``delay_seconds``.
        reset: The connection is reset before the service has seen the request.
        unavailable: It is answered by 503 SlowDown; the service does not see it.
        swallowed: A PUT succeeds, and the connection is closed without an answer.
        delay_seconds: The longest delay.
        least_delay_seconds: The shortest one.
    """

    delayed: float = 0.0
    reset: float = 0.0
    unavailable: float = 0.0
    swallowed: float = 0.0
    delay_seconds: float = 1.0
    least_delay_seconds: float = 0.0


class FaultyProxy:
    """An async context; where the service is away, so is the proxy: it resets.

    Requests and answers are passed on whole, with the host that the client signed.

    Args:
        endpoint: Of the real service, ``http://host:port``.
        random: Chooses which request gets which fault.
        rewrite: Makes of each request what the service shall see in its place.

    Attributes:
        endpoint: Where the proxy listens.
        faults: What it does; change it in place.
        counts: How many requests each fault has befallen, by the names in ``Faults``,
            and how many there were, as ``requests``.
    """

    def __init__(
        self,
        endpoint: str,
        random: Random,
        *,
        rewrite: Callable[[Message], Message] = lambda request: request,
    ) -> None:
        self.endpoint = ""
        self.faults = Faults()
        self.counts: Counter[str] = Counter()
        self._service = URL(endpoint)
        self._random = random
        self._rewrite = rewrite
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.endpoint = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = h11.Connection(h11.SERVER)
        try:
            while request := await _receive(client, reader, writer):
                answer = await self._answer(request)
                writer.write(b"".join(client.send(event) or b"" for event in answer))
                await writer.drain()
                if client.our_state is not h11.DONE:
                    break
                client.start_next_cycle()
        except _ResetError:
            _reset(writer)
        except (OSError, h11.RemoteProtocolError):
            pass  # the client has gone, as it may
        finally:
            writer.close()

    async def _answer(self, request: Message) -> Message:
        """What the client shall hear; raises where it shall hear nothing."""
        self.counts["requests"] += 1
        if self._befalls("reset"):
            raise _ResetError
        if self._befalls("unavailable"):
            headers = [("Content-Length", str(len(_SLOW_DOWN))), ("Content-Type", "text/xml")]
            slow_down = h11.Response(status_code=503, headers=headers)
            return [slow_down, *_body_of(request, _SLOW_DOWN), h11.EndOfMessage()]
        if self._befalls("delayed"):
            shortest, longest = self.faults.least_delay_seconds, self.faults.delay_seconds
            await asyncio.sleep(self._random.uniform(shortest, longest))
        answer = await self._pass_on(self._rewrite(request))
        if _succeeds(request, answer) and self._befalls("swallowed"):
            raise _ResetError
        return answer

    async def _pass_on(self, request: Message) -> Message:
        service = h11.Connection(h11.CLIENT)
        try:
            reader, writer = await asyncio.open_connection(self._service.host, self._service.port)
        except OSError as error:
            raise _ResetError from error
        try:
            writer.write(b"".join(service.send(event) or b"" for event in request))
            await writer.drain()
            answer = await _receive(service, reader, writer)
        except (OSError, h11.RemoteProtocolError) as error:
            raise _ResetError from error
        finally:
            writer.close()
        if not answer:
            raise _ResetError
        return answer

    def _befalls(self, fault: str) -> bool:
        befalls: bool = self._random.random() < getattr(self.faults, fault)
        self.counts[fault] += befalls
        return befalls


class _ResetError(Exception):
    """The client's connection shall be reset without an answer."""


async def _receive(
    connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> Message:
    """The next whole request or answer; empty where the other side closes before it."""
    message: Message = []
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            if connection.they_are_waiting_for_100_continue:
                go_on = h11.InformationalResponse(status_code=100, headers=[])
                writer.write(connection.send(go_on) or b"")
            connection.receive_data(await reader.read(_READ_BYTES))
        elif isinstance(event, h11.ConnectionClosed):
            return []
        elif isinstance(event, h11.Request):
            message.append(_without_expectation(event))
        elif not isinstance(event, h11.InformationalResponse):
            message.append(cast("h11.Event", event))
            if isinstance(event, h11.EndOfMessage):
                return message


def _without_expectation(request: h11.Request) -> h11.Request:
    # The client has been told to go on already, and never signs this header.
    headers = [header for header in request.headers.raw_items() if header[0].lower() != b"expect"]
    return h11.Request(method=request.method, target=request.target, headers=headers)


def _body_of(request: Message, body: bytes) -> Message:
    return [] if cast("h11.Request", request[0]).method == b"HEAD" else [h11.Data(data=body)]


def _succeeds(request: Message, answer: Message) -> bool:
    is_put = cast("h11.Request", request[0]).method == b"PUT"
    return is_put and cast("h11.Response", answer[0]).status_code == 200


def _reset(writer: asyncio.StreamWriter) -> None:
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
