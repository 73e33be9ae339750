"""Is a Kafka reached, and if not, why: one sentence with the way out.

aiokafka's clients log why a host is not reached and raise that none is. So it is asked
here before one of them starts.
"""

import socket
import ssl
from asyncio import IncompleteReadError

from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_errors import reason_of
from greenpulse.errors import BrokerUnavailable, GreenpulseError, SettingsError

__all__ = ["prove_reached"]

_PATIENCE_MS = 5_000
_PROTOCOL = "GREENPULSE_KAFKA_SECURITY_PROTOCOL"
_TLS_ALERT = b"\x15\x03"

_Place = tuple[str, int]


async def prove_reached(connection: KafkaConnection) -> None:
    """See that one of the hosts, and one of the brokers that it names, lets us in.

    Raises:
        SettingsError: somebody answers, but not to this user or this protocol.
        BrokerUnavailable: nobody answers.
    """
    refusals: list[GreenpulseError] = []
    for host, port, _ in collect_hosts(connection.hosts.split(","), randomize=False):
        try:
            brokers = await _brokers(connection, (host, port))
        except (KafkaError, OSError) as error:
            refusals.append(_refusal(connection, (host, port), error))
        else:
            await _prove_one_reached(connection, (host, port), brokers)
            return
    # Of several hosts one may be down for a while; what is wrong with another stays wrong.
    refusals.sort(key=lambda refusal: not isinstance(refusal, SettingsError))
    raise refusals[0]


async def _brokers(connection: KafkaConnection, place: _Place) -> list[_Place]:
    opened = await create_conn(
        *place, request_timeout_ms=_PATIENCE_MS, **connection.security_options()
    )
    try:
        metadata = await opened.send(MetadataRequest([]))
        return [(host, port) for _, host, port, *_ in metadata.brokers]
    finally:
        opened.close()


async def _prove_one_reached(
    connection: KafkaConnection, asked: _Place, brokers: list[_Place]
) -> None:
    cause: Exception | None = None
    for place in brokers:
        if place == asked:
            return
        try:
            await _brokers(connection, place)
        except (KafkaError, OSError) as error:
            cause = error
        else:
            return
    if cause is not None:
        named = " and ".join(f"'{host}:{port}'" for host, port in brokers)
        message = (
            f"connecting to Kafka at '{asked[0]}:{asked[1]}': it names its brokers {named}, and "
            f"none of them lets this machine in ({reason_of(cause)}): let advertised.listeners of "
            "Kafka name addresses that this machine reaches"
        )
        raise BrokerUnavailable(message) from cause


def _refusal(connection: KafkaConnection, place: _Place, error: Exception) -> GreenpulseError:
    kind, reason = _explained(connection, error)
    refusal = kind(f"connecting to Kafka at '{place[0]}:{place[1]}': {reason}")
    refusal.__cause__ = error
    return refusal


def _explained(  # noqa: PLR0911 - one return for each reason
    connection: KafkaConnection, error: Exception
) -> tuple[type[GreenpulseError], str]:
    protocol = connection.security_protocol
    if isinstance(error, SaslAuthenticationFailed):
        return SettingsError, (
            f"it does not let in '{connection.username}' ({reason_of(error)}): check "
            "GREENPULSE_KAFKA_USERNAME and GREENPULSE_KAFKA_PASSWORD"
        )
    if isinstance(error, UnsupportedSaslMechanismError):
        return SettingsError, (
            f"it does not know {connection.sasl_mechanism}: set GREENPULSE_KAFKA_SASL_MECHANISM "
            "to one that it does"
        )
    if isinstance(error, IllegalSaslStateError):
        return SettingsError, (
            f"nobody signs in there: set {_PROTOCOL} to {protocol.removeprefix('SASL_')}, or "
            "GREENPULSE_BROKER to a listener with SASL"
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return SettingsError, (
            f"its certificate is not trusted ({error.verify_message}): set "
            "GREENPULSE_KAFKA_CA_FILE to the certificate of who signed it, and name the host as "
            "it does"
        )
    if isinstance(error, ssl.SSLError) or (
        connection.is_encrypted and isinstance(error, ConnectionResetError)
    ):
        return BrokerUnavailable, (
            f"it does not speak TLS: set {_PROTOCOL} to {protocol.replace('SSL', 'PLAINTEXT')}, or "
            "GREENPULSE_BROKER to a listener with TLS"
        )
    if isinstance(error, socket.gaierror):
        return BrokerUnavailable, f"{reason_of(error)}: check the host in GREENPULSE_BROKER"
    if isinstance(error, ConnectionRefusedError):
        return BrokerUnavailable, (
            "nothing listens there: start Kafka, or set GREENPULSE_BROKER to where it is"
        )
    if isinstance(error, TimeoutError):
        return BrokerUnavailable, (
            f"no answer within {_PATIENCE_MS // 1000} s: see whether a Kafka runs there and no "
            "firewall stands before it, or set GREENPULSE_BROKER to where it is"
        )
    return BrokerUnavailable, _first_bytes(connection, error)


def _first_bytes(connection: KafkaConnection, error: Exception) -> str:
    """What a peer is that closed the connection, by how its answer began."""
    cause = error.__cause__
    # aiokafka reads the first four bytes as the size of what follows.
    begun = b""
    if isinstance(cause, IncompleteReadError) and cause.expected and len(cause.partial) > 0:
        begun = cause.expected.to_bytes(4, "big", signed=True)
    if begun == b"HTTP":
        return "a web server answers there: set GREENPULSE_BROKER to a Kafka"
    if begun.startswith(_TLS_ALERT):
        encrypted = connection.security_protocol.replace("PLAINTEXT", "SSL")
        return f"it speaks TLS: set {_PROTOCOL} to {encrypted}"
    return (
        f"it closes the connection without an answer: see whether it is a Kafka whose listener "
        f"speaks {connection.security_protocol}, else set {_PROTOCOL}"
    )
