"""Kafka's errors as ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka.errors import (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    GroupCoordinatorNotAvailableError,
    IllegalSaslStateError,
    IncompatibleBrokerVersion,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    NodeNotReadyError,
    NotEnoughReplicasAfterAppendError,
    NotEnoughReplicasError,
    RequestTimedOutError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)

from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_records import MAX_BATCH_BYTES
from greenpulse.errors import BrokerUnavailable, PermanentError, SettingsError

__all__ = ["TOO_FEW_REPLICAS", "reason_of", "translated"]

_NOT_ALLOWED = (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    TopicAuthorizationFailedError,
)
_NOT_LET_IN = (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    IllegalSaslStateError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
_NOT_THERE = (KafkaConnectionError, NodeNotReadyError)
_SILENT = (KafkaTimeoutError, RequestTimedOutError, TimeoutError)

TOO_FEW_REPLICAS = (
    "fewer replicas are in sync than the topic's min.insync.replicas: start the brokers that are "
    "away"
)
_TOO_FEW_REPLICAS = (NotEnoughReplicasAfterAppendError, NotEnoughReplicasError)


@contextmanager
def translated(action: str, connection: KafkaConnection) -> Iterator[None]:
    """Raise our errors only; ``action`` in gerund form, with its object quoted.

    Raises:
        BrokerUnavailable: Kafka cannot be reached, or did not acknowledge.
        SettingsError: it does not let us in, or not do this, or is too old.
        PermanentError: the message is too large for the topic.
    """
    doing = f"{action} on Kafka at '{connection.hosts}'"
    try:
        yield
    except _NOT_ALLOWED as error:
        message = f"{doing}: Kafka does not allow it to '{connection.user}': see its rights"
        raise SettingsError(message) from error
    except _NOT_LET_IN as error:
        message = f"{doing}: {reason_of(error)}: check the GREENPULSE_KAFKA_ settings"
        raise SettingsError(message) from error
    except IncompatibleBrokerVersion as error:
        message = (
            f"{doing}: this Kafka is older than 2.8, and does not say when a topic was made anew: "
            "upgrade it, or set GREENPULSE_BROKER to a newer one"
        )
        raise SettingsError(message) from error
    except MessageSizeTooLargeError as error:
        message = (
            f"{doing}: {reason_of(error)}: set the topic's max.message.bytes to {MAX_BATCH_BYTES}, "
            "as GreenPulse does when it starts"
        )
        raise PermanentError(message) from error
    except _TOO_FEW_REPLICAS as error:
        message = f"{doing}: {TOO_FEW_REPLICAS}"
        raise BrokerUnavailable(message) from error
    except GroupCoordinatorNotAvailableError as error:
        message = (
            f"{doing}: Kafka has no coordinator of groups yet; where that lasts, it has fewer "
            "brokers than its offsets.topic.replication.factor: set that to their number"
        )
        raise BrokerUnavailable(message) from error
    except _NOT_THERE as error:
        message = (
            f"{doing}: no broker answers there, or the one that is wanted does not: see whether "
            "all its brokers run and are reached from here"
        )
        raise BrokerUnavailable(message) from error
    except _SILENT as error:
        message = f"{doing}: no answer in time: see whether all its brokers run and are reached"
        raise BrokerUnavailable(message) from error
    except (KafkaError, OSError) as error:
        message = f"{doing}: {reason_of(error)}"
        raise BrokerUnavailable(message) from error


def reason_of(error: Exception) -> str:
    """What aiokafka or the system says, without the name of the class where it says more."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    name = type(error).__name__
    return str(error).rpartition(f"{name}: ")[2] or name
