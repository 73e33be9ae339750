"""S3s to test against, besides MinIO (support/service_fixtures.py), and lakes in them."""

import logging
from collections.abc import Iterator
from uuid import uuid4

import pytest
from moto.server import ThreadedMotoServer
from support.services.addresses import S3Address

from greenpulse.lake.s3 import S3Store
from greenpulse.lake.s3_client import S3Account

__all__ = ["account_of", "moto", "own_bucket"]


@pytest.fixture(scope="session")
def moto() -> Iterator[S3Address]:
    """An S3 in this process, which takes all keys and secrets."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield S3Address(f"http://{host}:{port}", "any", "any")
    server.stop()


def account_of(s3: S3Address) -> S3Account:
    """The user who may do everything there."""
    return S3Account(s3.endpoint, s3.access_key, s3.secret_key)


def own_bucket(s3: S3Address, prefix: str = "/lakes/own") -> S3Store:
    """A lake in a bucket that is not there yet."""
    return S3Store(f"greenpulse-{uuid4()}{prefix}", account_of(s3))
