"""What makes and mends the objects of ``sql/`` at Snowflake, and sees whether all are there."""

from snowflake.connector import SnowflakeConnection

from greenpulse.warehouse.scripts import FILLING_STEP, deployment_scripts, grants_script
from greenpulse.warehouse.snowflake_account import SnowflakeAccount
from greenpulse.warehouse.snowflake_statements import TAKE_TURNS, execute, run_step, statements_of
from greenpulse.warehouse.upgrade import EXISTING_COLUMNS, upgrades

__all__ = ["deploy", "fill", "is_deployed"]

_STAGE = "bronze.energy_stage"
# The loader's role has no right to gold, and so does not see it.
_SEEN_BY_LOADER = ("bronze.", "ops.", "silver.")


def deploy(account: SnowflakeAccount, connection: SnowflakeConnection) -> None:
    """Create, add, fill what is absent; grant, but for a stand-in without roles."""
    for change in upgrades(_columns(connection)):
        execute(connection, change)
    scripts = list(deployment_scripts().values())
    if not account.host:
        scripts.append(grants_script(account.database))
    for script in scripts:
        for statement in statements_of(script):
            execute(connection, statement)
    fill(connection)


def is_deployed(connection: SnowflakeConnection) -> bool:
    """Whether all tables and views that a load needs are there, with all columns."""
    columns = _columns(connection)
    wanted = {name for name in deployment_scripts() if name.startswith(_SEEN_BY_LOADER)}
    return wanted - {_STAGE} <= {table for table, _, _ in columns} and not upgrades(columns)


def fill(connection: SnowflakeConnection) -> None:
    """Mend what loads of an older version did not keep, after the deployment of this one."""
    # Whoever wrote at the same time would double rows.
    execute(connection, "BEGIN")
    execute(connection, TAKE_TURNS)
    run_step(connection, FILLING_STEP, {"load_id": None})
    execute(connection, "COMMIT")


def _columns(connection: SnowflakeConnection) -> list[tuple[str, str, str]]:
    rows = execute(connection, EXISTING_COLUMNS)
    return [(str(table), str(column), str(kind)) for table, column, kind in rows]
