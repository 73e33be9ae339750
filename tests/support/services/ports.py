"""Ports that a service keeps over its restarts."""

import random
import socket

__all__ = ["free_port", "is_open"]

# Below what the kernel gives to outgoing connections: while a service is down, no client
# may get its port by chance, nor connect to itself while it tries again.
_PORTS = range(15_000, 32_000)


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listens on now."""
    choose = random.SystemRandom()  # workers of a test run choose at the same time
    while True:
        port = choose.choice(_PORTS)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def is_open(address: str) -> bool:
    """Whether somebody listens at ``host:port``."""
    host, _, port = address.rpartition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0
