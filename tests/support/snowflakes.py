"""Warehouses at Snowflake's stand-in."""

from support.services.fakesnow import FakesnowServer

from greenpulse.clock import Clock
from greenpulse.warehouse.snowflake import SnowflakeWarehouse
from greenpulse.warehouse.snowflake_account import SnowflakeAccount

__all__ = ["stand_in_account", "stand_in_warehouse"]


def stand_in_account(port: int) -> SnowflakeAccount:
    return SnowflakeAccount("greenpulse", "ENERGY_PROJECT", host="127.0.0.1", port=port)


def stand_in_warehouse(server: FakesnowServer, clock: Clock | None = None) -> SnowflakeWarehouse:
    return SnowflakeWarehouse(stand_in_account(server.port), clock=clock)
