"""One page of the report, and its file."""

from dataclasses import dataclass
from typing import Any

from powerbi.generator.visuals import SCHEMAS, Visual, literal

__all__ = ["Page", "page_json"]

_WIDTH, _HEIGHT = 1280, 720


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on it, in the order of reading.

    ``refresh_minutes`` is the period of the automatic page refresh, 0 for none; ``unmoved``
    are pairs of a slicer and a visual that it does not filter.
    """

    name: str
    title: str
    visuals: tuple[Visual, ...]
    refresh_minutes: int = 0
    unmoved: tuple[tuple[str, str], ...] = ()


def page_json(page: Page) -> dict[str, Any]:
    """The file ``page.json``."""
    document: dict[str, Any] = {
        "$schema": f"{SCHEMAS}/page/2.0.0/schema.json",
        "name": page.name,
        "displayName": page.title,
        "displayOption": "FitToPage",
        "height": _HEIGHT,
        "width": _WIDTH,
    }
    if page.refresh_minutes:
        # The only bytes of a fixed period that are known to come from Power BI itself
        # (powerbi/README.md): no refreshType, and the duration as ISO 8601 has it.
        refresh = {"show": literal(value=True), "duration": literal(f"PT{page.refresh_minutes}M")}
        document["objects"] = {"pageRefresh": [{"properties": refresh}]}
    if page.unmoved:
        document["visualInteractions"] = [
            {"source": source, "target": target, "type": "NoFilter"}
            for source, target in page.unmoved
        ]
    return document
