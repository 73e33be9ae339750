"""A Power BI project as its files say it is: read without the generator that wrote them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Project", "ReadColumn", "ReadMeasure", "ReadTable", "read_project"]

_OBJECT = re.compile(r"(measure|column|partition) ('[^']+'|\w+)(?: =(.*))?$")
_VIEW = re.compile(r'Name = "(\w+)", Kind = "View"')


@dataclass(slots=True)
class ReadColumn:
    """A column: ``source`` is empty where it is calculated by ``expression``."""

    kind: str = ""
    source: str = ""
    sorted_by: str = ""
    expression: str = ""


@dataclass(slots=True)
class ReadMeasure:
    """A measure, with what explains and formats it."""

    expression: str = ""
    description: str = ""
    format: str = ""


@dataclass(slots=True)
class ReadTable:
    """A table, with the view that its partition names."""

    name: str
    view: str
    is_direct_query: bool
    columns: dict[str, ReadColumn] = field(default_factory=dict)
    measures: dict[str, ReadMeasure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Project:
    """Tables by name, relationships as pairs of (table, column), visuals by page and name."""

    tables: dict[str, ReadTable]
    relationships: list[tuple[tuple[str, str], tuple[str, str]]]
    pages: dict[str, dict[str, Any]]
    visuals: dict[tuple[str, str], dict[str, Any]]
    theme: dict[str, Any]

    def on(self, page: str) -> list[dict[str, Any]]:
        """Visuals of a page, in the order of the tab key."""
        found = [visual for (where, _), visual in self.visuals.items() if where == page]
        return sorted(found, key=lambda visual: int(visual["position"]["tabOrder"]))


def read_project(folder: Path) -> Project:
    """Read the one model and the one report in ``folder``."""
    model = next(folder.glob("*.SemanticModel")) / "definition"
    report = next(folder.glob("*.Report"))
    tables = [_table(file.read_text("utf-8")) for file in (model / "tables").glob("*.tmdl")]
    pages = report / "definition" / "pages"
    return Project(
        {each.name: each for each in tables},
        list(_relationships(model / "relationships.tmdl")),
        {file.parent.name: _json(file) for file in pages.glob("*/page.json")},
        {
            (file.parents[2].name, file.parent.name): _json(file)
            for file in pages.glob("*/visuals/*/visual.json")
        },
        _json(next((report / "StaticResources" / "RegisteredResources").glob("*.json"))),
    )


def _json(file: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return document


def _table(text: str) -> ReadTable:
    view = _VIEW.search(text)
    named = re.search(r"^table ('[^']+'|\w+)$", text, re.MULTILINE)
    assert named, text
    table = ReadTable(
        named[1].strip("'"), view[1] if view else "", "\n\t\tmode: directQuery\n" in text
    )
    description = ""
    current: ReadColumn | ReadMeasure | None = None
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip("\t"))
        words = line.strip()
        if depth == 1 and words.startswith("/// "):
            description = words.removeprefix("/// ")
        elif depth == 1 and (found := _OBJECT.match(words)):
            current = _begun(table, found, description)
            description = ""
        elif depth == 2 and current is not None:
            _set_property(current, words)
        elif depth > 2 and current is not None:
            current.expression += words + "\n"
    return table


def _begun(
    table: ReadTable, found: re.Match[str], description: str
) -> ReadColumn | ReadMeasure | None:
    kind, name, expression = found[1], found[2].strip("'"), (found[3] or "").strip()
    if kind == "measure":
        table.measures[name] = ReadMeasure(expression, description)
        return table.measures[name]
    if kind == "column":
        table.columns[name] = ReadColumn(expression=expression)
        return table.columns[name]
    return None


def _set_property(owner: ReadColumn | ReadMeasure, words: str) -> None:
    name, _, value = words.partition(": ")
    if isinstance(owner, ReadMeasure):
        if name == "formatString":
            owner.format = value
        return
    match name:
        case "dataType":
            owner.kind = value
        case "sourceColumn":
            owner.source = value
        case "sortByColumn":
            owner.sorted_by = value.strip("'")


def _relationships(file: Path) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    text = file.read_text("utf-8") if file.exists() else ""
    side = r"('[^']+'|\w+)\.('[^']+'|\w+)"
    for found in re.finditer(rf"fromColumn: {side}\n\ttoColumn: {side}\n", text):
        many_table, many, one_table, one = (part.strip("'") for part in found.groups())
        yield (many_table, many), (one_table, one)
