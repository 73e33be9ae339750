"""The Carbon Intensity API over HTTP: every exchange ends in an Answer.

The API's grammar and manners are other modules' business; here only HTTP can go wrong,
and when it does, the Answer says how.
"""

import asyncio
from collections.abc import Mapping
from ipaddress import ip_address
from types import SimpleNamespace
from urllib.parse import urlsplit

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from greenpulse.clock import Clock
from greenpulse.grid.answer import KEPT_HEADERS, Answer
from greenpulse.grid.failures import clean_text, sentence_of
from greenpulse.grid.resolver import DaemonResolver

__all__ = ["MOST_BODY_BYTES", "USER_AGENT", "Client"]

MOST_BODY_BYTES = 4 << 20
USER_AGENT = "GreenPulse (archives carbon intensity; ask whoever runs this worker)"

# With identity, what is received is what was written; the API does not compress anyway.
_HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}
_MOST_CONNECTIONS = 4


class Client:
    """Asks one server, over a few connections that stay open.

    Redirects are not followed: what another place says is not what the API said. System
    proxies are used, but for a server on this machine.
    """

    def __init__(self, base_url: str, clock: Clock, *, user_agent: str = USER_AGENT) -> None:
        self.base_url = base_url.rstrip("/")
        self._clock = clock
        self._user_agent = user_agent
        self._session: aiohttp.ClientSession | None = None

    def url_of(self, path: str) -> str:
        """The address that a fetch of ``path`` asks."""
        return self.base_url + path

    async def fetch(self, path: str, timeout_seconds: float) -> Answer:
        """Ask for ``path`` once; the whole exchange takes at most ``timeout_seconds``.

        Failures of any kind are answers, too: with a sentence in ``error`` and as much
        of the rest as had come. Cancelling it cuts the exchange off.
        """
        requested_at = self._clock.now()
        progress = _Progress()
        error = None
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._exchange(path, progress)
        except TimeoutError:
            error = f"no whole answer within {timeout_seconds:g} s"
        except _BodyTooLongError:
            error = f"body over {MOST_BODY_BYTES >> 20} MiB"
        except _ConnectionBrokenError as raised:
            error = sentence_of(raised.cause)
        except (aiohttp.ClientError, HttpProcessingError, OSError, EOFError, ValueError) as raised:
            error = sentence_of(raised)
            if progress.status is not None:
                error = f"the body broke off after {len(progress.body)} bytes: {error}"
        return Answer(
            requested_at=requested_at,
            answered_at=None if progress.status is None else self._clock.now(),
            status=progress.status,
            headers=progress.headers,
            body=None if error is not None else bytes(progress.body),
            error=error,
        )

    async def close(self) -> None:
        """Close all connections; a later fetch opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _exchange(self, path: str, progress: "_Progress") -> None:
        async with self._open_session().get(
            URL(self.url_of(path), encoded=True),
            allow_redirects=False,
            middlewares=(progress.ask_once,),
            trace_request_ctx=progress,
        ) as response:
            progress.status = response.status
            progress.headers = _kept(response.headers)
            async for chunk in response.content.iter_any():
                progress.body += chunk
                if len(progress.body) > MOST_BODY_BYTES:
                    raise _BodyTooLongError

    def _open_session(self) -> aiohttp.ClientSession:
        # A session belongs to a running loop, so that it cannot be opened earlier.
        if self._session is None:
            tracing = aiohttp.TraceConfig()
            tracing.on_connection_reuseconn.append(_note_reuse)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=_MOST_CONNECTIONS, resolver=DaemonResolver()),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers=_HEADERS | {"User-Agent": self._user_agent},
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=None),
                trace_configs=[tracing],
                trust_env=not _is_this_machine(self.base_url),
            )
        return self._session


class _Progress:
    """As much of an exchange as has come."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.headers: Mapping[str, str] = {}
        self.body = bytearray()
        self.is_connection_reused = False

    async def ask_once(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Keep aiohttp from asking anew of its own accord.

        It may do so where a connection that stood open turns out to be closed (RFC 9112,
        9.3.1), but it does so after every connection that broke.
        """
        self.is_connection_reused = False
        try:
            return await handler(request)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            if self.is_connection_reused:
                raise
            raise _ConnectionBrokenError(error) from error


class _ConnectionBrokenError(aiohttp.ClientError):
    """A new connection broke before the answer came."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class _BodyTooLongError(Exception):
    """There is more of a body than anybody should read."""


async def _note_reuse(
    _session: aiohttp.ClientSession,
    context: SimpleNamespace,
    _parameters: aiohttp.TraceConnectionReuseconnParams,
) -> None:
    context.trace_request_ctx.is_connection_reused = True


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: clean_text(headers[name]) for name in KEPT_HEADERS if name in headers}


def _is_this_machine(base_url: str) -> bool:
    host = urlsplit(base_url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
