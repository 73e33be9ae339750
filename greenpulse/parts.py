"""From settings to parts: which adapter stands behind each port."""

from greenpulse.broker.embedded_log import EmbeddedLog
from greenpulse.broker.kafka_log import KafkaLog
from greenpulse.broker.log import Log
from greenpulse.errors import SettingsError
from greenpulse.lake.folder import FolderStore
from greenpulse.lake.store import Store
from greenpulse.settings import Settings
from greenpulse.warehouse.duckdb import DuckDBWarehouse
from greenpulse.warehouse.warehouse import Warehouse

__all__ = ["open_log", "open_store", "open_warehouse"]


def open_log(settings: Settings) -> Log:
    """The log that GREENPULSE_BROKER names; nothing is connected or created yet."""
    if settings.broker.path is not None:
        return EmbeddedLog(settings.broker.path)
    return KafkaLog(settings.broker.location)


def open_store(settings: Settings) -> Store:
    """The object store that GREENPULSE_LAKE names; nothing is connected or created yet.

    Raises:
        SettingsError: this version has no adapter for it.
    """
    if settings.lake.path is not None:
        return FolderStore(settings.lake.path)
    message = f"GREENPULSE_LAKE={settings.lake}: this version keeps a lake in a folder (file://)"
    raise SettingsError(message)


def open_warehouse(settings: Settings) -> Warehouse | None:
    """The warehouse that GREENPULSE_WAREHOUSE names; None where it is ``none``.

    Raises:
        SettingsError: this version has no adapter for it.
    """
    if settings.warehouse.scheme == "none":
        return None
    if settings.warehouse.path is not None:
        return DuckDBWarehouse(settings.warehouse.path)
    message = f"GREENPULSE_WAREHOUSE={settings.warehouse}: this version loads DuckDB (duckdb://)"
    raise SettingsError(message)
