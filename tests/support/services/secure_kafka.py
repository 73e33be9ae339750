"""A Kafka with TLS, passwords and ACLs, beside a plain listener where everybody may all."""

import asyncio
from enum import IntEnum
from pathlib import Path

import trustme
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest, DescribeAclsRequest
from cryptography.hazmat.primitives import serialization
from support.services.kafka import KafkaServer
from support.services.ports import free_port

__all__ = ["PASSWORD", "USERS", "Operation", "Resource", "SecureKafka", "allow"]

USERS = ("worker", "importer", "reader", "stranger")
"""Known by every mechanism; what one may do, a test says with ``allow``."""
PASSWORD = "pass-w0rd-that-nobody-may-see"  # noqa: S105 - of a server for tests

_LOOK_SECONDS = 0.05
_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
_MODULES = {
    "PLAIN": "org.apache.kafka.common.security.plain.PlainLoginModule",
    "SCRAM-SHA-256": "org.apache.kafka.common.security.scram.ScramLoginModule",
    "SCRAM-SHA-512": "org.apache.kafka.common.security.scram.ScramLoginModule",
}


class SecureKafka(KafkaServer):
    """A broker with a listener of each security protocol.

    Attributes:
        tls_hosts: ``host:port`` of the listener that speaks SSL.
        sasl_hosts: Of the one that speaks SASL_PLAINTEXT.
        sasl_tls_hosts: Of the one that speaks SASL_SSL.
        ca_file: Who signed the broker's certificate.
        other_ca_file: Somebody else.
    """

    def __init__(self, folder: Path, *, owner: int | None = None) -> None:
        super().__init__(folder, owner=owner)
        self.tls_hosts, self.sasl_hosts, self.sasl_tls_hosts = (
            f"127.0.0.1:{free_port()}" for _ in range(3)
        )
        self.ca_file, self.other_ca_file = str(folder / "ca.pem"), str(folder / "other-ca.pem")
        self._write_certificates()
        listeners = (
            f",SSL://{self.tls_hosts},SASL_PLAINTEXT://{self.sasl_hosts}"
            f",SASL_SSL://{self.sasl_tls_hosts}"
        )
        for name in ("listeners", "advertised.listeners"):
            self._properties[name] += listeners
        self._properties["listener.security.protocol.map"] += (
            ",SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL"
        )
        self._properties |= {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(folder / "broker.pem"),
            "sasl.enabled.mechanisms": ",".join(_MECHANISMS),
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS",
            **_sign_in_modules(),
        }

    def _format_arguments(self) -> list[str]:
        arguments = super()._format_arguments()
        for mechanism in _MECHANISMS[1:]:
            for user in USERS:
                credentials = f"{mechanism}=[name={user},password={PASSWORD}]"
                arguments += ["--add-scram", credentials]
        return arguments

    def _write_certificates(self) -> None:
        authority = trustme.CA()
        certificate = authority.issue_cert("127.0.0.1")
        key = serialization.load_pem_private_key(certificate.private_key_pem.bytes(), None)
        # The one form of keys that Kafka reads.
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
        (self.folder / "broker.pem").write_bytes(pem + chain)
        authority.cert_pem.write_to_path(self.ca_file)
        trustme.CA().cert_pem.write_to_path(self.other_ca_file)


class Resource(IntEnum):
    """What a right is on, by Kafka's numbers."""

    TOPIC = 2
    GROUP = 3


class Operation(IntEnum):
    """Rights, by Kafka's numbers."""

    READ = 3
    WRITE = 4
    CREATE = 5
    DESCRIBE = 8
    DESCRIBE_CONFIGS = 10
    ALTER_CONFIGS = 11


async def allow(hosts: str, user: str, resource: Resource, prefix: str, *rights: Operation) -> None:
    """Give ``user`` those rights on all whose name begins with ``prefix``; they hold on return."""
    admin = AIOKafkaAdminClient(bootstrap_servers=hosts)
    await admin.start()
    client = admin._client  # noqa: SLF001 - aiokafka has no public way to make an ACL
    for right in rights:
        # Kafka's numbers for "names with this prefix" and "allow".
        acl = (resource, prefix, 4, f"User:{user}", "*", right, 3)
        made = await client.send(client.get_random_node(), CreateAclsRequest(*acl))
        assert made.creation_responses == [(0, None)] or not made.creation_responses[0][0]
        # The broker learns a moment later what its controller has taken.
        request = DescribeAclsRequest(*acl)
        while not (await client.send(client.get_random_node(), request)).resources:
            await asyncio.sleep(_LOOK_SECONDS)
    await admin.close()


def _sign_in_modules() -> dict[str, str]:
    passwords = " ".join(f'user_{user}="{PASSWORD}"' for user in USERS)
    return {
        f"listener.name.{listener}.{mechanism.lower()}.sasl.jaas.config": (
            f"{_MODULES[mechanism]} required {passwords if mechanism == 'PLAIN' else ''};"
        )
        for listener in ("sasl_plaintext", "sasl_ssl")
        for mechanism in _MECHANISMS
    }
