"""The columns of the gold views: as deployed, and as promised where they are yet to come."""

from pathlib import Path

from support.staging import DuckDBRows

__all__ = ["PROMISED", "deployed"]

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

PROMISED = {
    "forecast_history": {
        "period_start_at": "dateTime",
        "observed_at": "dateTime",
        "lead_minutes": "double",
        "forecast_gco2_per_kwh": "double",
    },
    "forecast_skill": {
        "lead_hours": "int64",
        "half_hours": "int64",
        "mean_absolute_error_gco2_per_kwh": "double",
        "bias_gco2_per_kwh": "double",
        "root_mean_square_error_gco2_per_kwh": "double",
    },
    "greenest_windows": {
        "region_id": "int64",
        "region_name": "string",
        "duration_minutes": "int64",
        "starts_at": "dateTime",
        "ends_at": "dateTime",
        "mean_gco2_per_kwh": "double",
        "saving_percent": "double",
    },
    "generation_mix": {
        "period_start_at": "dateTime",
        "fuel": "string",
        "share_percent": "double",
    },
    "regional_intensity": {
        "period_start_at": "dateTime",
        "region_id": "int64",
        "region_name": "string",
        "forecast_gco2_per_kwh": "double",
        "intensity_index": "string",
    },
    "daily_intensity": {
        "settlement_date": "dateTime",
        "half_hours_expected": "int64",
        "half_hours_present": "int64",
        "mean_gco2_per_kwh": "double",
        "minimum_gco2_per_kwh": "double",
        "maximum_gco2_per_kwh": "double",
    },
}
"""Views that users are promised; once ``sql/gold`` has one, what is deployed counts."""


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
