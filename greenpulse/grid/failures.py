"""Sentences for what can go wrong between two machines."""

import os

import aiohttp

__all__ = ["clean_text", "sentence_of"]


def sentence_of(error: Exception) -> str:
    """Say in one line, without internals, why an exchange failed."""
    match error:
        case aiohttp.ClientConnectorDNSError():
            reason = f"cannot resolve the name {error.host!r}"
        case aiohttp.ClientConnectorCertificateError():
            reason = f"cannot trust {error.host}:{error.port}: {error.certificate_error}"
        case aiohttp.ClientSSLError():
            reason = f"no secure connection to {error.host}:{error.port}: {error.os_error}"
        case aiohttp.ClientConnectorError():
            reason = f"cannot connect to {error.host}:{error.port}: {_cause(error.os_error)}"
        case aiohttp.ServerDisconnectedError():
            reason = "the connection was closed without an answer"
        case aiohttp.ClientPayloadError():
            reason = str(error)
        case OSError():
            reason = _cause(error)
        case _:
            reason = f"{type(error).__name__}: {error}"
    return clean_text(" ".join(reason.split()))


def clean_text(text: str) -> str:
    """Make ``text`` fit for JSON.

    Bytes that are no UTF-8 come out of aiohttp as lone surrogates, which no JSON can hold.
    """
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _cause(error: OSError) -> str:
    return os.strerror(error.errno).lower() if error.errno else str(error)
