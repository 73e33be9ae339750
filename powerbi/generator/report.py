"""The report's own files: what it shows, in what order, in which theme."""

from collections.abc import Sequence
from typing import Any

from powerbi.generator.page import Page, page_json
from powerbi.generator.theme import NAME, theme
from powerbi.generator.visuals import SCHEMAS, visual_json

__all__ = ["report_files"]

_VERSIONS = {"visual": "2.2.0", "report": "3.0.0", "page": "2.0.0"}


def report_files(pages: Sequence[Page]) -> dict[str, dict[str, Any]]:
    """Each file of ``GreenPulse.Report``, by its path within it."""
    files = {
        "definition/version.json": {
            "$schema": f"{SCHEMAS}/versionMetadata/1.0.0/schema.json",
            "version": "2.0.0",
        },
        "definition/report.json": _report(),
        "definition/pages/pages.json": {
            "$schema": f"{SCHEMAS}/pagesMetadata/1.0.0/schema.json",
            "pageOrder": [page.name for page in pages],
            "activePageName": pages[0].name,
        },
        f"StaticResources/RegisteredResources/{NAME}": theme(),
    }
    for page in pages:
        folder = f"definition/pages/{page.name}"
        files[f"{folder}/page.json"] = page_json(page)
        for order, visual in enumerate(page.visuals):
            files[f"{folder}/visuals/{visual.frame.name}/visual.json"] = visual_json(visual, order)
    return files


def _report() -> dict[str, Any]:
    item = {"name": NAME, "path": NAME, "type": "CustomTheme"}
    return {
        "$schema": f"{SCHEMAS}/report/3.0.0/schema.json",
        "themeCollection": {
            "baseTheme": {
                "name": "CY24SU10",
                "reportVersionAtImport": _VERSIONS,
                "type": "SharedResources",
            },
            "customTheme": {
                "name": NAME,
                "reportVersionAtImport": _VERSIONS,
                "type": "RegisteredResources",
            },
        },
        "resourcePackages": [
            {"name": "RegisteredResources", "type": "RegisteredResources", "items": [item]}
        ],
        "settings": {
            "useStylableVisualContainerHeader": True,
            "defaultDrillFilterOtherVisuals": True,
            "useEnhancedTooltips": True,
        },
    }
