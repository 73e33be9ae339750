"""How every page answers: read-only, cacheable by its content, closed to third parties."""

import hashlib
from collections.abc import Mapping
from http import HTTPStatus

from aiohttp import ETag, web

__all__ = ["HTML", "JSON", "REVALIDATE", "answer"]

HTML = "text/html; charset=utf-8"
JSON = "application/json; charset=utf-8"

REVALIDATE = "no-cache"
"""Kept by caches, asked about before each use."""

_CLOSED = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Server": "GreenPulse",
    "X-Content-Type-Options": "nosniff",
}


def answer(
    request: web.Request,
    text: str,
    content_type: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    """Answer with ``text``, or with 304 where the asker holds the same.

    Revalidated before each use, unless ``headers`` say otherwise. The ETag is weak: the
    body may be compressed on its way.
    """
    body = text.encode()
    etag = ETag(hashlib.sha256(body).hexdigest()[:32], is_weak=True)
    is_held = any(held.value in {etag.value, "*"} for held in request.if_none_match or ())
    common = {**_CLOSED, "Cache-Control": REVALIDATE, "Vary": "Accept-Encoding", **(headers or {})}
    if status is HTTPStatus.OK and is_held:
        response = web.Response(status=HTTPStatus.NOT_MODIFIED, headers=common)
    else:
        common["Content-Type"] = content_type
        response = web.Response(body=body, status=status, headers=common)
        response.enable_compression()
    if status is HTTPStatus.OK:
        response.etag = etag
    return response
