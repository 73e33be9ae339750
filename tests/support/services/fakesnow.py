"""Snowflake's stand-in for tests: fakesnow as a server of its own, on a free port.

It lives in a virtual environment of its own, which ``make services`` makes, and is stock
fakesnow but for what ``fakesnow_app`` mends.
"""

import json
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from support.services.ports import free_port
from support.services.process import ServiceProcess
from support.services.programs import fakesnow_python

__all__ = ["FakesnowServer"]


class FakesnowServer(ServiceProcess):
    """One fakesnow in memory; what was loaded is gone when it ends.

    Attributes:
        port: Where it listens, on 127.0.0.1.
    """

    def __init__(self, folder: Path, *, owner: int | None = None) -> None:
        super().__init__(folder, owner=owner)
        self._python = fakesnow_python()
        self.port = free_port()

    def end_idle_sessions(self) -> None:
        """Roll back what dead clients have left, as Snowflake does after five minutes."""
        self._post("/idle")

    def empty(self) -> None:
        """Begin anew: no database, no statement seen."""
        self._post("/empty")
        self._statements.unlink(missing_ok=True)

    def statements(self) -> list[dict[str, Any]]:
        """What came so far: ``session`` and ``sql`` of each statement."""
        return [json.loads(line) for line in self._statements.read_text().splitlines()]

    @property
    def _statements(self) -> Path:
        return self.folder / "statements.jsonl"

    def _command(self) -> list[str]:
        app = Path(__file__).with_name("fakesnow_app.py")
        return [str(self._python), "-P", str(app), str(self.port)]

    def _answers(self) -> bool:
        try:
            self._post("/idle")
        except (OSError, HTTPException):
            return False
        return True

    def _post(self, path: str) -> None:
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("POST", path)
            assert connection.getresponse().status == 200
