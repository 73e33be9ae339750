"""``query``: one SELECT on the warehouse, as a table for people or in a form for programs."""

import sys

import click

from greenpulse.commands.printing import NULL, print_table
from greenpulse.commands.query_formats import as_csv, as_json, as_text
from greenpulse.commands.running import CouldNotDo, current_settings, run_to_end
from greenpulse.parts import open_warehouse
from greenpulse.settings import Settings
from greenpulse.warehouse.warehouse import QueryResult

__all__ = ["query_command"]

_STDIN = "-"
_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL")


@click.command("query")
@click.argument("sql", metavar="SQL")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv", "parquet"]),
    default="table",
    show_default=True,
    help="A table for people; the others for programs.",
)
def query_command(sql: str, form: str) -> None:
    """Run one SELECT on the warehouse in force, in Snowflake's dialect; - reads it from stdin.

    It can only read: nothing is written, no file is read, no setting is changed. Times are
    UTC. In csv, NULL is empty and an empty text is "".

    Example: greenpulse query "select * from gold.intensity_now"
    """
    settings = current_settings()
    if form == "parquet" and sys.stdout.isatty():
        message = "writing Parquet to a terminal: send it to a file, as in … > rows.parquet"
        raise CouldNotDo(message)
    text = click.get_text_stream("stdin").read() if sql == _STDIN else sql
    result = run_to_end(_query(settings, text))
    match form:
        case "table":
            _print_table(result)
        case "json":
            _write("".join(as_json(result)).encode())
        case "csv":
            _write("".join(as_csv(result)).encode())
        case _:
            # Here, since a worker knows all commands and must not carry their libraries.
            from greenpulse.commands.query_parquet import as_parquet  # noqa: PLC0415

            _write(as_parquet(result))


async def _query(settings: Settings, sql: str) -> QueryResult:
    warehouse = open_warehouse(settings)
    if warehouse is None:
        message = "running the query: GREENPULSE_WAREHOUSE is none, so there are no rows to ask for"
        raise CouldNotDo(message)
    try:
        return await warehouse.query(sql)
    finally:
        await warehouse.close()


def _print_table(result: QueryResult) -> None:
    print_table(
        result.columns,
        [[NULL if value is None else as_text(value) for value in row] for row in result.rows],
        right_aligned=[kind.startswith(_NUMBERS) for kind in result.types],
    )
    count = len(result.rows)
    click.echo(f"({count:,} row{'' if count == 1 else 's'})")


def _write(text: bytes) -> None:
    click.get_binary_stream("stdout").write(text)
