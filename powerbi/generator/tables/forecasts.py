"""What is to come, and how far to trust it."""

from powerbi.generator.model import CLOCK, GRAMS, Calculated, Column, Kind, Measure, Table

__all__ = ["FORECAST_HISTORY", "FORECAST_SKILL", "GREENEST_WINDOWS"]

_COUNT = "#,0"
_PERCENT = '0 "%"'
_HOURS = '0 "h"'

GREENEST_WINDOWS = Table(
    "Greenest windows",
    "GREENEST_WINDOWS",
    "One row for each region and duration: when to run a job of that length.",
    columns=(
        Column("Region number", "REGION_ID", Kind.WHOLE, "1 to 17; 18 is Great Britain.", "0"),
        Column("Region", "REGION_NAME", Kind.TEXT, "Name of the region."),
        Column(
            "Duration", "DURATION_MINUTES", Kind.WHOLE, "Length of the job, 30 to 720.", '0 "min"'
        ),
        Column("Starts at", "STARTS_AT", Kind.TIME, "When to start the job, UTC.", CLOCK),
        Column("Ends at", "ENDS_AT", Kind.TIME, "When the job is done, UTC.", CLOCK),
        Column("Mean", "MEAN_GCO2_PER_KWH", Kind.NUMBER, "Mean forecast within the window.", GRAMS),
        Column(
            "Saving",
            "SAVING_PERCENT",
            Kind.NUMBER,
            "How much less than starting now; empty where that cannot be said.",
            _PERCENT,
        ),
    ),
    calculated=(
        Calculated(
            "Place",
            "IF('Greenest windows'[Region number] = 18, \"Great Britain\", "
            "'Greenest windows'[Region])",
            Kind.TEXT,
            "Name of the region, and Great Britain for the whole.",
        ),
    ),
    measures=(
        Measure(
            "Best start",
            "MIN('Greenest windows'[Starts at])",
            "When the greenest window begins, UTC; the earliest where several are chosen.",
            CLOCK,
        ),
        Measure(
            "Mean in the window",
            "AVERAGE('Greenest windows'[Mean])",
            "Mean forecast of the greenest window of the chosen length and region.",
            GRAMS,
        ),
        Measure(
            "Saving against now",
            "AVERAGE('Greenest windows'[Saving])",
            "How much less carbon than starting now, in percent.",
            _PERCENT,
        ),
    ),
)


def _weighed(column: str) -> str:
    """DAX: the mean of ``column`` over leads, each counted by its half hours."""
    return (
        "DIVIDE(\n"
        f"\tSUMX('Forecast skill', 'Forecast skill'[{column}] * 'Forecast skill'[Half hours]),\n"
        "\tSUM('Forecast skill'[Half hours])\n"
        ")"
    )


FORECAST_SKILL = Table(
    "Forecast skill",
    "FORECAST_SKILL",
    "One row for each lead in whole hours: how good forecasts of that age were.",
    columns=(
        Column("Lead", "LEAD_HOURS", Kind.WHOLE, "Hours between forecast and half hour.", _HOURS),
        Column("Half hours", "HALF_HOURS", Kind.WHOLE, "Half hours that were judged.", _COUNT),
        Column(
            "Absolute error",
            "MEAN_ABSOLUTE_ERROR_GCO2_PER_KWH",
            Kind.NUMBER,
            "Mean distance of forecast and measured value.",
            GRAMS,
        ),
        Column(
            "Bias",
            "BIAS_GCO2_PER_KWH",
            Kind.NUMBER,
            "Mean of forecast less measured value: above 0, forecasts were too high.",
            GRAMS,
        ),
        Column(
            "Root mean square error",
            "ROOT_MEAN_SQUARE_ERROR_GCO2_PER_KWH",
            Kind.NUMBER,
            "Like the absolute error, but large errors weigh more.",
            GRAMS,
        ),
    ),
    measures=(
        Measure(
            "Mean error",
            _weighed("Absolute error"),
            "Mean distance of forecast and measured value at the chosen leads.",
            GRAMS,
        ),
        Measure(
            "Mean bias",
            _weighed("Bias"),
            "By how much forecasts were too high (above 0) or too low (below 0).",
            GRAMS,
        ),
        Measure(
            "Typical large error",
            "SQRT(\n"
            "\tDIVIDE(\n"
            "\t\tSUMX('Forecast skill', 'Forecast skill'[Root mean square error] ^ 2"
            " * 'Forecast skill'[Half hours]),\n"
            "\t\tSUM('Forecast skill'[Half hours])\n"
            "\t)\n"
            ")",
            "Root mean square error at the chosen leads: large errors weigh more.",
            GRAMS,
        ),
        Measure(
            "Error a day ahead",
            "CALCULATE([Mean error], 'Forecast skill'[Lead] = 24)",
            "Mean distance of measured values and forecasts made 24 hours before.",
            GRAMS,
        ),
        Measure(
            "Half hours judged",
            "MAX('Forecast skill'[Half hours])",
            "Half hours behind these figures, at the lead that has most.",
            _COUNT,
        ),
    ),
)

FORECAST_HISTORY = Table(
    "Forecast history",
    "FORECAST_HISTORY",
    "One row for each change of a half hour's forecast, in the order of observation.",
    columns=(
        Column("Starts at", "PERIOD_START_AT", Kind.TIME, "Start of the half hour, UTC.", CLOCK),
        Column("Observed at", "OBSERVED_AT", Kind.TIME, "When it was forecast, UTC.", CLOCK),
        Column(
            "Lead",
            "LEAD_MINUTES",
            Kind.NUMBER,
            "Minutes between forecast and start of the half hour.",
            '#,0 "min"',
        ),
        Column("Forecast", "FORECAST_GCO2_PER_KWH", Kind.NUMBER, "What was forecast.", GRAMS),
    ),
)
