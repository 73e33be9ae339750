"""Files, bytes and credits of a day: by the settings, and by what was measured."""

from dataclasses import asdict
from typing import Any

from greenpulse.commands.budget import over_budget
from greenpulse.commands.cost_a_day import (
    LakeADay,
    LoadsADay,
    lake_a_day,
    loads_a_day,
    loads_in_force,
)
from greenpulse.commands.lake_day import LakeDay
from greenpulse.commands.load_day import LoadDay
from greenpulse.commands.load_time import ASSUMPTION, IDLE_SECONDS, load_time_in_force
from greenpulse.commands.printing import size_text
from greenpulse.settings import Settings

__all__ = ["CostPrediction"]

_MOST_TIMES_LIVE = 2
"""A day with more records than so many days of polls tells nothing of the size of a poll."""
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
        measured = None if isinstance(loads, str) else loads.load_time
        self._load_time = load_time_in_force(settings, measured)
        self.over_budget = over_budget(settings, measured)

    def as_json(self) -> dict[str, Any]:
        """All of it, for programs."""
        in_force = loads_in_force(self._settings, self._load_time)
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
            "seconds_a_load": self._load_time.seconds,
            "seconds_a_load_source": self._load_time.source,
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
        sentences = [about, self._sentence_of_lake(), self._sentence_of_loads()]
        if self._settings.warehouse.scheme != "snowflake":
            sentences.append(
                f"GREENPULSE_WAREHOUSE is {self._settings.warehouse}, which costs no credits: "
                "they are what Snowflake would take."
            )
        if self.over_budget is not None:
            sentences.append(self.over_budget)
        return sentences

    def _sentence_of_lake(self) -> str:
        as_recorded = "A poll takes as many bytes as was recorded of the API"
        lake, stated = self._lake, lake_a_day(self._settings)
        if isinstance(lake, str):
            return f"{as_recorded}: {lake}."
        had = (
            f"had {lake.a_day(lake.files):,.0f} files, {lake.a_day(lake.records):,.0f} records, "
            f"{size_text(lake.a_day(lake.size_bytes))}"
        )
        if _is_imported(lake, stated):
            return (
                f"{as_recorded}: the newest day of the lake {had}, more than a day of polls has "
                "(an import, or another GREENPULSE_POLL_SECONDS)."
            )
        return f"A poll takes as many bytes as in the newest day of the lake, which {had}."

    def _sentence_of_loads(self) -> str:
        taken = f"A load takes {self._load_time}"
        if not self._load_time.measured_loads:
            taken += f" ({ASSUMPTION})"
        if isinstance(self._loads, str):
            return f"{taken}: {self._loads}."
        if self._loads.load_time is None:
            taken += ": no load of the last day began right behind another one"
        really = f"{self._loads.loads:,} loads in {self._loads.wakes:,} wakes"
        if self._settings.warehouse.scheme == "snowflake":
            really += f", about {self._loads.snowflake_credits:.3g} credits"
        return f"{taken}; the last day had {really}."

    @property
    def _lake_a_day(self) -> LakeADay:
        stated = lake_a_day(self._settings)
        if isinstance(self._lake, str) or _is_imported(self._lake, stated):
            return stated
        return lake_a_day(self._settings, self._lake.bytes_a_poll)

    @property
    def _choices(self) -> list[LoadsADay]:
        periods = sorted({*_SHOWN_SECONDS, self._settings.load_seconds})
        return [loads_a_day(self._settings, each, self._load_time) for each in periods]


def _is_imported(lake: LakeDay, stated: LakeADay) -> bool:
    return lake.a_day(lake.records) > _MOST_TIMES_LIVE * stated.polls


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
