"""How to reach one Kafka: hosts, protocol, and who we are."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from greenpulse.errors import SettingsError

__all__ = ["KafkaConnection", "connection_of"]


@dataclass(frozen=True, slots=True)
class KafkaConnection:
    """The Kafka at ``hosts``, comma-separated. Nothing is connected or read yet.

    Its text and its repr are fit for logs and errors: they hold no password.
    """

    hosts: str
    security_protocol: str = "PLAINTEXT"
    """PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL."""
    sasl_mechanism: str = ""
    """PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512."""
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""
    """PEM; empty: the certificate authorities of the system."""

    @property
    def signs_in(self) -> bool:
        """Whether Kafka is told who we are."""
        return self.security_protocol.startswith("SASL")

    @property
    def is_encrypted(self) -> bool:
        """Whether it speaks TLS."""
        return self.security_protocol.endswith("SSL")

    @property
    def user(self) -> str:
        """Who we are to Kafka, as its ACLs name us."""
        return f"User:{self.username}" if self.signs_in else "User:ANONYMOUS"

    def client_options(self) -> Mapping[str, object]:
        """What every client of aiokafka takes, hosts included.

        Raises:
            SettingsError: the CA file cannot be read.
        """
        return {"bootstrap_servers": self.hosts.split(","), **self.security_options()}

    def security_options(self) -> Mapping[str, object]:
        """The same without hosts.

        Raises:
            SettingsError: the CA file cannot be read.
        """
        options: dict[str, object] = {"security_protocol": self.security_protocol}
        if self.is_encrypted:
            options["ssl_context"] = self._ssl_context()
        if self.signs_in:
            options["sasl_mechanism"] = self.sasl_mechanism
            options["sasl_plain_username"] = self.username
            options["sasl_plain_password"] = self.password
        return options

    def _ssl_context(self) -> ssl.SSLContext:
        if not self.ca_file:
            return ssl.create_default_context()
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except OSError as error:  # ssl.SSLError is one: what was read is no certificate.
            reason = "it holds no certificate in PEM form"
            if not isinstance(error, ssl.SSLError):
                reason = error.strerror or type(error).__name__
            message = (
                f"reading '{self.ca_file}': {reason}; set GREENPULSE_KAFKA_CA_FILE to the "
                "certificate of who signed the brokers' certificates"
            )
            raise SettingsError(message) from error


def connection_of(transport: object) -> KafkaConnection:
    """How a transport of ours (``greenpulse.broker.kafka``) reaches its Kafka."""
    connection: KafkaConnection = cast("Any", transport).connection
    return connection
