"""Who we are to Kafka, as Faust tells aiokafka."""

from typing import TYPE_CHECKING, cast

from faust.auth import SASLCredentials, SSLCredentials
from faust.types.auth import CredentialsT

from greenpulse.broker.kafka_connection import KafkaConnection

if TYPE_CHECKING:
    from ssl import SSLContext

__all__ = ["faust_credentials"]


def faust_credentials(connection: KafkaConnection) -> CredentialsT | None:
    """The connection's protocol, name and password; None where it is plain and unsigned.

    Raises:
        SettingsError: the CA file cannot be read.
    """
    context = cast("SSLContext | None", connection.security_options().get("ssl_context"))
    if connection.signs_in:
        return SASLCredentials(
            username=connection.username,
            password=connection.password,
            ssl_context=context,
            mechanism=connection.sasl_mechanism,
        )
    return SSLCredentials(context) if context is not None else None
