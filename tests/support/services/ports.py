"""Ports that a service keeps over its restarts."""

import os
import random
import socket
from collections import deque

__all__ = ["free_port", "is_open"]

# Below what the kernel gives to outgoing connections: while a service is down, no client
# may get its port by chance, nor connect to itself while it tries again.
_PORTS = range(15_000, 32_000)

# Who takes a port opens it seconds later, or never, where nobody shall listen. Until then a
# UDP socket marks it as taken, for this process and all others.
_MOST_MARKS = 300
_marks: deque[int] = deque()


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on now, and that nobody else is given."""
    choose = random.SystemRandom()  # workers of a test run choose at the same time
    while True:
        port = choose.choice(_PORTS)
        mark = socket.socket(type=socket.SOCK_DGRAM)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                mark.bind(("127.0.0.1", port))
                probe.bind(("127.0.0.1", port))
            except OSError:
                mark.close()
                continue
        _marks.append(mark.detach())
        if len(_marks) > _MOST_MARKS:
            os.close(_marks.popleft())
        return port


def is_open(address: str) -> bool:
    """Whether somebody listens at ``host:port``."""
    host, _, port = address.rpartition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0
