"""Microsoft's own parsers, validator and schemas take the project, and refuse a broken one."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7
from support.powerbi_project import Project
from support.powerbi_tools import (
    ToolAbsent,
    fetched,
    m_errors,
    model_of,
    report_diagnostics,
)

ADDRESS = "https://developer.microsoft.com/json-schemas/"
# The validator fetches them where it can; here they are asked for from a copy.
OFFLINE = {"PBIR_SCHEMA_UNREACHABLE"}
DEFINITION = Path("GreenPulse.SemanticModel") / "definition"
CARD = Path("GreenPulse.Report/definition/pages/live/visuals/forecast/visual.json")


@pytest.fixture(scope="session", autouse=True)
def tools() -> None:
    try:
        fetched()
    except ToolAbsent as absent:
        pytest.skip(str(absent))


@pytest.fixture(scope="session")
def schemas() -> Path:
    folder = os.environ.get("GREENPULSE_TEST_POWERBI_SCHEMAS")  # noqa: TID251 - a test may ask
    if not folder:
        pytest.skip("for powerbi set GREENPULSE_TEST_POWERBI_SCHEMAS to microsoft/json-schemas")
    return Path(folder)


@pytest.fixture(scope="session")
def model(folder: Path) -> dict[str, Any]:
    """The model as Microsoft's reader has it."""
    return model_of(folder / DEFINITION)


def m_of(model: dict[str, Any]) -> dict[str, str]:
    """Every piece of M in a model, by its name."""
    found = {each["name"]: each["expression"] for each in model["expressions"]}
    for table in model["tables"]:
        for partition in table["partitions"]:
            found[f"table {table['name']}"] = partition["source"]["expression"]
    return {
        name: text if isinstance(text, str) else "\n".join(text) for name, text in found.items()
    }


def change(file: Path, changed: Callable[[str], str]) -> None:
    before = file.read_text("utf-8")
    assert changed(before) != before
    file.write_text(changed(before), "utf-8")


def test_the_model_reader_sees_what_the_files_say(model: dict[str, Any], project: Project) -> None:
    read = {table["name"]: table for table in model["tables"]}
    assert set(read) == set(project.tables)
    for name, table in project.tables.items():
        columns = {each["name"]: each for each in read[name]["columns"]}
        assert {each: columns[each].get("sourceColumn", "") for each in columns} == {
            each: column.source for each, column in table.columns.items()
        }
        assert {each: columns[each]["dataType"] for each in columns} == {
            each: column.kind for each, column in table.columns.items()
        }
        measures = {each["name"]: each for each in read[name].get("measures", [])}
        assert {each: measures[each].get("description") for each in measures} == {
            each: measure.description for each, measure in table.measures.items()
        }
        assert {each: measures[each].get("formatString", "") for each in measures} == {
            each: unquoted(measure.format) for each, measure in table.measures.items()
        }
    assert len(model.get("relationships", [])) == len(project.relationships)


def unquoted(text: str) -> str:
    """A property as TMDL writes it, which begins with a quote where its value does."""
    return text[1:-1].replace('""', '"') if text.startswith('"') else text


def test_the_account_warehouse_database_and_role_are_parameters(model: dict[str, Any]) -> None:
    parameters = model["expressions"]

    assert {each["name"] for each in parameters} == {"Account", "Warehouse", "Database", "Role"}
    assert all("IsParameterQuery=true" in each["expression"] for each in parameters)
    assert all(each["description"] for each in parameters)


def test_every_query_is_m(model: dict[str, Any]) -> None:
    assert m_errors(m_of(model)) == {}


def test_the_validator_finds_nothing_in_the_report(folder: Path) -> None:
    assert set(report_diagnostics(folder)) <= OFFLINE


def test_every_file_is_as_microsofts_schemas_have_it(folder: Path, schemas: Path) -> None:
    assert schema_complaints(folder, schemas) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("mode: directQuery", "mode: sometimes"),
        ("\t\tdataType: dateTime", "\tdataType: dateTime"),
        ("dataType: double", "dataType: decibel"),
    ],
)
def test_the_model_reader_refuses_what_is_no_tmdl(copied: Path, old: str, new: str) -> None:
    change(copied / DEFINITION / "tables" / "Half hours.tmdl", lambda text: text.replace(old, new))

    with pytest.raises(ValueError, match="Half hours"):
        model_of(copied / DEFINITION)


def test_the_parser_refuses_what_is_no_m() -> None:
    assert set(m_errors({"good": "let a = 1 in a", "bad": "let a = in a"})) == {"bad"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"Data": {', '"Values": {', "PBIR_ROLE"),
        ('"fontColor"', '"inkColour"', "PBIR_"),
        ('"cardVisual"', '"postcard"', "PBIR_VISUAL_TYPE_UNKNOWN"),
    ],
)
def test_the_validator_finds_what_power_bi_does_not_know(
    copied: Path, old: str, new: str, code: str
) -> None:
    change(copied / CARD, lambda text: text.replace(old, new))

    found = set(report_diagnostics(copied)) - OFFLINE
    assert found
    assert all(each.startswith(code) for each in found)


def test_the_schemas_refuse_what_power_bi_does_not_know(copied: Path, schemas: Path) -> None:
    change(copied / CARD, lambda text: re.sub(r'"tabOrder": \d+', '"tabPlace": 1', text))

    assert len(schema_complaints(copied, schemas)) == 1


def schema_complaints(project: Path, schemas: Path) -> list[str]:
    """Where a file is not as the schema that it names has it."""

    def resource(address: str) -> Resource[Any]:
        document = json.loads((schemas / address.removeprefix(ADDRESS)).read_text("utf-8"))
        return Resource.from_contents(document, default_specification=DRAFT7)

    registry: Registry[Any] = Registry(retrieve=resource)  # type: ignore[call-arg] # attrs' alias
    found = []
    for file in [*sorted(project.glob("GreenPulse*/**/*")), project / "GreenPulse.pbip"]:
        is_document = file.suffix in {".json", ".pbip", ".pbir", ".pbism"} or (
            file.name == ".platform"
        )
        # Themes name no schema of theirs; the validator reads them.
        if not is_document or "StaticResources" in file.parts:
            continue
        document = json.loads(file.read_text("utf-8"))
        schema = {**resource(document["$schema"]).contents, "$id": document["$schema"]}
        errors = Draft7Validator(schema, registry=registry).iter_errors(document)
        found += [f"{file.name} {error.json_path}: {error.message[:200]}" for error in errors]
    return found
