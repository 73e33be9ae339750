"""The whole project: every file of it, made from the views that ``sql/gold`` has."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from powerbi.generator import tmdl
from powerbi.generator.model import Table
from powerbi.generator.page import Page
from powerbi.generator.pages import PAGES
from powerbi.generator.report import report_files
from powerbi.generator.tables import RELATIONSHIPS, TABLES

__all__ = ["MODEL", "REPORT", "project_files"]

MODEL = "GreenPulse.SemanticModel"
REPORT = "GreenPulse.Report"
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
            "artifacts": [{"report": {"path": REPORT}}],
            "settings": {"enableAutoRecovery": True},
        },
        f"{MODEL}/.platform": _platform("SemanticModel"),
        f"{MODEL}/definition.pbism": {
            "$schema": f"{_SCHEMAS}/item/semanticModel/definitionProperties/1.0.0/schema.json",
            "version": "4.2",
            "settings": {},
        },
        f"{REPORT}/.platform": _platform("Report"),
        f"{REPORT}/definition.pbir": {
            "$schema": f"{_SCHEMAS}/item/report/definitionProperties/2.0.0/schema.json",
            "version": "4.0",
            "datasetReference": {"byPath": {"path": f"../{MODEL}"}},
        },
        **{f"{REPORT}/{path}": file for path, file in report_files(pages).items()},
    }
    return {
        **{path: _json(document) for path, document in documents.items()},
        **{f"{MODEL}/definition/{path}": text for path, text in _model_files(tables).items()},
    }


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
