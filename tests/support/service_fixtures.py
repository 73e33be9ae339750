"""A real Kafka and a real MinIO: one of each for a run of the tests, or a test's own.

Where they cannot be started the tests are skipped; the reason says what to do about it.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TypeVar

import pytest
from filelock import FileLock
from support.services.addresses import KafkaAddress, S3Address, SecureKafkaAddress
from support.services.fakesnow import FakesnowServer
from support.services.kafka import KafkaServer
from support.services.minio import MinioServer
from support.services.process import ServiceProcess
from support.services.programs import ServiceAbsent
from support.services.secure_kafka import SecureKafka

__all__ = ["fakesnow", "kafka", "minio", "own_kafka", "own_minio", "running", "secure_kafka"]

# Read before any test empties the environment of its settings.
_GIVEN_KAFKA = os.environ.get("GREENPULSE_TEST_KAFKA")  # noqa: TID251 - a test may ask
_GIVEN_S3 = os.environ.get("GREENPULSE_TEST_S3")  # noqa: TID251 - a test may ask
_XDIST_WORKER = os.environ.get("PYTEST_XDIST_WORKER")  # noqa: TID251 - set by pytest-xdist

Server = TypeVar("Server", bound=ServiceProcess)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> KafkaAddress:
    """A Kafka that all tests share: each takes topics and groups of its own names."""
    if _GIVEN_KAFKA:
        return KafkaAddress(_GIVEN_KAFKA)

    with _skipping_where_absent(", or set GREENPULSE_TEST_KAFKA=host:port"):
        return KafkaAddress(**_of_this_run(KafkaServer, ["hosts"], tmp_path_factory))


@pytest.fixture(scope="session")
def secure_kafka(tmp_path_factory: pytest.TempPathFactory) -> SecureKafkaAddress:
    """A Kafka with TLS, passwords and ACLs that all tests share."""
    names = [field.name for field in fields(SecureKafkaAddress)]
    return SecureKafkaAddress(**_of_this_run(SecureKafka, names, tmp_path_factory))


@pytest.fixture(scope="session")
def minio(tmp_path_factory: pytest.TempPathFactory) -> S3Address:
    """A MinIO, or the S3 that is given, that all tests share: each takes its own bucket."""
    if _GIVEN_S3:
        return S3Address.of(_GIVEN_S3)

    names = ["endpoint", "access_key", "secret_key"]
    with _skipping_where_absent(", or set GREENPULSE_TEST_S3=http://access:secret@host:port"):
        return S3Address(**_of_this_run(MinioServer, names, tmp_path_factory))


@pytest.fixture(scope="session")
def fakesnow_of_this_process(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[FakesnowServer]:
    """Snowflake's stand-in, of this process alone."""
    with running(FakesnowServer, tmp_path_factory.mktemp("fakesnow")) as server:
        yield server


@pytest.fixture
def fakesnow(fakesnow_of_this_process: FakesnowServer) -> FakesnowServer:
    """Snowflake's stand-in, with nothing in it."""
    fakesnow_of_this_process.empty()
    return fakesnow_of_this_process


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[KafkaServer]:
    """A Kafka of the test's own, that it may stop, kill and restart."""
    with running(KafkaServer, tmp_path / "kafka") as server:
        yield server


@pytest.fixture
def own_minio(tmp_path: Path) -> Iterator[MinioServer]:
    """A MinIO of the test's own, that it may stop, kill and restart."""
    with running(MinioServer, tmp_path / "minio") as server:
        yield server


@contextmanager
def running(make: Callable[[Path], Server], folder: Path) -> Iterator[Server]:
    """A started service in that folder; afterwards it is stopped and its data removed."""
    with _skipping_where_absent():
        server = make(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder / "data", ignore_errors=True)


def _of_this_run(
    make: type[KafkaServer | MinioServer],
    names: list[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, str]:
    """Those attributes of the run's service, started by the first process that asks.

    It ends with the process that started the run, however that ends.
    """
    folder, owner = tmp_path_factory.getbasetemp(), os.getpid()
    if _XDIST_WORKER:
        folder, owner = folder.parent, os.getppid()
    reference = folder / f"{make.__name__}.json"
    with FileLock(f"{reference}.lock"):
        if not reference.exists():
            server = make(folder / make.__name__, owner=owner)
            server.start()
            server.leave_to_owner()
            reference.write_text(json.dumps({name: getattr(server, name) for name in names}))
    found: dict[str, str] = json.loads(reference.read_text())
    return found


@contextmanager
def _skipping_where_absent(way_out: str = "") -> Iterator[None]:
    try:
        yield
    except ServiceAbsent as absent:
        pytest.skip(f"{absent}{way_out}")
