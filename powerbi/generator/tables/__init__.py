"""The tables of the model, one for each gold view, and how they hang together."""

from powerbi.generator.model import Relationship, Table
from powerbi.generator.tables.forecasts import FORECAST_HISTORY, FORECAST_SKILL, GREENEST_WINDOWS
from powerbi.generator.tables.grid import DAYS, GENERATION_MIX, REGIONS
from powerbi.generator.tables.national import HALF_HOURS, NOW
from powerbi.generator.tables.pipeline import DATA_GAPS, PIPELINE

__all__ = ["RELATIONSHIPS", "TABLES"]

TABLES: tuple[Table, ...] = (
    NOW,
    HALF_HOURS,
    DAYS,
    GREENEST_WINDOWS,
    GENERATION_MIX,
    REGIONS,
    FORECAST_SKILL,
    FORECAST_HISTORY,
    PIPELINE,
    DATA_GAPS,
)

RELATIONSHIPS: tuple[Relationship, ...] = (
    Relationship(("Half hours", "Settlement date"), ("Days", "Settlement date")),
    Relationship(("Generation mix", "Starts at"), ("Half hours", "Starts at")),
    Relationship(("Regions", "Starts at"), ("Half hours", "Starts at")),
    Relationship(("Forecast history", "Starts at"), ("Half hours", "Starts at")),
)
