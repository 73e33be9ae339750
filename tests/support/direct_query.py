"""Gold, asked as Power BI's DirectQuery asks it: by ADBC, in SQL that Power Query writes.

Power BI's connector (Implementation 2.0) holds the Go driver that PyPI carries as
adbc-driver-snowflake. The SQL here has the shapes of what Power Query folds to: quoted
names, a SELECT in a SELECT, ``limit 1000001``; it was not recorded from a Power BI.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
from adbc_driver_manager.dbapi import Connection
from adbc_driver_snowflake import DatabaseOptions
from adbc_driver_snowflake.dbapi import connect

__all__ = ["DirectQuery", "direct_query", "kind_of", "quoted", "view_named"]

DATABASE = "ENERGY_PROJECT"
_ROWS = "limit 1000001 offset 0"


class DirectQuery:
    """One session of Power BI at a warehouse."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def table(self, sql: str) -> pa.Table:
        """The answer as it arrives."""
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetch_arrow_table()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The answer, at most as many rows as Power BI takes of a visual's query."""
        return [tuple(row.values()) for row in self.table(f"{sql}\n{_ROWS}").to_pylist()]


@contextmanager
def direct_query(port: int, *, is_precise: bool = False) -> Iterator[DirectQuery]:
    """A session at Snowflake's stand-in.

    Args:
        port: Of the stand-in.
        is_precise: Whether a NUMBER arrives as decimal, as the driver does by default, or
            as whole number or double.
    """
    options = {
        "username": "analyst",
        "password": "none",
        DatabaseOptions.ACCOUNT.value: "greenpulse",
        DatabaseOptions.DATABASE.value: DATABASE,
        DatabaseOptions.ROLE.value: "ANALYST",
        DatabaseOptions.WAREHOUSE.value: "ANALYST_WH",
        DatabaseOptions.PROTOCOL.value: "http",
        DatabaseOptions.HOST.value: "127.0.0.1",
        DatabaseOptions.PORT.value: str(port),
        DatabaseOptions.LOGIN_TIMEOUT.value: "10s",
        DatabaseOptions.REQUEST_TIMEOUT.value: "20s",
        DatabaseOptions.DISABLE_TELEMETRY.value: "true",
        DatabaseOptions.USE_HIGH_PRECISION.value: str(is_precise).lower(),
    }
    with connect(db_kwargs=options, autocommit=True) as connection:
        yield DirectQuery(connection)


def quoted(name: str) -> str:
    """A name as Power Query writes it; Snowflake keeps names in capitals."""
    return f'"{name.upper()}"'


def view_named(name: str) -> str:
    """A view of gold in a FROM."""
    return f'"{DATABASE}"."GOLD".{quoted(name)}'


def kind_of(arrow_type: pa.DataType) -> str:
    """Power BI's name of a type that arrived, as in ``support.gold_views``."""
    kinds = {
        "int64": "int64",
        "double": "double",
        "string": "string",
        "bool": "boolean",
        "date32[day]": "dateTime",
        "timestamp[ns]": "dateTime",
    }
    return kinds.get(str(arrow_type), str(arrow_type))
