"""The pages of the report, in their order."""

from powerbi.generator.page import Page
from powerbi.generator.pages.live import LIVE
from powerbi.generator.pages.mix import MIX
from powerbi.generator.pages.pipeline import PIPELINE
from powerbi.generator.pages.plan import PLAN
from powerbi.generator.pages.regions import REGIONS
from powerbi.generator.pages.skill import SKILL

__all__ = ["PAGES"]

PAGES: tuple[Page, ...] = (LIVE, PLAN, MIX, REGIONS, SKILL, PIPELINE)
