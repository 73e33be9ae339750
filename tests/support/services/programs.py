"""The programs of the services: fetched once by Maven, Go and pip, kept in the user's cache.

The cache is $XDG_CACHE_HOME/greenpulse, else ~/.cache/greenpulse. What is there is whole:
each is made beside its place and then renamed, by one process at a time.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock

__all__ = ["ServiceAbsent", "fakesnow_python", "kafka_libraries", "minio_program"]

_KAFKA = "4.3.1"
_MINIO = "github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c"

# It needs a DuckDB and a sqlglot that are not ours, and imports a connector of before 5.
_FAKESNOW = "0.12.1"
_FAKESNOW_NEEDS = (
    f"fakesnow[server]=={_FAKESNOW}",
    "duckdb==2.0.0",
    "snowflake-connector-python==4.8.1",
    "sqlglot==30.22.0",
)

_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>greenpulse</groupId><artifactId>kafka-for-tests</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{kafka}</version>
    </dependency>
    <dependency>
      <groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>{kafka}</version>
    </dependency>
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
"""


class ServiceAbsent(Exception):
    """The service cannot be started here; the message says what to install."""


def kafka_libraries() -> Path:
    """The folder of Kafka's jars; fetched by Maven (54 MB) where it is not there yet."""
    absent = ServiceAbsent("for a real kafka install Java 17 or newer and Maven")
    if not shutil.which("java"):
        raise absent
    return _cached(f"kafka-{_KAFKA}/libs", "mvn", _fetch_kafka, absent)


def minio_program() -> Path:
    """The MinIO program; built by Go (three minutes, 150 MB) where it is not there yet."""
    absent = ServiceAbsent("for a real s3 install Go 1.24 or newer")
    return _cached("bin/minio", "go", _build_minio, absent)


def fakesnow_python() -> Path:
    """The Python that has fakesnow, Snowflake's stand-in; made by pip where it is absent."""
    absent = ServiceAbsent("for snowflake's stand-in run 'make services', which needs PyPI")
    environment = _cached(f"fakesnow-{_FAKESNOW}", "python3", _install_fakesnow, absent)
    return environment / "bin" / "python"


def _cached(name: str, tool: str, make: Callable[[str, Path], Path], absent: ServiceAbsent) -> Path:
    """The path of that name in the cache; made in a temporary folder, then renamed."""
    place = _cache() / name
    if place.exists():
        return place
    program = shutil.which(tool)
    if not program:
        raise absent
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{place}.lock"), TemporaryDirectory(dir=place.parent) as folder:
        if not place.exists():
            make(program, Path(folder)).rename(place)
    return place


def _fetch_kafka(maven: str, folder: Path) -> Path:
    (folder / "pom.xml").write_text(_POM.format(kafka=_KAFKA))
    goal = ("dependency:copy-dependencies", "-DoutputDirectory=libs")
    subprocess.run([maven, "-q", "-B", *goal], cwd=folder, check=True)
    return folder / "libs"


def _build_minio(go: str, folder: Path) -> Path:
    environment = {**os.environ, "GOBIN": str(folder)}  # noqa: TID251 - Go's own settings
    subprocess.run([go, "install", _MINIO], env=environment, check=True)
    return folder / "minio"


def _install_fakesnow(_python: str, folder: Path) -> Path:
    place = folder / "fakesnow"
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    pip = (place / "bin" / "python", "-m", "pip", "--disable-pip-version-check")
    try:
        subprocess.run([*pip, "install", "--quiet", *_FAKESNOW_NEEDS], check=True)
    except subprocess.CalledProcessError as error:
        message = "for snowflake's stand-in let pip reach PyPI, and run 'make services'"
        raise ServiceAbsent(message) from error
    return place


def _cache() -> Path:
    folder = os.environ.get("XDG_CACHE_HOME")  # noqa: TID251 - where the user keeps caches
    return (Path(folder) if folder else Path.home() / ".cache") / "greenpulse"


if __name__ == "__main__":
    # Before the tests (Makefile): a test has two minutes, and the first of them would need more.
    for fetch in (kafka_libraries, minio_program, fakesnow_python):
        try:
            print(fetch())
        except ServiceAbsent as absent:
            print(f"not there: {absent}")
