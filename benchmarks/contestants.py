"""The programs that carry polls from Kafka to S3, and how each is started."""

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from polls_topic import TWIN_TOPIC

from greenpulse.records import POLLS_TOPIC
from greenpulse.topics import GROUP

__all__ = ["CONTESTANTS", "Contestant", "Place", "greenpulse_variables", "install_peers"]

_PEERS = Path(__file__).with_name("peers")
_REQUIREMENTS = _PEERS / "requirements.txt"
_WINDOW_SECONDS = 2
_CLOSED = "http://127.0.0.1:9"
_HEARTBEAT_SECONDS = 3600


@dataclass(frozen=True)
class Place:
    """Where one run of a contestant reads and writes."""

    hosts: str
    bucket: str
    folder: Path
    """Empty, and its own."""
    web_port: int
    partitions: int
    aws: Mapping[str, str]
    """Where S3 is and who asks there, as variables."""


@dataclass(frozen=True)
class Contestant:
    """A program; ``sample`` is how many objects of it are enough, None: all records."""

    name: str
    command: Callable[[Place, str], Sequence[str]]
    """From the place and the name of a consumer group."""
    variables: Callable[[Place], Mapping[str, str]] = lambda place: place.aws
    topic: str = TWIN_TOPIC
    """What it reads."""
    group: str = ""
    """Its consumer group where that is always the same; else each run has one of its own."""
    sample: int | None = None


def greenpulse_variables(place: Place) -> dict[str, str]:
    """Settings of a worker whose archive alone has work: the API is nowhere, no warehouse."""
    return {
        "GREENPULSE_BROKER": f"kafka://{place.hosts}",
        "GREENPULSE_LAKE": f"s3://{place.bucket}/lake",
        "GREENPULSE_WAREHOUSE": "none",
        "GREENPULSE_S3_ENDPOINT": place.aws["AWS_ENDPOINT_URL"],
        "GREENPULSE_S3_ACCESS_KEY": place.aws["AWS_ACCESS_KEY_ID"],
        "GREENPULSE_S3_SECRET_KEY": place.aws["AWS_SECRET_ACCESS_KEY"],
        "GREENPULSE_PARTITIONS": str(place.partitions),
        "GREENPULSE_ARCHIVE_WINDOW_SECONDS": str(_WINDOW_SECONDS),
        "GREENPULSE_API_URL": _CLOSED,
        "GREENPULSE_POLL_SECONDS": str(_HEARTBEAT_SECONDS),
        "GREENPULSE_WEB_PORT": str(place.web_port),
        "GREENPULSE_DATA": str(place.folder / "data"),
    }


def _worker(_: Place, __: str) -> Sequence[str]:
    return (sys.executable, "-m", "greenpulse", "worker")


def _peer(file: str, *more: str, is_ours: bool = False) -> Callable[[Place, str], Sequence[str]]:
    def command(place: Place, group: str) -> Sequence[str]:
        python = sys.executable if is_ours else str(_peers_python())
        return (python, str(_PEERS / file), place.hosts, TWIN_TOPIC, group, place.bucket, *more)

    return command


def _peers_python() -> Path:
    version = sha256(_REQUIREMENTS.read_bytes()).hexdigest()[:12]
    return Path.home() / ".cache" / "greenpulse" / f"peers-{version}" / "bin" / "python"


def install_peers() -> None:
    """Make the peers' own environment in the user's cache where it is not there yet."""
    python = _peers_python()
    is_whole = python.with_name("is-whole")
    if not is_whole.exists():
        subprocess.run([sys.executable, "-m", "venv", python.parents[1]], check=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--requirement", _REQUIREMENTS], check=True
        )
        is_whole.touch()


CONTESTANTS = {
    contestant.name: contestant
    for contestant in (
        Contestant("greenpulse", _worker, greenpulse_variables, POLLS_TOPIC, GROUP),
        Contestant("bare aiokafka", _peer("bare_aiokafka.py", is_ours=True)),
        Contestant("bare, bronze lines", _peer("bare_aiokafka.py", "bronze", is_ours=True)),
        Contestant("quix streams, gzip", _peer("quix_streams.py", "gzip")),
        Contestant("quix streams, plain", _peer("quix_streams.py")),
        Contestant("mq-bridge", _peer("mq_bridge_route.py")),
        Contestant("message by message", _peer("message_by_message.py"), sample=2_000),
    )
}
