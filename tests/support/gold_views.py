"""The columns of the gold views, as deployed."""

from pathlib import Path

from support.staging import DuckDBRows

__all__ = ["deployed"]

_KINDS = {
    "BIGINT": "int64",
    "INTEGER": "int64",
    "FLOAT": "double",
    "DOUBLE": "double",
    "VARCHAR": "string",
    "TIMESTAMP": "dateTime",
    "DATE": "dateTime",
    "BOOLEAN": "boolean",
}
"""What Power BI makes of a column, by DuckDB's type."""


def deployed(folder: Path) -> dict[str, dict[str, str]]:
    """Type of each column of each view of ``sql/gold``, asked of a DuckDB in ``folder``."""
    rows = DuckDBRows(folder / "warehouse.duckdb")
    found: dict[str, dict[str, str]] = {}
    for row in rows.rows_of(
        "select table_name, column_name, data_type from information_schema.columns"
        " where table_schema = 'gold'"
    ):
        kind = _kind(row["data_type"])
        found.setdefault(row["table_name"], {})[row["column_name"]] = kind
    rows.close()
    return found


def _kind(duckdb_type: str) -> str:
    if duckdb_type.startswith("DECIMAL("):
        return "int64" if duckdb_type.endswith(",0)") else "double"
    return _KINDS.get(duckdb_type, duckdb_type)
