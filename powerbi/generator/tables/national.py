"""Great Britain as a whole: now, and each half hour."""

from greenpulse.grid.bands import IntensityIndex
from greenpulse.web.colours import COLOURS, UNKNOWN
from powerbi.generator.model import CLOCK, DAY, GRAMS, Column, Kind, Measure, Table
from powerbi.generator.pace import OLD_AFTER_MINUTES
from powerbi.generator.tables.index import colour_of, order_of
from powerbi.generator.theme import INK

__all__ = ["HALF_HOURS", "NOW"]

# An answer from the future, given while a clock was wrong, is no fresh one.
_OLD = f"ABS(MAX('Now'[Data age])) > {OLD_AFTER_MINUTES * 60}"
_UNKNOWN_AGE = "ISBLANK(MAX('Now'[Data age]))"
_IS_OLD = f"OR({_UNKNOWN_AGE}, {_OLD})"
_STATUS = "MAX('Now'[Last actual status])"
_COLOUR = colour_of("MAX('Now'[Index])")


def _from_to(starts: str, ends: str) -> str:
    """DAX: two columns of the one row as times of day."""
    first, last = (f"FORMAT(MAX('Now'[{name}]), \"hh:nn\")" for name in (starts, ends))
    return f'{first} & " to " & {last} & " UTC"'


NOW = Table(
    "Now",
    "INTENSITY_NOW",
    "One row: the half hour that contains now, and the last complete one.",
    columns=(
        Column("Now", "NOW_AT", Kind.TIME, "The moment of the query, UTC.", CLOCK),
        Column("Starts at", "PERIOD_START_AT", Kind.TIME, "Start of this half hour, UTC.", CLOCK),
        Column("Ends at", "PERIOD_END_AT", Kind.TIME, "End of this half hour, UTC.", CLOCK),
        Column(
            "Forecast", "FORECAST_GCO2_PER_KWH", Kind.NUMBER, "Forecast of this half hour.", GRAMS
        ),
        Column("Index", "INTENSITY_INDEX", Kind.TEXT, "The API's word for this half hour."),
        Column(
            "Last starts at",
            "LAST_PERIOD_START_AT",
            Kind.TIME,
            "Start of the last complete half hour, UTC.",
            CLOCK,
        ),
        Column(
            "Last ends at",
            "LAST_PERIOD_END_AT",
            Kind.TIME,
            "End of the last complete half hour, UTC.",
            CLOCK,
        ),
        Column(
            "Last forecast",
            "LAST_FORECAST_GCO2_PER_KWH",
            Kind.NUMBER,
            "Newest forecast of the last complete half hour.",
            GRAMS,
        ),
        Column(
            "Last actual",
            "LAST_ACTUAL_GCO2_PER_KWH",
            Kind.NUMBER,
            "What the API gave as measured for it; empty is not 0.",
            GRAMS,
        ),
        Column(
            "Last actual status",
            "LAST_ACTUAL_STATUS",
            Kind.TEXT,
            "How far to trust it: missing, suspect, provisional, revisable, settled.",
        ),
        Column(
            "Last intensity",
            "LAST_INTENSITY_GCO2_PER_KWH",
            Kind.NUMBER,
            "The measured value once it can be trusted, else the forecast.",
            GRAMS,
        ),
        Column(
            "Last index",
            "LAST_INTENSITY_INDEX",
            Kind.TEXT,
            "The API's word for the last complete half hour.",
        ),
        Column(
            "Data age",
            "DATA_AGE_SECONDS",
            Kind.NUMBER,
            "Seconds since the newest answer of the API that is loaded.",
            '#,0 "s"',
        ),
        Column(
            "Is fresh",
            "IS_FRESH",
            Kind.TRUTH,
            "Whether the newest answer is at most 60 s old and the last half hour is known. With "
            "loads every 300 s it is seldom true: the pages judge by the data age.",
            '"yes";"yes";"no"',
        ),
    ),
    measures=(
        Measure(
            "Forecast now",
            "MAX('Now'[Forecast])",
            "Forecast of the half hour that contains now; empty where the API gave none.",
            GRAMS,
        ),
        Measure(
            "Index now",
            "COALESCE(MAX('Now'[Index]), \"unknown\")",
            "The API's word for this half hour, from very low (clean) to very high (dirty).",
        ),
        Measure(
            "Colour now",
            f'IF({_IS_OLD}, "{UNKNOWN.light}", {_COLOUR})',
            "Colour of the index of this half hour, always shown beside the word; grey once the "
            "data are old.",
        ),
        Measure(
            "Half hour now",
            _from_to("Starts at", "Ends at"),
            "The half hour that contains now, in words.",
        ),
        Measure(
            "Last half hour",
            "MAX('Now'[Last intensity])",
            "Intensity of the last complete half hour: measured once that can be trusted, "
            "else forecast.",
            GRAMS,
        ),
        Measure(
            "Last half hour in words",
            f'IF(ISBLANK({_STATUS}), "none yet", '
            f'{_from_to("Last starts at", "Last ends at")} & ", " & {_STATUS})',
            "The last complete half hour, and how far its measured value can be trusted.",
        ),
        Measure(
            "Data age in minutes",
            "DIVIDE(MAX('Now'[Data age]), 60)",
            "Minutes since the newest answer of the API that is in the warehouse.",
            '#,0 "min"',
        ),
        Measure(
            "Freshness",
            f'IF({_UNKNOWN_AGE}, "No data yet", '
            f'IF({_OLD}, "Old: ", "") & FORMAT([Data age in minutes], "#,0") & " min")',
            "Minutes since the newest answer of the API that is in the warehouse; Old stands "
            f"before them once they are more than {OLD_AFTER_MINUTES}.",
        ),
        Measure(
            "Freshness colour",
            f'IF({_IS_OLD}, "{COLOURS[IntensityIndex.HIGH].light}", "{INK}")',
            "Dark while the data are up to date, red-brown beside the word Old when they are not.",
        ),
        Measure(
            "Moment of the query",
            'FORMAT(MAX(\'Now\'[Now]), "d mmm, hh:nn") & " UTC"',
            "When the page was last asked for, in words.",
        ),
    ),
)

_WINDOW = (
    "VAR moment = MAX('Now'[Now])\n"
    "RETURN\n"
    "\tCALCULATE(\n"
    "\t\tAVERAGE('Half hours'[{column}]),\n"
    "\t\tKEEPFILTERS('Half hours'[Starts at] >= moment - 1 "
    "&& 'Half hours'[Starts at] < moment + 2){more}\n"
    "\t)"
)
_TRUSTED = ',\n\t\tKEEPFILTERS(\'Half hours\'[Actual status] IN {"revisable", "settled"})'

HALF_HOURS = Table(
    "Half hours",
    "HALF_HOURLY_INTENSITY",
    "One row for each half hour of Great Britain that the API spoke of.",
    columns=(
        Column("Starts at", "PERIOD_START_AT", Kind.TIME, "Start of the half hour, UTC.", CLOCK),
        Column("Ends at", "PERIOD_END_AT", Kind.TIME, "End of the half hour, UTC.", CLOCK),
        Column(
            "Settlement date",
            "SETTLEMENT_DATE",
            Kind.TIME,
            "The day in Great Britain to which the half hour belongs.",
            DAY,
        ),
        Column(
            "Settlement period",
            "SETTLEMENT_PERIOD",
            Kind.WHOLE,
            "Number of the half hour in its local day: 1 to 46, 48 or 50.",
            "0",
        ),
        Column("Forecast", "FORECAST_GCO2_PER_KWH", Kind.NUMBER, "The newest forecast.", GRAMS),
        Column(
            "Actual",
            "ACTUAL_GCO2_PER_KWH",
            Kind.NUMBER,
            "What the API gave as measured; empty is not 0.",
            GRAMS,
        ),
        Column(
            "Actual status",
            "ACTUAL_STATUS",
            Kind.TEXT,
            "How far to trust it: missing, suspect, provisional, revisable, settled.",
        ),
        Column(
            "Intensity",
            "INTENSITY_GCO2_PER_KWH",
            Kind.NUMBER,
            "The measured value once it can be trusted, else the forecast.",
            GRAMS,
        ),
        Column(
            "Index",
            "INTENSITY_INDEX",
            Kind.TEXT,
            "The API's word, from very low (clean) to very high (dirty).",
            sorted_by="Index order",
        ),
        Column(
            "Observed at", "OBSERVED_AT", Kind.TIME, "Since when these values stand, UTC.", CLOCK
        ),
        Column(
            "Last observed at",
            "LAST_OBSERVED_AT",
            Kind.TIME,
            "When the API last said them, UTC.",
            CLOCK,
        ),
    ),
    calculated=(order_of("Half hours"),),
    measures=(
        Measure(
            "Intensity around now",
            _WINDOW.format(column="Intensity", more=""),
            "Intensity from 24 hours before now to 48 hours after it: measured, then forecast.",
            GRAMS,
        ),
        Measure(
            "Forecast around now",
            _WINDOW.format(column="Forecast", more=""),
            "Newest forecast of each half hour from 24 hours before now to 48 hours after it.",
            GRAMS,
        ),
        Measure(
            "Measured around now",
            _WINDOW.format(column="Actual", more=_TRUSTED),
            "Measured values of the last 24 hours, without those that cannot be trusted yet.",
            GRAMS,
        ),
    ),
)
