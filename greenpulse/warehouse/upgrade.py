"""What makes tables of an older schema today's: columns are compared, one by one.

No number of a version is kept: it would say what somebody once deployed, the columns say
what is there. A column that is absent is added, empty; one that we do not know, of a newer
version, stays; views are made anew by each deployment. What cannot be mended so is refused.
"""

from collections.abc import Container, Iterable, Mapping
from functools import cache

from sqlglot import exp

from greenpulse.errors import SettingsError
from greenpulse.warehouse.dialect import parsed
from greenpulse.warehouse.scripts import deployment_scripts

__all__ = ["EXISTING_COLUMNS", "upgrades"]

EXISTING_COLUMNS = """
select
    lower(table_schema || '.' || table_name) as table_name,
    lower(column_name) as column_name,
    data_type
from information_schema.columns
where lower(table_catalog) = lower(current_database())
"""
"""Runs on Snowflake and DuckDB alike; ``upgrades`` takes its rows."""

_KINDS: Mapping[str, Container[object]] = {
    "text": exp.DataType.TEXT_TYPES,
    "a number": exp.DataType.NUMERIC_TYPES,
    "a time": exp.DataType.TEMPORAL_TYPES,
    "true or false": {exp.DataType.Type.BOOLEAN},
    "a document": {exp.DataType.Type.VARIANT, exp.DataType.Type.JSON},
}


def upgrades(existing_columns: Iterable[tuple[str, str, str]]) -> list[str]:
    """Statements in Snowflake's dialect that add what existing tables lack.

    They come before those that create: a table that is absent is theirs.

    Raises:
        SettingsError: a column holds something else than ours; says what to do.
    """
    existing: dict[str, dict[str, str]] = {}
    for table, column, kind in existing_columns:
        existing.setdefault(table, {})[column] = kind
    return [
        f"alter table {table} add column if not exists {column.sql('snowflake')}"
        for table, columns in _tables().items()
        if table in existing
        for column in columns
        if _is_absent(table, column, existing[table])
    ]


def _is_absent(table: str, column: exp.ColumnDef, existing: Mapping[str, str]) -> bool:
    if column.name not in existing:
        return True
    there, wanted = existing[column.name], column.args["kind"]
    kind_there = _kind_of(exp.DataType.build(there, dialect="snowflake"))
    if kind_there != _kind_of(wanted):
        message = (
            f"deploying {table}: its column {column.name!r} is {there}, want {_kind_of(wanted)}; "
            "no version of greenpulse made it so: make the warehouse anew from the lake, with "
            "'greenpulse rebuild'"
        )
        raise SettingsError(message)
    return False


def _kind_of(data_type: exp.DataType) -> str:
    return next((name for name, types in _KINDS.items() if data_type.this in types), "")


@cache
def _tables() -> dict[str, list[exp.ColumnDef]]:
    creations = {name: parsed(text)[0] for name, text in deployment_scripts().items()}
    return {
        name: list(creation.find_all(exp.ColumnDef))
        for name, creation in creations.items()
        if isinstance(creation, exp.Create) and creation.kind == "TABLE"
    }
