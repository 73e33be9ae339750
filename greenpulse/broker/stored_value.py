"""How the embedded log keeps a value: large ones deflated, small ones as they are."""

import zlib

__all__ = ["inflate_value", "stored_value"]

_DEFLATE_FROM_BYTES = 2048
"""Below this a value would hardly shrink, and reading it would cost more than its pages."""
_FASTEST = 1


def stored_value(value: bytes | None) -> tuple[bool, bytes | None]:
    """Whether the value is deflated, and the bytes to keep."""
    if value is None or len(value) < _DEFLATE_FROM_BYTES:
        return False, value
    deflated = zlib.compress(value, _FASTEST)
    return (True, deflated) if len(deflated) < len(value) else (False, value)


def inflate_value(stored: bytes) -> bytes:
    """The value whose deflated bytes are ``stored``."""
    return zlib.decompress(stored)
