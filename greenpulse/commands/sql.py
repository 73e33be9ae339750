"""``sql``: tables and views of the warehouse, shown or applied."""

import click

from greenpulse.commands.running import CouldNotDo, current_settings, run_to_end
from greenpulse.parts import open_warehouse
from greenpulse.settings import Settings
from greenpulse.warehouse.dialect import to_duckdb
from greenpulse.warehouse.scripts import account_script, deployment_scripts, grants_script

__all__ = ["sql_command"]

_target = click.option("--target", type=click.Choice(["snowflake", "duckdb"]))


@click.group("sql")
def sql_command() -> None:
    """Show the SQL of tables and views, or apply it to the warehouse in force.

    Example: greenpulse sql print --target duckdb
    """


@sql_command.command("print")
@_target
@click.option("--account", is_flag=True, help="Only what ACCOUNTADMIN runs once at Snowflake.")
def print_command(target: str | None, *, account: bool) -> None:
    """Print what creates each table and view, in order; in Snowflake's dialect by default.

    First comes what ACCOUNTADMIN runs once at Snowflake, then what 'sql deploy' applies.

    Example: greenpulse sql print --account > account.sql
    """
    if target == "duckdb":
        if account:
            message = "printing the account's script: DuckDB has no accounts; leave --target out"
            raise CouldNotDo(message)
        for name, script in deployment_scripts().items():
            statements = [f"{statement};" for statement in to_duckdb(script)]
            if statements:
                click.echo("\n".join([f"-- {name}", *statements, ""]))
        return
    scripts = {"ONCE, AS ACCOUNTADMIN: greenpulse sql print --account": account_script()}
    if not account:
        deployed = deployment_scripts() | {"grants": grants_script()}
        scripts |= {f"greenpulse sql deploy: {name}": text for name, text in deployed.items()}
    for name, script in scripts.items():
        click.echo(f"-- {name}\n{script}")


@sql_command.command("deploy")
@_target
def deploy_command(target: str | None) -> None:
    """Create what is absent in the warehouse in force; again and again without harm.

    Example: greenpulse sql deploy
    """
    settings = current_settings()
    in_force = settings.warehouse.scheme
    if target is not None and target != in_force:
        message = (
            f"deploying to {target}: GREENPULSE_WAREHOUSE is {settings.warehouse}; set it to "
            f"{target}://…"
        )
        raise CouldNotDo(message)
    run_to_end(_deploy(settings))
    click.echo(f"deployed {len(deployment_scripts())} schemas, tables and views")


async def _deploy(settings: Settings) -> None:
    warehouse = open_warehouse(settings)
    if warehouse is None:
        message = "deploying: GREENPULSE_WAREHOUSE is none, so there is nowhere to"
        raise CouldNotDo(message)
    try:
        await warehouse.deploy()
    finally:
        await warehouse.close()
