"""What makes and mends the objects of ``sql/`` at Snowflake, and sees whether all are there."""

from snowflake.connector import SnowflakeConnection

from greenpulse.warehouse.scripts import deployment_scripts, grants_script
from greenpulse.warehouse.snowflake_account import SnowflakeAccount
from greenpulse.warehouse.snowflake_statements import execute, statements_of
from greenpulse.warehouse.upgrade import EXISTING_COLUMNS, upgrades

__all__ = ["deploy", "is_deployed"]

_STAGE = "bronze.energy_stage"
# The loader's role has no right to gold, and so does not see it.
_SEEN_BY_LOADER = ("bronze.", "ops.", "silver.")


def deploy(account: SnowflakeAccount, connection: SnowflakeConnection) -> None:
    """Create what is absent, add columns that are; grant, but for a stand-in without roles."""
    for change in upgrades(_columns(connection)):
        execute(connection, change)
    scripts = list(deployment_scripts().values())
    if not account.host:
        scripts.append(grants_script(account.database))
    for script in scripts:
        for statement in statements_of(script):
            execute(connection, statement)


def is_deployed(connection: SnowflakeConnection) -> bool:
    """Whether all tables and views that a load needs are there, with all columns."""
    columns = _columns(connection)
    wanted = {name for name in deployment_scripts() if name.startswith(_SEEN_BY_LOADER)}
    return wanted - {_STAGE} <= {table for table, _, _ in columns} and not upgrades(columns)


def _columns(connection: SnowflakeConnection) -> list[tuple[str, str, str]]:
    rows = execute(connection, EXISTING_COLUMNS)
    return [(str(table), str(column), str(kind)) for table, column, kind in rows]
