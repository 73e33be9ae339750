"""``sql``: what is printed is what is deployed, and deploying again does no harm."""

import re
from pathlib import Path

import pytest
import sqlglot
from click.testing import CliRunner

from greenpulse.commands.query import query_command
from greenpulse.commands.sql import sql_command


def run_sql(*arguments: str, environ: dict[str, str] | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(sql_command, list(arguments), env=environ)
    assert "Traceback" not in result.output
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("target", ["snowflake", "duckdb"])
def test_what_is_printed_is_sql_of_its_dialect_that_names_every_object(target: str) -> None:
    code, printed, _ = run_sql("print", "--target", target)

    assert code == 0
    assert sqlglot.parse(printed, read=target)
    for name in ("bronze.raw_intensity", "ops.load_manifest", "ops.identity"):
        assert re.search(name, printed, re.IGNORECASE)


def test_snowflake_is_printed_where_nothing_is_said() -> None:
    assert run_sql("print") == run_sql("print", "--target", "snowflake")


def test_what_accountadmin_runs_comes_first_and_can_be_had_alone() -> None:
    _, printed, _ = run_sql("print", "--target", "snowflake")
    _, alone, _ = run_sql("print", "--account")

    assert printed.startswith(alone)
    assert "create table" not in alone
    first, last = printed.index("use role accountadmin"), printed.rindex("to role analyst;")
    assert first < printed.index("create schema if not exists bronze") < last


def test_duckdb_has_no_accounts() -> None:
    code, printed, error = run_sql("print", "--account", "--target", "duckdb")

    assert code == 2
    assert printed == ""
    assert "DuckDB has no accounts" in error


@pytest.mark.usefixtures("working_directory")
def test_deploying_twice_leaves_what_is_there() -> None:
    first = run_sql("deploy")
    second = run_sql("deploy", "--target", "duckdb")

    assert first[0] == second[0] == 0
    rows = CliRunner().invoke(
        query_command, ["select count(*) as n from ops.load_lease", "--format", "csv"]
    )
    assert rows.stdout == "n\n1\n"


@pytest.mark.usefixtures("working_directory")
def test_another_target_than_the_warehouse_in_force_is_refused() -> None:
    code, _, error = run_sql("deploy", "--target", "snowflake")

    assert code == 2
    assert error.startswith("deploying to snowflake: GREENPULSE_WAREHOUSE is duckdb://data/")
    assert list(Path().iterdir()) == []


@pytest.mark.usefixtures("working_directory")
def test_without_a_warehouse_there_is_nowhere_to_deploy() -> None:
    code, _, error = run_sql("deploy", environ={"GREENPULSE_WAREHOUSE": "none"})

    assert code == 2
    assert "GREENPULSE_WAREHOUSE is none" in error
