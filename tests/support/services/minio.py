"""A real MinIO for tests, on a free port of 127.0.0.1."""

import secrets
from collections.abc import Mapping
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from support.services.ports import free_port
from support.services.process import ServiceProcess
from support.services.programs import minio_program

__all__ = ["MinioServer"]


class MinioServer(ServiceProcess):
    """One MinIO over one folder, without a console.

    Args:
        folder: Holds its data and log.
        owner: The process with whose end it ends, too; else this one.

    Attributes:
        endpoint: ``http://127.0.0.1:port``.
        access_key: Of its only user, who may do everything.
        secret_key: Of the same user.
    """

    def __init__(self, folder: Path, *, owner: int | None = None) -> None:
        super().__init__(folder, owner=owner)
        self._program = minio_program()
        self._address = f"127.0.0.1:{free_port()}"
        self.endpoint = f"http://{self._address}"
        self.access_key = "greenpulse-tests"
        self.secret_key = secrets.token_hex(16)

    def _command(self) -> list[str]:
        data = self.folder / "data"
        return [str(self._program), "server", "--address", self._address, str(data)]

    def _environment(self) -> Mapping[str, str]:
        return {
            "MINIO_ROOT_USER": self.access_key,
            "MINIO_ROOT_PASSWORD": self.secret_key,
            "MINIO_BROWSER": "off",
            "MINIO_UPDATE": "off",
        }

    def _answers(self) -> bool:
        with closing(HTTPConnection(self._address, timeout=5)) as connection:
            try:
                connection.request("GET", "/minio/health/cluster")
                return connection.getresponse().status == HTTPStatus.OK
            except (OSError, HTTPException):
                return False
