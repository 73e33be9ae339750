"""Where the services that all tests share are found."""

from dataclasses import dataclass, field

from yarl import URL

__all__ = ["KafkaAddress", "S3Address", "SecureKafkaAddress"]


@dataclass(frozen=True)
class KafkaAddress:
    """A Kafka: ``host:port``."""

    hosts: str


@dataclass(frozen=True)
class SecureKafkaAddress:
    """A ``support.services.secure_kafka.SecureKafka``: a listener of each protocol."""

    hosts: str
    tls_hosts: str
    sasl_hosts: str
    sasl_tls_hosts: str
    ca_file: str
    other_ca_file: str


@dataclass(frozen=True)
class S3Address:
    """An S3 service and a user who may do everything in it."""

    endpoint: str
    access_key: str
    secret_key: str = field(repr=False)

    @classmethod
    def of(cls, address: str) -> "S3Address":
        """From ``http://access:secret@host:port``."""
        url = URL(address)
        return cls(str(url.origin()), url.user or "", url.password or "")
