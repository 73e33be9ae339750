"""How well the data arrive: each hour of the pipeline, and what is missing."""

from powerbi.generator.model import CLOCK, Column, Kind, Measure, Table

__all__ = ["DATA_GAPS", "PIPELINE"]

_COUNT = "#,0"


def _since(days: int, expression: str) -> str:
    """DAX: ``expression`` over the hours of the last ``days``."""
    return (
        "VAR moment = MAX('Now'[Now])\n"
        "RETURN\n"
        "\tCALCULATE(\n"
        f"\t\t{expression},\n"
        f"\t\tKEEPFILTERS('Pipeline'[Hour] > moment - {days})\n"
        "\t)"
    )


PIPELINE = Table(
    "Pipeline",
    "PIPELINE_HEALTH",
    "One row for each hour since the first poll or load.",
    columns=(
        Column("Hour", "HOUR_START_AT", Kind.TIME, "Start of the hour, UTC.", CLOCK),
        Column(
            "Ticks expected",
            "TICKS_EXPECTED",
            Kind.WHOLE,
            "Polls that the schedule asks for.",
            _COUNT,
        ),
        Column(
            "Ticks answered", "TICKS_ANSWERED", Kind.WHOLE, "Polls that the API answered.", _COUNT
        ),
        Column("Ticks failed", "TICKS_FAILED", Kind.WHOLE, "Polls that it did not answer.", _COUNT),
        Column("Loads", "LOADS", Kind.WHOLE, "Loads into the warehouse.", _COUNT),
        Column(
            "Longest wait",
            "FRESHNESS_SECONDS",
            Kind.NUMBER,
            "Largest age of the data within the hour.",
            '#,0 "s"',
        ),
    ),
    measures=(
        Measure(
            "Answered in the last day",
            _since(1, "DIVIDE(SUM('Pipeline'[Ticks answered]), SUM('Pipeline'[Ticks expected]))"),
            "Share of the expected polls that the API answered in the last 24 hours.",
            "0.0%",
        ),
        Measure(
            "Failed in the last day",
            _since(1, "SUM('Pipeline'[Ticks failed])"),
            "Polls without a good answer in the last 24 hours.",
            _COUNT,
        ),
        Measure(
            "Loads in the last day",
            _since(1, "SUM('Pipeline'[Loads])"),
            "Loads into the warehouse in the last 24 hours; each partition's counts as one.",
            _COUNT,
        ),
        Measure(
            "Answered by hour",
            _since(2, "SUM('Pipeline'[Ticks answered])"),
            "Polls that the API answered, for each hour of the last two days.",
            _COUNT,
        ),
        Measure(
            "Failed by hour",
            _since(2, "SUM('Pipeline'[Ticks failed])"),
            "Polls that it did not answer, for each hour of the last two days.",
            _COUNT,
        ),
        Measure(
            "Missing by hour",
            _since(
                2,
                "SUMX('Pipeline', MAX(0, 'Pipeline'[Ticks expected] - 'Pipeline'[Ticks answered]"
                " - 'Pipeline'[Ticks failed]))",
            ),
            "Polls that the schedule asks for and of which there is no record.",
            _COUNT,
        ),
        Measure(
            "Longest wait by hour",
            _since(2, "DIVIDE(MAX('Pipeline'[Longest wait]), 60)"),
            "Largest age of the data in each hour of the last two days, in minutes.",
            '#,0.0 "min"',
        ),
    ),
)

DATA_GAPS = Table(
    "Data gaps",
    "DATA_GAPS",
    "One row for each run of half hours of which the API never spoke.",
    columns=(
        Column("Starts at", "STARTS_AT", Kind.TIME, "First moment without data, UTC.", CLOCK),
        Column("Ends at", "ENDS_AT", Kind.TIME, "Where data begin again, UTC.", CLOCK),
        Column("Half hours", "HALF_HOURS", Kind.WHOLE, "Half hours that are missing.", _COUNT),
    ),
    measures=(
        Measure(
            "Half hours missing",
            "SUM('Data gaps'[Half hours]) + 0",
            "Half hours between the first and the last known one of which nothing is known.",
            _COUNT,
        ),
    ),
)
