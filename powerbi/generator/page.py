"""One page of the report, and its file."""

from dataclasses import dataclass
from typing import Any

from powerbi.generator.visuals import SCHEMAS, Visual, literal

__all__ = ["HALF_HOUR_MINUTES", "HEIGHT", "LOAD_SECONDS", "WIDTH", "Page", "page_json"]

WIDTH, HEIGHT = 1280, 720

LOAD_SECONDS = 300
"""How often rows come to Snowflake by default: to ask more often costs and shows nothing."""

HALF_HOUR_MINUTES = 30
"""How often forecasts, mix and regions change."""


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
        "height": HEIGHT,
        "width": WIDTH,
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
