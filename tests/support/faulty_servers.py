"""Servers on 127.0.0.1 that misbehave, each in the one way that its name says."""

import asyncio
import socket
import struct
from typing import Self

__all__ = [
    "ClosesWhenItIsUsedAgain",
    "ClosesWithoutAnswer",
    "DripsItsBody",
    "FaultyServer",
    "NeverAnswers",
    "NeverEndsItsBody",
    "ResetsInMidBody",
    "Says",
    "SpeaksNoTls",
    "StopsInMidBody",
]

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class FaultyServer:
    """An async context; ``address`` is where it listens, ``requests`` what it was told."""

    def __init__(self) -> None:
        self.address = ""
        self.requests: list[str] = []
        self.is_asked = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()[:2]
        self.address = f"http://{host}:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._writers:
            # One that is closing goes by itself, and cannot be aborted once it has gone.
            if not writer.is_closing():
                writer.transport.abort()
        await self._server.wait_closed()

    async def answer(self, writer: asyncio.StreamWriter) -> None:
        """Misbehave; the connection is closed afterwards."""
        raise NotImplementedError

    async def hear(self, reader: asyncio.StreamReader) -> None:
        """Wait for the request."""
        self.requests.append((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            await self.hear(reader)
            self.is_asked.set()
            await self.answer(writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has gone, as it may
        finally:
            writer.close()


class Says(FaultyServer):
    """Sends these bytes, whatever they are, and closes."""

    def __init__(self, head: bytes, body: bytes = b"") -> None:
        super().__init__()
        self._bytes = head + body

    async def answer(self, writer: asyncio.StreamWriter) -> None:
        writer.write(self._bytes)
        await writer.drain()


class SpeaksNoTls(Says):
    """Says in plain text that it has not understood, to whatever it hears."""

    def __init__(self) -> None:
        super().__init__(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async def hear(self, reader: asyncio.StreamReader) -> None:
        await reader.read(1)


class NeverAnswers(FaultyServer):
    """Takes the request and says nothing."""

    async def answer(self, writer: asyncio.StreamWriter) -> None:
        del writer
        await asyncio.Event().wait()


class ClosesWithoutAnswer(FaultyServer):
    """Takes the request and closes the connection."""

    async def answer(self, writer: asyncio.StreamWriter) -> None:
        del writer


class ClosesWhenItIsUsedAgain(FaultyServer):
    """Answers the first request of a connection, and closes it at the second."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        await self.hear(reader)
        writer.write(_HEAD + b"Content-Length: 2\r\n\r\n{}")
        await reader.read(1)
        writer.close()


class StopsInMidBody(FaultyServer):
    """Promises 1000 bytes, sends 10 and closes."""

    async def answer(self, writer: asyncio.StreamWriter) -> None:
        writer.write(_HEAD + b"Content-Length: 1000\r\n\r\n" + b'{"data":[{')
        await writer.drain()


class ResetsInMidBody(StopsInMidBody):
    """Promises 1000 bytes, sends 10 and resets the connection."""

    async def answer(self, writer: asyncio.StreamWriter) -> None:
        await super().answer(writer)
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class DripsItsBody(FaultyServer):
    """Sends a byte every 20 ms, for ever."""

    async def answer(self, writer: asyncio.StreamWriter) -> None:
        writer.write(_HEAD + b"Content-Length: 1000000\r\n\r\n")
        while True:
            writer.write(b"[")
            await writer.drain()
            await asyncio.sleep(0.02)


class NeverEndsItsBody(FaultyServer):
    """Sends as much as is read, and counts it."""

    def __init__(self) -> None:
        super().__init__()
        self.sent_bytes = 0

    async def answer(self, writer: asyncio.StreamWriter) -> None:
        writer.write(_HEAD + b"\r\n")
        while True:
            writer.write(b" " * 65_536)
            await writer.drain()
            self.sent_bytes += 65_536
