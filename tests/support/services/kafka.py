"""A real Apache Kafka for tests: one process, KRaft, on free ports of 127.0.0.1."""

import asyncio
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from support.services.ports import free_port, is_open
from support.services.process import ServiceProcess
from support.services.programs import kafka_libraries

__all__ = ["KafkaServer"]

_CLUSTER = "Z3JlZW5wdWxzZS10ZXN0cw"
_ANSWERS_WITHIN_SECONDS = 10.0


class KafkaServer(ServiceProcess):
    """One broker, which is its own controller.

    Args:
        folder: Holds its data and log.
        owner: The process with whose end the broker ends, too; else this one.
        second_listener: The security protocol of another listener beside the plain one, such
            as SASL_PLAINTEXT or SSL; what it needs comes in ``properties``. It is named SECOND.
        properties: More of ``server.properties``; each wins over what is set here.

    Attributes:
        hosts: ``127.0.0.1:port`` of the plain listener.
        controller: What other brokers of its cluster name as their voter.
        second_hosts: ``127.0.0.1:port`` of the second listener, where there is one.
    """

    def __init__(
        self,
        folder: Path,
        *,
        owner: int | None = None,
        second_listener: str = "",
        properties: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(folder, owner=owner)
        self._libraries = kafka_libraries()
        self.hosts = f"127.0.0.1:{free_port()}"
        self.second_hosts = f"127.0.0.1:{free_port()}"
        self.controller = f"1@127.0.0.1:{free_port()}"
        self._properties = _properties(self, second_listener) | dict(properties or {})

    def set_property(self, name: str, value: str) -> None:
        """Before the first start: a line of ``server.properties`` that names its own ports."""
        self._properties[name] = value

    def start(self) -> None:
        """Start it, format its folder where it is new, and wait until it answers requests."""
        path = self.folder / "server.properties"
        if not path.exists():
            path.write_text("".join(f"{k}={v}\n" for k, v in self._properties.items()))
            self._format(path)
        super().start()

    def _format(self, path: Path) -> None:
        command = self._java("kafka.tools.StorageTool", *self._format_arguments(), "-c", str(path))
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def _format_arguments(self) -> list[str]:
        return ["format", "-t", _CLUSTER]

    def _command(self) -> list[str]:
        return self._java("kafka.Kafka", str(self.folder / "server.properties"))

    def _java(self, *arguments: str) -> list[str]:
        # The second compiler and the parallel collectors pay only in long-running servers.
        options = ("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
        return ["java", *options, "-cp", f"{self._libraries}/*", *arguments]

    def _answers(self) -> bool:
        # aiokafka would log an error for each time it is too early.
        if not is_open(self.hosts):
            return False
        # In a thread of its own, for the caller's may run an event loop already.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, _knows_its_broker(self.hosts)).result()


async def _knows_its_broker(hosts: str) -> bool:
    admin = AIOKafkaAdminClient(bootstrap_servers=hosts)
    try:
        async with asyncio.timeout(_ANSWERS_WITHIN_SECONDS):
            await admin.start()
            return bool((await admin.describe_cluster())["brokers"])
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        await admin.close()


def _properties(server: KafkaServer, second_protocol: str) -> dict[str, str]:
    second = {"SECOND": second_protocol} if second_protocol else {}
    protocols = {"PLAINTEXT": "PLAINTEXT", "CONTROLLER": "PLAINTEXT"} | second
    listeners = [f"PLAINTEXT://{server.hosts}"]
    listeners += [f"{name}://{server.second_hosts}" for name in second]
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": server.controller,
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listeners": ",".join([*listeners, f"CONTROLLER://{server.controller.removeprefix('1@')}"]),
        "advertised.listeners": ",".join(listeners),
        "listener.security.protocol.map": ",".join(f"{k}:{v}" for k, v in protocols.items()),
        "log.dirs": str(server.folder / "data"),
        # After kill -9 the controller lets the broker back only when its old session is over.
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        "group.initial.rebalance.delay.ms": "0",
        "offsets.topic.num.partitions": "4",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
    }
