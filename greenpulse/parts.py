"""From settings to parts: which adapter stands behind each port."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Protocol

from greenpulse.broker.embedded_log import EmbeddedLog
from greenpulse.broker.kafka_connection import KafkaConnection
from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.broker.log import Log
from greenpulse.lake.folder import FolderStore
from greenpulse.lake.store import Store
from greenpulse.settings import Settings
from greenpulse.warehouse.duckdb import DuckDBWarehouse
from greenpulse.warehouse.rebuild import Replacement
from greenpulse.warehouse.rebuild_duckdb import DuckDBReplacement
from greenpulse.warehouse.warehouse import Warehouse

if TYPE_CHECKING:
    from greenpulse.warehouse.snowflake_account import SnowflakeAccount

__all__ = [
    "closing",
    "kafka_connection",
    "open_log",
    "open_replacement",
    "open_store",
    "open_warehouse",
]


def open_log(settings: Settings) -> Log:
    """The log that GREENPULSE_BROKER names; nothing is connected or created yet."""
    if settings.broker.path is not None:
        return EmbeddedLog(settings.broker.path)
    return KafkaLog(kafka_connection(settings))


def kafka_connection(settings: Settings) -> KafkaConnection:
    """How to reach the Kafka that GREENPULSE_BROKER and GREENPULSE_KAFKA_… name."""
    return KafkaConnection(
        settings.broker.location,
        security_protocol=settings.kafka_security_protocol,
        sasl_mechanism=settings.kafka_sasl_mechanism,
        username=settings.kafka_username,
        password=settings.kafka_password,
        ca_file=settings.kafka_ca_file,
    )


def open_store(settings: Settings) -> Store:
    """The object store that GREENPULSE_LAKE names; nothing is connected or created yet."""
    if settings.lake.path is not None:
        return FolderStore(settings.lake.path)
    # Half a second and 11 MiB that no command with a folder as lake has to pay for.
    from greenpulse.lake.s3 import S3Store  # noqa: PLC0415
    from greenpulse.lake.s3_client import S3Account  # noqa: PLC0415

    account = S3Account(
        endpoint=settings.s3_endpoint,
        access_key=settings.s3_access_key,
        secret_key=settings.s3_secret_key,
        region=settings.s3_region,
    )
    return S3Store(settings.lake.location, account)


def open_warehouse(settings: Settings) -> Warehouse | None:
    """The warehouse that GREENPULSE_WAREHOUSE names; None where it is ``none``.

    Raises:
        SettingsError: its address or its settings make no sense together.
    """
    if settings.warehouse.scheme == "none":
        return None
    if settings.warehouse.path is not None:
        return DuckDBWarehouse(settings.warehouse.path)
    # Half a second and 40 MiB that nobody with a file as warehouse has to pay for.
    from greenpulse.warehouse.snowflake import SnowflakeWarehouse  # noqa: PLC0415

    return SnowflakeWarehouse(_snowflake_account(settings))


def open_replacement(settings: Settings) -> Replacement | None:
    """What can replace the warehouse that GREENPULSE_WAREHOUSE names; None where it is ``none``.

    Raises:
        SettingsError: as ``open_warehouse``.
    """
    if settings.warehouse.scheme == "none":
        return None
    if settings.warehouse.path is not None:
        return DuckDBReplacement(settings.warehouse.path)
    from greenpulse.warehouse.rebuild_snowflake import SnowflakeReplacement  # noqa: PLC0415

    return SnowflakeReplacement(_snowflake_account(settings))


def _snowflake_account(settings: Settings) -> "SnowflakeAccount":
    from greenpulse.warehouse.snowflake_account import SnowflakeAccount  # noqa: PLC0415

    account, _, database = settings.warehouse.location.partition("/")
    return SnowflakeAccount(
        account,
        database,
        user=settings.snowflake_user,
        role=settings.snowflake_role,
        warehouse=settings.snowflake_warehouse,
        private_key_file=settings.snowflake_private_key_file,
        private_key_passphrase=settings.snowflake_private_key_passphrase,
        host=settings.snowflake_host,
        port=int(settings.snowflake_port) if settings.snowflake_port else None,
        protocol=settings.snowflake_protocol,
        password=settings.snowflake_password,
    )


class _Part(Protocol):
    async def close(self) -> None: ...


@asynccontextmanager
async def closing(*parts: _Part | None) -> AsyncIterator[None]:
    """Close every one of ``parts`` in the end, also where closing another one fails."""
    async with AsyncExitStack() as opened:
        for part in parts:
            if part is not None:
                opened.push_async_callback(part.close)
        yield
