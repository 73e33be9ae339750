"""The whole project: every file of it, made from the views that ``sql/gold`` has."""

import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from powerbi.generator import tmdl
from powerbi.generator.model import Table
from powerbi.generator.page import Page
from powerbi.generator.pages import PAGES
from powerbi.generator.report import report_files
from powerbi.generator.tables import RELATIONSHIPS, TABLES

__all__ = ["project_files", "write_project"]

_MODEL = "GreenPulse.SemanticModel"
_REPORT = "GreenPulse.Report"
_SCHEMAS = "https://developer.microsoft.com/json-schemas/fabric"


def project_files(views: Iterable[str]) -> dict[str, str]:
    """Text of each file by its path; tables and pages of absent views are left out.

    ``views`` are the names of gold views, in lower case.
    """
    known = set(views)
    tables = [each for each in TABLES if each.view.lower() in known]
    pages = [page for page in PAGES if _tables_of(page) <= {each.name for each in tables}]
    documents = {
        "GreenPulse.pbip": {
            "$schema": f"{_SCHEMAS}/pbip/pbipProperties/1.0.0/schema.json",
            "version": "1.0",
            "artifacts": [{"report": {"path": _REPORT}}],
            "settings": {"enableAutoRecovery": True},
        },
        f"{_MODEL}/.platform": _platform("SemanticModel"),
        f"{_MODEL}/definition.pbism": {
            "$schema": f"{_SCHEMAS}/item/semanticModel/definitionProperties/1.0.0/schema.json",
            "version": "4.2",
            "settings": {},
        },
        f"{_REPORT}/.platform": _platform("Report"),
        f"{_REPORT}/definition.pbir": {
            "$schema": f"{_SCHEMAS}/item/report/definitionProperties/2.0.0/schema.json",
            "version": "4.0",
            "datasetReference": {"byPath": {"path": f"../{_MODEL}"}},
        },
        **{f"{_REPORT}/{path}": file for path, file in report_files(pages).items()},
    }
    return {
        **{path: _json(document) for path, document in documents.items()},
        **{f"{_MODEL}/definition/{path}": text for path, text in _model_files(tables).items()},
    }


def write_project(folder: Path, views: Iterable[str]) -> None:
    """Write all files below ``folder``; what no longer belongs to the project goes."""
    for name in (_MODEL, _REPORT):
        shutil.rmtree(folder / name, ignore_errors=True)
    for path, text in project_files(views).items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def _model_files(tables: Sequence[Table]) -> dict[str, str]:
    names = {each.name for each in tables}
    kept = [each for each in RELATIONSHIPS if {each.many[0], each.one[0]} <= names]
    files = {
        "database.tmdl": tmdl.database(),
        "model.tmdl": tmdl.model(tables),
        "expressions.tmdl": tmdl.expressions(),
        **{f"tables/{each.name}.tmdl": tmdl.table(each) for each in tables},
    }
    if kept:
        files["relationships.tmdl"] = tmdl.relationships(kept)
    return files


def _tables_of(page: Page) -> set[str]:
    return {
        each.table for visual in page.visuals for fields in visual.roles.values() for each in fields
    }


def _platform(kind: str) -> dict[str, Any]:
    return {
        "$schema": f"{_SCHEMAS}/gitIntegration/platformProperties/2.0.0/schema.json",
        "metadata": {"type": kind, "displayName": "GreenPulse"},
        "config": {"version": "2.0", "logicalId": tmdl.identity("item", kind)},
    }


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
