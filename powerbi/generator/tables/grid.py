"""The grid in full: days, fuels and regions."""

from powerbi.generator.model import (
    CLOCK,
    DAY,
    GRAMS,
    Calculated,
    Column,
    Kind,
    Measure,
    Table,
)
from powerbi.generator.tables.index import order_of

__all__ = ["DAYS", "FUEL_GROUPS", "GENERATION_MIX", "OTHER_FUELS", "REGIONS"]

_COUNT = "#,0"
_PERCENT = '0.0 "%"'

DAYS = Table(
    "Days",
    "DAILY_INTENSITY",
    "One row for each local day of Great Britain.",
    columns=(
        Column("Settlement date", "SETTLEMENT_DATE", Kind.TIME, "The local day.", DAY),
        Column(
            "Half hours expected",
            "HALF_HOURS_EXPECTED",
            Kind.WHOLE,
            "46, 48 or 50: the clocks change twice a year.",
            _COUNT,
        ),
        Column(
            "Half hours present",
            "HALF_HOURS_PRESENT",
            Kind.WHOLE,
            "Half hours of which the API spoke.",
            _COUNT,
        ),
        Column("Mean", "MEAN_GCO2_PER_KWH", Kind.NUMBER, "Mean intensity of the day.", GRAMS),
        Column(
            "Minimum", "MINIMUM_GCO2_PER_KWH", Kind.NUMBER, "Cleanest half hour's value.", GRAMS
        ),
        Column(
            "Maximum", "MAXIMUM_GCO2_PER_KWH", Kind.NUMBER, "Dirtiest half hour's value.", GRAMS
        ),
    ),
    measures=(
        Measure(
            "Completeness",
            "DIVIDE(SUM('Days'[Half hours present]), SUM('Days'[Half hours expected]))",
            "Share of the half hours of the chosen days of which the API spoke.",
            "0.0%",
        ),
    ),
)

FUEL_GROUPS = {
    "Wind, sun and water": ("wind", "solar", "hydro"),
    "Nuclear": ("nuclear",),
    "Biomass": ("biomass",),
    "Gas and coal": ("gas", "coal"),
}
"""Fuels by what an analyst asks of them."""
OTHER_FUELS = "Imports and other"

_GROUP_OF_FUEL = ", ".join(
    f'"{fuel}", "{group}"' for group, fuels in FUEL_GROUPS.items() for fuel in fuels
)
_NEWEST = (
    "VAR newest = CALCULATE(MAX('Generation mix'[Starts at]), ALL('Generation mix'))\n"
    "RETURN\n"
    "\tCALCULATE(SUM('Generation mix'[Share]), "
    "KEEPFILTERS('Generation mix'[Starts at] = newest))"
)


def _share_now(fuels: tuple[str, ...]) -> str:
    """DAX: the newest share of ``fuels`` together."""
    named = ", ".join(f'"{fuel}"' for fuel in fuels)
    return f"CALCULATE([Share now], KEEPFILTERS('Generation mix'[Fuel] IN {{{named}}}))"


GENERATION_MIX = Table(
    "Generation mix",
    "GENERATION_MIX",
    "One row for each half hour and fuel.",
    columns=(
        Column("Starts at", "PERIOD_START_AT", Kind.TIME, "Start of the half hour, UTC.", CLOCK),
        Column("Fuel", "FUEL", Kind.TEXT, "What the electricity was made from."),
        Column("Share", "SHARE_PERCENT", Kind.NUMBER, "Share of the generation.", _PERCENT),
    ),
    calculated=(
        Calculated(
            "Fuel group",
            f"SWITCH('Generation mix'[Fuel], {_GROUP_OF_FUEL}, \"{OTHER_FUELS}\")",
            Kind.TEXT,
            "Nine fuels in five groups.",
        ),
    ),
    measures=(
        Measure(
            "Share now",
            _NEWEST,
            "Share in the newest half hour that is known, in percent.",
            _PERCENT,
        ),
        Measure(
            "Zero-carbon share now",
            _share_now(("wind", "solar", "hydro", "nuclear")),
            "Wind, sun, water and nuclear in the newest half hour that is known, in percent.",
            _PERCENT,
        ),
        Measure(
            "Fossil share now",
            _share_now(("gas", "coal")),
            "Gas and coal in the newest half hour that is known, in percent.",
            _PERCENT,
        ),
        Measure(
            "Newest mix",
            "MAX('Generation mix'[Starts at])",
            "Start of the newest half hour whose mix is known, UTC.",
            CLOCK,
        ),
        Measure(
            "Share in the last day",
            "VAR moment = MAX('Now'[Now])\n"
            "RETURN\n"
            "\tCALCULATE(\n"
            # The connector counts distinct values wrongly: so no DIVIDE by DISTINCTCOUNT.
            "\t\tAVERAGEX(VALUES('Generation mix'[Starts at]), "
            "CALCULATE(SUM('Generation mix'[Share]))),\n"
            "\t\tKEEPFILTERS('Generation mix'[Starts at] >= moment - 1)\n"
            "\t)",
            "Share of each half hour of the last 24 hours, in percent.",
            _PERCENT,
        ),
    ),
)

_NATIONS_BEGIN = 15
"""Regions 1 to 14 share the country out; 15 to 18 are nations and Great Britain."""

REGIONS = Table(
    "Regions",
    "REGIONAL_INTENSITY",
    "One row for each half hour and region; regional data have a forecast only.",
    columns=(
        Column("Starts at", "PERIOD_START_AT", Kind.TIME, "Start of the half hour, UTC.", CLOCK),
        Column("Region number", "REGION_ID", Kind.WHOLE, "1 to 18.", "0"),
        Column("Region", "REGION_NAME", Kind.TEXT, "Name of the region."),
        Column("Forecast", "FORECAST_GCO2_PER_KWH", Kind.NUMBER, "The newest forecast.", GRAMS),
        Column(
            "Index",
            "INTENSITY_INDEX",
            Kind.TEXT,
            "The API's word, from very low (clean) to very high (dirty).",
            sorted_by="Index order",
        ),
    ),
    calculated=(order_of("Regions"),),
    measures=(
        Measure(
            "Regional forecast now",
            "VAR halfHour = MAX('Now'[Starts at])\n"
            "RETURN\n"
            "\tCALCULATE(\n"
            "\t\tAVERAGE('Regions'[Forecast]),\n"
            "\t\tKEEPFILTERS('Regions'[Starts at] = halfHour),\n"
            f"\t\tKEEPFILTERS('Regions'[Region number] < {_NATIONS_BEGIN})\n"
            "\t)",
            "Forecast of this half hour in each of the 14 regions.",
            GRAMS,
        ),
        Measure(
            "Regional forecast ahead",
            "VAR halfHour = MAX('Now'[Starts at])\n"
            "RETURN\n"
            "\tCALCULATE(\n"
            "\t\tAVERAGE('Regions'[Forecast]),\n"
            "\t\tKEEPFILTERS('Regions'[Starts at] >= halfHour "
            "&& 'Regions'[Starts at] < halfHour + 2)\n"
            "\t)",
            "Forecast of this half hour and the next 48 hours, for the chosen region.",
            GRAMS,
        ),
        Measure(
            "Cleanest region now",
            "VAR known = FILTER(VALUES('Regions'[Region]), NOT(ISBLANK([Regional forecast now])))\n"
            "RETURN\n"
            "\tMINX(TOPN(1, known, [Regional forecast now], ASC), 'Regions'[Region])",
            "The region with the lowest forecast of this half hour.",
        ),
        Measure(
            "Lowest regional forecast now",
            "MINX(VALUES('Regions'[Region]), [Regional forecast now])",
            "The lowest forecast of this half hour among the 14 regions.",
            GRAMS,
        ),
        Measure(
            "Highest regional forecast now",
            "MAXX(VALUES('Regions'[Region]), [Regional forecast now])",
            "The highest forecast of this half hour among the 14 regions.",
            GRAMS,
        ),
    ),
)
