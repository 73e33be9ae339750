"""docker-compose.yml, up and running under a name of its own, with secrets of its own."""

import json
import secrets
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

__all__ = ["ComposeProject", "Ended", "Worker", "docker", "eventually"]

T = TypeVar("T")

_CHECKOUT = Path(__file__).parents[2]
_FILES = (
    "docker-compose.yml",
    "docker-compose.simulated.yml",
    "tests/containers/docker-compose.proof.yml",
)
_NAME = "greenpulse-proof"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    said: str
    """Both stdout and stderr."""


@dataclass(frozen=True)
class Worker:
    """The container of one worker."""

    container: str
    state: str
    health: str
    exit_code: int
    port: int | None
    """On 127.0.0.1; None while it does not run."""

    @property
    def is_healthy(self) -> bool:
        return (self.state, self.health) == ("running", "healthy")


class ComposeProject:
    """The simulated grid in containers; ``down`` leaves nothing of it."""

    def __init__(self, folder: Path) -> None:
        self.access_key = "proof"
        self.secret_key = secrets.token_hex(20)
        self._secrets = folder / ".env"
        self._secrets.write_text(
            f"MINIO_ROOT_PASSWORD={secrets.token_hex(20)}\n"
            f"GREENPULSE_S3_ACCESS_KEY={self.access_key}\n"
            f"GREENPULSE_S3_SECRET_KEY={self.secret_key}\n"
            f"GRAFANA_ADMIN_PASSWORD={secrets.token_hex(20)}\n"
        )

    def compose(self, *arguments: str, stdin: str = "") -> Ended:
        """``docker compose`` with these arguments."""
        ended = subprocess.run(
            self._command(*arguments),
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout)

    def done(self, *arguments: str, stdin: str = "") -> str:
        """The same, which must succeed; what it said."""
        ended = self.compose(*arguments, stdin=stdin)
        assert ended.code == 0, f"docker compose {' '.join(arguments)}: {ended.said}"
        return ended.said

    def background(self, *arguments: str, stdin: Path) -> "subprocess.Popen[str]":
        """The same, beside the test."""
        with stdin.open() as given:
            return subprocess.Popen(
                self._command(*arguments),
                stdin=given,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def up(self, *, workers: int) -> None:
        """Start all that does not run, in its order, and wait until the workers are ready."""
        self.done("up", "--detach", "--no-build", "--scale", f"worker={workers}")
        self.workers_ready(workers)

    def down(self) -> None:
        """End and remove all of it, volumes too."""
        self.compose("--profile", "*", "down", "--volumes", "--timeout", "20")

    def workers(self) -> list[Worker]:
        """All workers, those that ended too, in the order of their numbers."""
        lines = self.done("ps", "--all", "--format", "json", "worker").splitlines()
        return sorted((_worker(json.loads(line)) for line in lines), key=lambda w: w.container)

    def workers_ready(self, count: int) -> list[Worker]:
        """Wait until so many workers are healthy; they."""

        def ready() -> list[Worker]:
            healthy = [worker for worker in self.workers() if worker.is_healthy]
            return healthy if len(healthy) == count else []

        return eventually(ready, within_seconds=120, otherwise=lambda: self.logs("worker"))

    def command(self, *arguments: str, stdin: str = "") -> Ended:
        """A command of GreenPulse, in a container of its own."""
        return self.compose("run", "--rm", "--no-deps", "-T", "worker", *arguments, stdin=stdin)

    def logs(self, service: str) -> str:
        return self.compose("logs", "--tail", "60", service).said

    def _command(self, *arguments: str) -> list[str]:
        files = [part for name in _FILES for part in ("--file", str(_CHECKOUT / name))]
        return [
            *("docker", "compose", "--project-name", _NAME, "--env-file", str(self._secrets)),
            *("--ansi", "never", "--progress", "quiet"),
            *files,
            *arguments,
        ]


def docker(*arguments: str) -> str:
    """``docker`` with these arguments, which must succeed; what it printed."""
    ended = subprocess.run(
        ["docker", *arguments],  # noqa: S607 - whose place differs from machine to machine
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, f"docker {' '.join(arguments)}: {ended.stderr}"
    return ended.stdout


def eventually(
    look: Callable[[], T], *, within_seconds: float, otherwise: Callable[[], str] = str
) -> T:
    """What ``look`` gives as soon as it is true; in vain, the test fails with ``otherwise``."""
    ends_at = time.monotonic() + within_seconds
    while not (seen := look()):
        assert time.monotonic() < ends_at, f"not within {within_seconds} s: {otherwise()}"
        time.sleep(0.5)
    return seen


def _worker(fields: dict[str, Any]) -> Worker:
    ports = [port["PublishedPort"] for port in fields["Publishers"] or [] if port["PublishedPort"]]
    return Worker(
        fields["Name"],
        fields["State"],
        fields["Health"],
        fields["ExitCode"],
        ports[0] if ports else None,
    )
