"""Everything that the Power BI project names exists; a project that is broken is found out."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pbi_parsers.dax import to_ast
from support.gold_views import deployed
from support.powerbi_project import Project, read_project
from support.powerbi_references import complaints, fields_in

from powerbi.generator.model import Table
from powerbi.generator.project import project_files, write_project
from powerbi.generator.tables import TABLES

COMMITTED = Path(__file__).parents[2] / "powerbi"
GOLD = COMMITTED.parent / "sql" / "gold"

Gold = dict[str, dict[str, str]]


def test_the_committed_files_are_what_the_generator_makes() -> None:
    made = project_files(file.stem for file in GOLD.glob("*.sql"))
    folders = [path for path in COMMITTED.glob("GreenPulse*") if path.is_dir()]

    committed = {
        str(file.relative_to(COMMITTED)): file.read_text("utf-8")
        for file in [
            *COMMITTED.glob("GreenPulse.pbip"),
            *(file for folder in folders for file in folder.rglob("*")),
        ]
        if file.is_file() and ".pbi" not in file.parts
    }

    assert committed == made, "run: python -m powerbi.generator"


def test_a_page_goes_with_the_last_view_that_it_needs(tmp_path: Path, gold: Gold) -> None:
    write_project(tmp_path, gold)
    assert set(read_project(tmp_path).pages) == {
        "live",
        "plan",
        "mix",
        "regions",
        "skill",
        "pipeline",
    }

    write_project(tmp_path, set(gold) - {"generation_mix", "data_gaps"})

    project = read_project(tmp_path)
    assert set(project.pages) == {"live", "plan", "regions", "skill"}
    assert "Generation mix" not in project.tables
    assert complaints(project, gold) == []


def test_a_slicer_spares_only_visuals_that_are_there(project: Project) -> None:
    for name, page in project.pages.items():
        for pair in page.get("visualInteractions", []):
            assert {(name, pair["source"]), (name, pair["target"])} <= set(project.visuals)


def test_the_project_names_only_what_there_is(project: Project, gold: Gold) -> None:
    assert complaints(project, gold) == []


@pytest.mark.parametrize(
    ("parameter", "made_by"),
    [
        ("Warehouse", "create warehouse if not exists"),
        ("Database", "create database if not exists"),
        ("Role", "create role if not exists"),
    ],
)
def test_the_parameters_begin_with_what_the_account_script_makes(
    parameter: str, made_by: str
) -> None:
    model = COMMITTED / "GreenPulse.SemanticModel" / "definition" / "expressions.tmdl"
    value = re.search(rf'expression {parameter} = "(\w+)"', model.read_text("utf-8"))
    script = (COMMITTED.parent / "sql" / "snowflake" / "account.sql").read_text("utf-8")

    assert value
    assert re.search(rf"{made_by} {value[1]}\b", script, re.IGNORECASE)


def test_every_gold_view_is_a_table_that_is_asked_directly(tmp_path: Path) -> None:
    tables = read_project(COMMITTED).tables.values()

    assert {table.view.lower() for table in tables} == set(deployed(tmp_path))
    assert all(table.is_direct_query for table in tables)


def test_every_visual_shows_something(project: Project) -> None:
    assert project.visuals
    for visual in project.visuals.values():
        is_text = visual["visual"]["visualType"] == "textbox"
        assert is_text or list(fields_in(visual["visual"]["query"]))


def test_every_measure_is_described_and_all_but_texts_have_a_format(project: Project) -> None:
    texts = {
        "Index now",
        "Colour now",
        "Half hour now",
        "Last half hour in words",
        "Moment of the query",
        "Freshness",
        "Freshness colour",
        "Cleanest region now",
    }
    measures = {
        name: measure
        for table in project.tables.values()
        for name, measure in table.measures.items()
    }

    assert all(measure.description for measure in measures.values())
    assert {name for name, measure in measures.items() if not measure.format} <= texts


@pytest.mark.parametrize("table", TABLES, ids=lambda table: str(table.name))
def test_every_expression_is_dax(table: Table) -> None:
    for measure in table.measures:
        assert to_ast(measure.expression) is not None
    for column in table.calculated:
        assert to_ast(column.expression) is not None


def test_no_measure_counts_distinct_values(project: Project) -> None:
    # Microsoft lists it as a known issue of the Snowflake connector 2.0: it counts wrongly.
    for table in project.tables.values():
        assert not any("DISTINCTCOUNT" in each.expression for each in table.measures.values())


def test_a_broken_expression_is_no_dax() -> None:
    with pytest.raises((AssertionError, ValueError)):
        to_ast("CALCULATE(SUM('Pipeline'[Loads])")


@pytest.mark.parametrize(
    ("view", "column"),
    [
        ("half_hourly_intensity", "intensity_index"),
        ("intensity_now", "now_at"),
        ("pipeline_health", "loads"),
        ("data_gaps", "ends_at"),
    ],
)
def test_a_renamed_column_of_a_view_is_found(
    project: Project, gold: Gold, view: str, column: str
) -> None:
    columns = {name: kind for name, kind in gold[view].items() if name != column}

    found = complaints(project, {**gold, view: {**columns, "renamed": gold[view][column]}})

    assert any(f"no column {column.upper()} in gold.{view}" in each for each in found)


def test_another_type_of_a_column_is_found(project: Project, gold: Gold) -> None:
    other = {**gold["pipeline_health"], "loads": "string"}

    found = complaints(project, {**gold, "pipeline_health": other})

    assert found == ["Pipeline[Loads]: is int64, the view has string"]


def test_a_view_that_is_gone_is_found(project: Project, gold: Gold) -> None:
    found = complaints(project, {name: each for name, each in gold.items() if name != "data_gaps"})

    assert found == ["Data gaps: no view gold.data_gaps"]


@pytest.mark.parametrize(
    ("file", "change", "want"),
    [
        ("tables/Now.tmdl", ("measure 'Forecast now'", "measure 'Forecast'"), "no measure Now["),
        ("tables/Half hours.tmdl", ("column Index\n", "column Word\n"), "no Half hours[Index]"),
        ("tables/Pipeline.tmdl", ("SUM('Pipeline'[Loads])", "SUM('Pipeline'[Load])"), "[Load]"),
        ("tables/Now.tmdl", ("[Data age in minutes]", "[Age]"), "no [Age]"),
        ("tables/Half hours.tmdl", ("sortByColumn: 'Index order'", "sortByColumn: Rank"), "Rank"),
    ],
)
def test_what_is_renamed_in_one_file_alone_is_found(
    copied: Path, gold: Gold, file: str, change: tuple[str, str], want: str
) -> None:
    place = copied / "GreenPulse.SemanticModel" / "definition" / file
    replace(place, lambda text: text.replace(*change))

    assert any(want in each for each in complaints(read_project(copied), gold))


def test_a_relationship_to_nowhere_is_found(copied: Path, gold: Gold) -> None:
    place = copied / "GreenPulse.SemanticModel" / "definition" / "relationships.tmdl"
    place.write_text("relationship x\n\tfromColumn: Pipeline.Hour\n\ttoColumn: Hours.Start\n")

    assert complaints(read_project(copied), gold) == ["relationship: no ('Hours', 'Start')"]


def replace(file: Path, change: Callable[[str], str]) -> None:
    before = file.read_text("utf-8")
    after = change(before)
    assert after != before
    file.write_text(after, "utf-8")
