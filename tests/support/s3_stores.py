"""S3s to test against, besides MinIO (support/service_fixtures.py), and lakes in them."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Thread
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from support.services.addresses import S3Address
from werkzeug.serving import make_server

from greenpulse.lake.s3 import S3Store
from greenpulse.lake.s3_client import S3Account

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["account_of", "moto", "own_bucket", "serving_moto"]


@pytest.fixture(scope="session")
def moto() -> Iterator[S3Address]:
    """An S3 in this process, which takes all keys and secrets."""
    with serving_moto() as address:
        yield address


@contextmanager
def serving_moto(
    behind: "Callable[[WSGIApplication], WSGIApplication]" = lambda s3: s3,
) -> Iterator[S3Address]:
    """An S3 in this process, whose requests ``behind`` may change on their way to it."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = _one_at_a_time(behind(DomainDispatcherApplication(create_backend_app)))
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=MotoRequestHandler)
    serving = Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield S3Address(f"http://127.0.0.1:{server.server_port}", "any", "any")
    server.shutdown()
    serving.join()
    server.server_close()


def _one_at_a_time(app: "WSGIApplication") -> "WSGIApplication":
    """``app``, never asked twice at once.

    Moto looks for a key and then writes it: a second create in between would win, too. Its
    first two requests, at once, each make all its buckets: one's are lost.
    """
    lock = Lock()

    def locked(environ: "WSGIEnvironment", start_response: "StartResponse") -> list[bytes]:
        with lock:
            return list(app(environ, start_response))

    return locked


def account_of(s3: S3Address) -> S3Account:
    """The user who may do everything there."""
    return S3Account(s3.endpoint, s3.access_key, s3.secret_key)


def own_bucket(s3: S3Address, prefix: str = "/lakes/own") -> S3Store:
    """A lake in a bucket that is not there yet."""
    return S3Store(f"greenpulse-{uuid4()}{prefix}", account_of(s3))
