"""Kafka's errors as ours."""

from collections.abc import Iterator
from contextlib import contextmanager

from aiokafka.errors import (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaError,
    MessageSizeTooLargeError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)

from greenpulse.broker.kafka_records import MAX_BATCH_BYTES
from greenpulse.errors import BrokerUnavailable, PermanentError, SettingsError

__all__ = ["translated"]

_NOT_ALLOWED = (
    AuthenticationFailedError,
    AuthenticationMethodNotSupported,
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnsupportedSaslMechanismError,
)


@contextmanager
def translated(action: str, hosts: str) -> Iterator[None]:
    """Raise our errors only; ``action`` in gerund form, with its object quoted.

    Raises:
        BrokerUnavailable: Kafka cannot be reached, or did not acknowledge.
        SettingsError: it does not let us in, or not do this.
        PermanentError: the message is too large for the topic.
    """
    doing = f"{action} on Kafka at {hosts!r}"
    try:
        yield
    except _NOT_ALLOWED as error:
        message = f"{doing}: {error}: check the GREENPULSE_KAFKA_ settings and the user's rights"
        raise SettingsError(message) from error
    except MessageSizeTooLargeError as error:
        message = (
            f"{doing}: {error}: set the topic's max.message.bytes to {MAX_BATCH_BYTES}, as "
            "GreenPulse does when it creates it"
        )
        raise PermanentError(message) from error
    except (KafkaError, OSError, TimeoutError) as error:
        message = f"{doing}: {str(error) or type(error).__name__}"
        raise BrokerUnavailable(message) from error
