"""What only Snowflake has: who may do what, and what it may cost."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
from sqlglot import exp

from greenpulse.warehouse.dialect import parsed
from greenpulse.warehouse.scripts import (
    SCHEMAS,
    account_script,
    deployment_scripts,
    grants_script,
    load_script,
)

LOAD = Path(__file__).parents[2] / "sql" / "load"
SCRIPTS = {"account": account_script(), "grants": grants_script()}
GRANT = re.compile(
    r"^grant (?P<privileges>[a-z ,]+?) on (?P<what>.+?) to role (?P<role>\w+)"
    r"(?: copy current grants)?;$",
    re.MULTILINE,
)
CREATION = re.compile(
    r"^create (resource monitor|warehouse|role|database|user) if not exists (\w+)", re.MULTILINE
)
VIEWS = {schema: f"all views in schema {schema}" for schema in SCHEMAS}


def grants(role: str) -> dict[str, set[str]]:
    """Privileges of a role by what they are on, of both scripts."""
    found: dict[str, set[str]] = defaultdict(set)
    for script in SCRIPTS.values():
        for grant in GRANT.finditer(script):
            if grant["role"] == role:
                found[grant["what"]].update(grant["privileges"].split(", "))
    return found


def needed_by_loads() -> dict[str, set[str]]:
    """Privileges on tables that the statements of ``sql/load`` need, beside reading."""
    kinds: dict[type, str] = {exp.Insert: "insert", exp.Update: "update", exp.Delete: "delete"}
    needed: dict[str, set[str]] = defaultdict(set)
    for file in LOAD.glob("*.sql"):
        for statement in parsed(load_script(file.stem)):
            privilege = kinds.get(type(statement))
            if privilege:
                table = statement.find(exp.Table)
                assert table is not None
                needed[f"table {table.db}.{table.name}"].add(privilege)
    return needed


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_is_sql_of_which_every_grant_is_understood(name: str) -> None:
    code = re.sub(r"--.*", "", SCRIPTS[name])

    assert len(parsed(SCRIPTS[name])) == code.count(";")
    of_roles = re.findall(r"^grant role .*;$", code, re.MULTILINE)
    assert len(GRANT.findall(code)) + len(of_roles) == len(
        re.findall("^grant ", code, re.MULTILINE)
    )


def test_the_loader_creates_drops_truncates_and_owns_nothing() -> None:
    held = set().union(*grants("loader").values())

    assert held == {"usage", "read", "write", "select", "insert", "update", "delete"}


def test_the_loader_changes_and_deletes_only_where_a_load_does() -> None:
    # Bronze stays: DELETE is on the list of records to read, and on silver's facts alone.
    changing = {
        what: privileges & {"update", "delete"}
        for what, privileges in grants("loader").items()
        if privileges & {"update", "delete"}
    }

    assert changing == {
        "table bronze.record_to_read": {"delete"},
        "table ops.hour_to_count": {"delete"},
        "table ops.load_lease": {"update"},
        "table ops.pipeline_hour": {"delete"},
        "table ops.series_hour": {"delete"},
        "table silver.national_intensity": {"delete"},
        "table silver.newest_national_run": {"delete"},
        "table silver.forecast_error": {"delete"},
        "table silver.regional_intensity": {"delete"},
        "table silver.regional_sighting": {"delete"},
        "table silver.generation_mix": {"delete"},
        "table silver.regional_generation_mix": {"delete"},
        "table silver.unread_answer": {"delete"},
    }


def test_the_loader_may_do_what_every_statement_of_a_load_needs() -> None:
    may = grants("loader")

    assert may["stage bronze.energy_stage"] == {"read", "write"}
    assert "insert" in may["table bronze.raw_intensity"]
    for table, privileges in needed_by_loads().items():
        assert privileges | {"select"} <= may[table], table
    for name, script in deployment_scripts().items():
        schema, _, _ = name.partition(".")
        if "create table" in script:
            assert "select" in may[f"table {name}"], name
        elif "create or replace view" in script and schema != "gold":
            assert "select" in may[VIEWS[schema]], name


def test_the_analyst_reads_gold_and_nothing_else() -> None:
    held = grants("analyst")

    assert held.pop("warehouse analyst_wh") == {"usage"}
    assert held == {
        "database energy_project": {"usage"},
        "schema gold": {"usage"},
        "all views in schema gold": {"select"},
    }


def test_only_the_deployer_owns() -> None:
    owners = {
        grant["role"]
        for script in SCRIPTS.values()
        for grant in GRANT.finditer(script)
        if grant["privileges"] == "ownership"
    }

    assert owners == {"deployer"}
    assert set(grants("deployer")["account"]) == {"create database"}


def test_accountadmin_is_needed_for_one_script_only() -> None:
    assert account_script().count("use role accountadmin;") == 1
    others = [grants_script(), *deployment_scripts().values()]
    assert not any("use role" in script for script in others)


@pytest.mark.parametrize("warehouse", ["loader_wh", "analyst_wh"])
def test_a_warehouse_is_small_sleeps_after_a_minute_and_is_watched(warehouse: str) -> None:
    creation = re.search(
        rf"create warehouse if not exists {warehouse}\n(.*?);", account_script(), re.DOTALL
    )

    assert creation
    for option in ("warehouse_size = xsmall", "auto_suspend = 60", "initially_suspended = true"):
        assert option in creation[1]
    assert re.search(r"statement_timeout_in_seconds = \d+", creation[1])
    assert f"alter warehouse {warehouse} set resource_monitor =" in account_script()


def test_a_program_has_a_key_and_no_password() -> None:
    users = re.findall(r"create user if not exists \w+\n(.*?);", account_script(), re.DOTALL)

    assert len(users) == 3
    for options in users:
        assert "type = service" in options
        assert re.search(r"rsa_public_key = 'PUBLIC_KEY_OF_THE_[A-Z]+'", options)
    assert "password =" not in account_script()


def test_running_the_script_of_the_account_again_replaces_nothing() -> None:
    assert "or replace" not in account_script()
    assert len(CREATION.findall(account_script())) == 10


def test_all_that_roles_may_do_in_a_database_is_granted_anew_with_each_deployment() -> None:
    # What stood in the script of the account alone would be missing in a rebuilt database.
    for grant in GRANT.finditer(account_script()):
        assert grant["privileges"] == "ownership" or "energy_project" not in grant["what"]
        assert "future" not in grant["what"]


def test_grants_are_made_in_the_database_that_is_deployed_to() -> None:
    elsewhere = grants_script("energy_project_new")

    assert "on database energy_project_new to role loader" in elsewhere
    assert "energy_project " not in elsewhere
