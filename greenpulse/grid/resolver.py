"""Names to addresses, without anybody having to wait for the system's resolver."""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

__all__ = ["DaemonResolver"]


class DaemonResolver(AbstractResolver):
    """Looks each name up in a thread that the process does not wait for when it ends.

    Without a network, the system takes up to half a minute to say that a name is not to
    be found, and no call of it can be broken off. In the loop's own pool of threads, it
    would hold up the end of the worker for so long, and others who need a thread.
    """

    def __init__(self, look_up: Callable[..., list[tuple[Any, ...]]] = socket.getaddrinfo) -> None:
        self._look_up = look_up

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Addresses of ``host``, in the system's order.

        Raises:
            OSError: there is none, or nobody can say.
            UnicodeError: ``host`` cannot be a name.
        """
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[tuple[Any, ...]]] = loop.create_future()

        def tell(tell_it: Callable[[], object]) -> None:
            # The loop may be gone, or whoever asked, by the time that the answer comes.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(lambda: None if found.done() else tell_it())

        def look_up() -> None:
            try:
                infos = self._look_up(host, port, family=family, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError) as error:
                tell(partial(found.set_exception, error))
            else:
                tell(partial(found.set_result, infos))

        threading.Thread(target=look_up, name=f"resolve {host}", daemon=True).start()
        return [_result(host, info) for info in await found]

    async def close(self) -> None:
        """Nothing is held."""


def _result(hostname: str, info: tuple[Any, ...]) -> ResolveResult:
    family, _, protocol, _, address = info
    return ResolveResult(
        hostname=hostname,
        host=address[0],
        port=address[1],
        family=family,
        proto=protocol,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
