"""What a Power BI project names that is not there, held against the views of gold."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from support.powerbi_project import Project, ReadTable

__all__ = ["complaints", "fields_in"]

Gold = Mapping[str, Mapping[str, str]]
"""By view and column, in lower case: the type as TMDL calls it."""

_COLUMN = re.compile(r"'([^']+)'\[([^\]]+)\]")
_MEASURE = re.compile(r"(?<!')\[([^\]]+)\]")
_TEXT = re.compile(r'"[^"]*"')


def complaints(project: Project, gold: Gold) -> list[str]:
    """One sentence for each name that leads nowhere, and each type that differs."""
    found = [each for table in project.tables.values() for each in _table_complaints(table, gold)]
    for table in project.tables.values():
        found += _expression_complaints(table, project)
    for pair in project.relationships:
        found += [f"relationship: no {side}" for side in pair if not _has_column(project, *side)]
    for where, visual in project.visuals.items():
        found += [f"{where}: {each}" for each in _visual_complaints(visual, project)]
    return found


def fields_in(document: Any) -> Iterator[tuple[str, str, str]]:  # noqa: ANN401 - JSON
    """Each column and measure that a visual names: (kind, table, name)."""
    if isinstance(document, list):
        for each in document:
            yield from fields_in(each)
    if not isinstance(document, dict):
        return
    for kind in ("Column", "Measure"):
        owner = document.get(kind)
        if isinstance(owner, dict) and "Entity" in owner["Expression"]["SourceRef"]:
            yield kind, owner["Expression"]["SourceRef"]["Entity"], owner["Property"]
    # A filter gives its table a short name first.
    if "From" in document:
        names = {each["Name"]: each["Entity"] for each in document["From"]}
        for condition in document["Where"]:
            for each in condition["Condition"]["In"]["Expressions"]:
                owner = each["Column"]
                yield "Column", names[owner["Expression"]["SourceRef"]["Source"]], owner["Property"]
    for each in document.values():
        yield from fields_in(each)


def _table_complaints(table: ReadTable, gold: Gold) -> Iterator[str]:
    view = gold.get(table.view.lower())
    if view is None:
        yield f"{table.name}: no view gold.{table.view.lower()}"
        return
    for name, column in table.columns.items():
        if column.sorted_by and column.sorted_by not in table.columns:
            yield f"{table.name}[{name}]: sorted by {column.sorted_by}, which is not there"
        if column.expression:
            continue
        kind = view.get(column.source.lower())
        if kind is None:
            yield f"{table.name}[{name}]: no column {column.source} in gold.{table.view.lower()}"
        elif kind != column.kind:
            yield f"{table.name}[{name}]: is {column.kind}, the view has {kind}"


def _expression_complaints(table: ReadTable, project: Project) -> Iterator[str]:
    expressions = {name: column.expression for name, column in table.columns.items()}
    expressions |= {name: measure.expression for name, measure in table.measures.items()}
    measures = {name for each in project.tables.values() for name in each.measures}
    for name, expression in expressions.items():
        bare = _TEXT.sub("", expression)
        for owner, column in _COLUMN.findall(bare):
            if not _has_column(project, owner, column):
                yield f"{table.name}[{name}]: no {owner}[{column}]"
        for measure in _MEASURE.findall(bare):
            if measure not in measures:
                yield f"{table.name}[{name}]: no [{measure}]"


def _visual_complaints(visual: dict[str, Any], project: Project) -> Iterator[str]:
    for kind, owner, name in fields_in(visual):
        if kind == "Column" and not _has_column(project, owner, name):
            yield f"no column {owner}[{name}]"
        if kind == "Measure" and name not in getattr(project.tables.get(owner), "measures", {}):
            yield f"no measure {owner}[{name}]"


def _has_column(project: Project, table: str, column: str) -> bool:
    return table in project.tables and column in project.tables[table].columns
