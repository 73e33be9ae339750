"""Files, bytes and credits of a day: by the settings, and by what was measured."""

from dataclasses import asdict
from typing import Any

from greenpulse.commands.budget import over_budget
from greenpulse.commands.cost_a_day import (
    IDLE_SECONDS,
    STATED_SECONDS_A_LOAD,
    LakeADay,
    LoadsADay,
    lake_a_day,
    loads_a_day,
    loads_in_force,
)
from greenpulse.commands.lake_day import LakeDay
from greenpulse.commands.load_day import LoadDay
from greenpulse.commands.printing import size_text
from greenpulse.settings import Settings

__all__ = ["CostPrediction"]

_SHOWN_SECONDS = (60.0, 300.0, 1800.0)
_DAYS_A_MONTH = 30
_COLUMNS = ["GREENPULSE_LOAD_SECONDS", "polls", "files", "size", "loads", "wakes", "credits"]


class CostPrediction:
    """What a day takes, with GREENPULSE_LOAD_SECONDS as it is and as it could be.

    Args:
        settings: In force.
        lake: Its newest day, or why it is not known.
        loads: Those of the last day, or why they are not known.
    """

    def __init__(self, settings: Settings, lake: LakeDay | str, loads: LoadDay | str) -> None:
        self._settings = settings
        self._lake = lake
        self._loads = loads
        self.over_budget = over_budget(settings)

    def as_json(self) -> dict[str, Any]:
        """All of it, for programs."""
        in_force = loads_in_force(self._settings, self._seconds_a_load)
        lake = asdict(self._lake_a_day)
        return {
            "snowflake_credits": 0.0 if in_force is None else in_force.snowflake_credits,
            "budget_credits": self._settings.snowflake_credits_a_day or None,
            "over_budget": self.over_budget,
            "predictions": [
                lake
                | asdict(loads)
                | {
                    "snowflake_credits": loads.snowflake_credits,
                    "is_in_force": loads.load_seconds == self._settings.load_seconds,
                }
                for loads in self._choices
            ],
            "seconds_a_load": self._seconds_a_load,
            "measured_lake": _measured_lake(self._lake),
            "measured_loads": _measured_loads(self._loads),
        }

    def table(self) -> tuple[list[str], list[list[str]]]:
        """Columns and rows for people."""
        lake = self._lake_a_day
        columns = [*_COLUMNS, f"in {_DAYS_A_MONTH} days"]
        return columns, [self._row(lake, loads) for loads in self._choices]

    def _row(self, lake: LakeADay, loads: LoadsADay) -> list[str]:
        mark = " (in force)" if loads.load_seconds == self._settings.load_seconds else ""
        return [
            f"{loads.load_seconds:g}{mark}",
            f"{lake.polls:,}",
            f"{lake.files:,}",
            size_text(lake.size_bytes),
            f"{loads.loads:,}",
            f"{loads.wakes:,}",
            f"{loads.snowflake_credits:.3g}",
            f"{loads.snowflake_credits * _DAYS_A_MONTH:.3g}",
        ]

    def sentences(self) -> list[str]:
        """What the figures rest on."""
        about = (
            "Files and size are those of a day in the lake, credits those of an XS warehouse of "
            f"Snowflake: one an hour awake, {IDLE_SECONDS} s and its loads for each wake."
        )
        sentences = [about, _sentence_of_lake(self._lake), self._sentence_of_loads()]
        if self._settings.warehouse.scheme != "snowflake":
            sentences.append(
                f"GREENPULSE_WAREHOUSE is {self._settings.warehouse}, which costs no credits: "
                "they are what Snowflake would take."
            )
        if self.over_budget is not None:
            sentences.append(self.over_budget)
        return sentences

    def _sentence_of_loads(self) -> str:
        if isinstance(self._loads, str):
            return f"A load takes {STATED_SECONDS_A_LOAD:g} s, as stated: {self._loads}."
        source = "as measured" if self._is_load_measured else "as stated"
        really = f"{self._loads.loads:,} loads in {self._loads.wakes:,} wakes"
        if self._settings.warehouse.scheme == "snowflake":
            really += f", about {self._loads.snowflake_credits:.3g} credits"
        return f"A load takes {self._seconds_a_load:.3g} s, {source}; the last day had {really}."

    @property
    def _lake_a_day(self) -> LakeADay:
        measured = None if isinstance(self._lake, str) else self._lake.bytes_a_poll
        return lake_a_day(self._settings, measured)

    @property
    def _choices(self) -> list[LoadsADay]:
        periods = sorted({*_SHOWN_SECONDS, self._settings.load_seconds})
        return [loads_a_day(self._settings, each, self._seconds_a_load) for each in periods]

    @property
    def _seconds_a_load(self) -> float:
        if isinstance(self._loads, str) or not self._is_load_measured:
            return STATED_SECONDS_A_LOAD
        return self._loads.seconds_a_load

    @property
    def _is_load_measured(self) -> bool:
        """Whether it is Snowflake's, and slept between two periods."""
        settings = self._settings
        is_asleep_between = settings.load_seconds > 2 * IDLE_SECONDS
        is_snowflake = settings.warehouse.scheme == "snowflake"
        return is_snowflake and is_asleep_between and not isinstance(self._loads, str)


def _sentence_of_lake(lake: LakeDay | str) -> str:
    if isinstance(lake, str):
        return f"A poll takes as many bytes as was recorded of the API: {lake}."
    return (
        "A poll takes as many bytes as in the newest day of the lake, which had "
        f"{lake.a_day(lake.files):,.0f} files, {lake.a_day(lake.records):,.0f} records, "
        f"{size_text(lake.a_day(lake.size_bytes))}."
    )


def _measured_lake(lake: LakeDay | str) -> dict[str, Any]:
    if isinstance(lake, str):
        return {"reason": lake}
    return {
        "files": round(lake.a_day(lake.files)),
        "records": round(lake.a_day(lake.records)),
        "size_bytes": round(lake.a_day(lake.size_bytes)),
    }


def _measured_loads(loads: LoadDay | str) -> dict[str, Any]:
    if isinstance(loads, str):
        return {"reason": loads}
    return asdict(loads) | {"snowflake_credits": loads.snowflake_credits}
