"""The SQL files: one object each, with its header, in an order that works anywhere."""

import re
from importlib.resources import files
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from greenpulse.warehouse.scripts import SCHEMAS, deployment_scripts, load_script

SQL = Path(__file__).parents[2] / "sql"
OBJECTS = {name: text for name, text in deployment_scripts().items() if "." in name}
STEPS = sorted(file.stem for file in (SQL / "load").glob("*.sql"))
HEADER = re.compile(
    r"-- Grain:    \S.*\n(--  .*\n)*-- Source:   \S.*\n(--  .*\n)*-- Read by:  \S.*\n"
)
PROMISED = {
    "bronze.raw_intensity",
    "ops.load_manifest",
    "ops.load_lease",
    "ops.identity",
    "ops.now",
    "ops.schedule",
    "silver.poll",
    "silver.national_intensity",
    "silver.regional_intensity",
    "silver.generation_mix",
    "silver.regional_generation_mix",
    "gold.half_hourly_intensity",
    "gold.intensity_now",
    "gold.forecast_history",
    "gold.forecast_skill",
    "gold.greenest_windows",
    "gold.daily_intensity",
    "gold.data_gaps",
    "gold.generation_mix",
    "gold.regional_intensity",
    "gold.pipeline_health",
}


def statements(text: str) -> list[exp.Expr]:
    return [statement for statement in sqlglot.parse(text, read="snowflake") if statement]


def test_every_promised_object_has_its_file() -> None:
    assert set(OBJECTS) >= PROMISED


def test_every_file_of_a_schema_is_deployed_and_packaged() -> None:
    on_disk = {
        f"{schema}.{file.stem}": file.read_text()
        for schema in SCHEMAS
        for file in (SQL / schema).iterdir()
    }

    assert on_disk == OBJECTS
    packaged = files("greenpulse.sql").joinpath("gold", "data_gaps.sql").read_text("utf-8")
    assert packaged == on_disk["gold.data_gaps"]


@pytest.mark.parametrize("name", OBJECTS)
def test_a_file_says_its_grain_its_source_and_who_reads_it(name: str) -> None:
    assert HEADER.match(OBJECTS[name])


@pytest.mark.parametrize("name", OBJECTS)
def test_a_file_makes_the_object_of_its_name_again_and_again(name: str) -> None:
    creation = statements(OBJECTS[name])[0]

    assert isinstance(creation, exp.Create)
    target = creation.this if isinstance(creation.this, exp.Table) else creation.this.this
    assert f"{target.db}.{target.name}" == name
    assert creation.args.get("exists") or (creation.args.get("replace") and creation.kind == "VIEW")


def test_each_object_names_only_those_before_it() -> None:
    known: list[str] = []
    for name, text in OBJECTS.items():
        known.append(name)
        named = {
            f"{table.db}.{table.name}"
            for statement in statements(text)
            for table in statement.find_all(exp.Table)
            if table.db
        }
        assert named <= set(known), name


@pytest.mark.parametrize("step", STEPS)
def test_the_transaction_holds_nothing_that_ends_it_or_that_is_not_everywhere(step: str) -> None:
    # DDL commits on Snowflake, temporary tables included; MERGE fails on its stand-in.
    for statement in statements(load_script(step)):
        assert isinstance(statement, exp.Insert | exp.Update | exp.Delete | exp.Select)


@pytest.mark.parametrize("text", [*OBJECTS.values(), *map(load_script, STEPS)])
def test_the_dialect_is_lower_case_in_short_lines_without_brackets_in_paths(text: str) -> None:
    code = re.sub(r"--.*|'[^']*'", "", text)

    assert max(map(len, text.splitlines())) <= 100
    assert code == code.lower()
    assert "[" not in code
    assert text.endswith(";\n")
