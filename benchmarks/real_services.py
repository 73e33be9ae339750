"""A real Kafka and a real MinIO, as the tests start them, for as long as a benchmark runs."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bucket import Bucket, aws_variables

sys.path.append(str(Path(__file__).parents[1] / "tests"))
from support.services.kafka import KafkaServer
from support.services.minio import MinioServer
from support.services.ports import free_port

__all__ = ["Services", "free_port", "real_services"]


@dataclass(frozen=True)
class Services:
    """Both, running, and a folder that goes with them."""

    kafka: KafkaServer
    minio: MinioServer
    folder: Path

    @property
    def aws(self) -> dict[str, str]:
        """How clients are told of the MinIO."""
        return aws_variables(self.minio.endpoint, self.minio.access_key, self.minio.secret_key)

    def bucket(self, name: str) -> Bucket:
        """A new bucket."""
        minio = self.minio
        return Bucket(minio.endpoint, minio.access_key, minio.secret_key, name)


@contextmanager
def real_services(properties: Mapping[str, str] | None = None) -> Iterator[Services]:
    """Start both; ``properties`` are more of Kafka's."""
    with TemporaryDirectory(prefix="greenpulse-benchmark-") as name, ExitStack() as started:
        folder = Path(name)
        kafka = KafkaServer(folder / "kafka", properties=properties)
        minio = MinioServer(folder / "minio")
        for service in (kafka, minio):
            started.callback(service.stop)
            service.start()
        yield Services(kafka, minio, folder)
