"""What the simulated API answers to a path at a moment: status and bytes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from greenpulse.grid.bands import index_of
from greenpulse.grid.periods import half_hours, period_start
from greenpulse.grid.simulated import layout
from greenpulse.grid.simulated.grid import NationalIntensity, SimulatedGrid
from greenpulse.grid.simulated.paths import (
    Factors,
    Generation,
    National,
    Nothing,
    Question,
    Regional,
    Statistics,
    read_path,
)
from greenpulse.grid.simulated.regions import GREAT_BRITAIN
from greenpulse.grid.simulated.windows import PathRefusedError, Window

__all__ = ["Answers", "SimulatedAnswer"]

_REGION_NUMBERS = range(1, GREAT_BRITAIN + 1)
_REMEMBERED_ROWS = 1024

_FACTORS = {
    "Biomass": 120,
    "Coal": 937,
    "Dutch Imports": 474,
    "French Imports": 53,
    "Gas (Combined Cycle)": 394,
    "Gas (Open Cycle)": 651,
    "Hydro": 0,
    "Irish Imports": 458,
    "Nuclear": 0,
    "Oil": 935,
    "Other": 300,
    "Pumped Storage": 0,
    "Solar": 0,
    "Wind": 0,
}


@dataclass(frozen=True, slots=True)
class SimulatedAnswer:
    """One answer of the API."""

    status: int
    body: bytes


class Answers:
    """Answers from one grid; every path has one."""

    def __init__(self, grid: SimulatedGrid) -> None:
        self._grid = grid
        # Rows of all regions are 7 kB each; 1024 of them are remembered.
        self._regions_row = lru_cache(_REMEMBERED_ROWS)(self._make_regions_row)

    def at(self, path: str, now: datetime) -> SimulatedAnswer:
        """SimulatedAnswer ``path`` as the API would at ``now``."""
        try:
            question = read_path(path, now)
        except PathRefusedError as refusal:
            return SimulatedAnswer(400, layout.error("400 Bad Request", str(refusal)).encode())
        return SimulatedAnswer(200, self._body(question, now).encode())

    def _body(self, question: Question, now: datetime) -> str:
        match question:
            case National(window, is_single):
                return self._national(window, now, is_single=is_single)
            case Statistics(window, block_hours):
                return layout.statistics(self._blocks(window, block_hours, now))
            case Factors():
                return layout.factors(_FACTORS)
            case Generation(window, is_single):
                return self._generation(window, now, is_single=is_single)
            case Regional():
                return self._regional(question, now)
            case Nothing():
                return "null"

    def _national(self, window: Window, now: datetime, *, is_single: bool) -> str:
        told = list(self._told(window.period_starts, now))
        if is_single and told:
            return layout.one_national(*told[0])
        return layout.listed(layout.national_row(*row) for row in told)

    def _told(
        self, period_starts: Iterable[datetime], now: datetime
    ) -> Iterator[tuple[datetime, NationalIntensity]]:
        for start_at in period_starts:
            said = self._grid.national(start_at, now)
            if said is not None:
                yield start_at, said

    def _blocks(
        self, window: Window, block_hours: int | None, now: datetime
    ) -> Iterator[layout.StatisticsBlock]:
        span = window.closes_at - window.opens_at
        if block_hours is not None:
            span = timedelta(hours=block_hours)
        start_at = window.opens_at
        while start_at < window.closes_at:
            end_at = start_at + span
            # Blocks take half hours by their start: they have no row of the one before.
            told = self._told(half_hours(period_start(start_at), end_at), now)
            values = [i.forecast if i.actual is None else i.actual for _, i in told]
            if values:
                average = round(sum(values) / len(values))
                index = index_of(average, start_at.year)
                yield layout.StatisticsBlock(
                    start_at, end_at, max(values), average, min(values), index
                )
            start_at = end_at

    def _generation(self, window: Window, now: datetime, *, is_single: bool) -> str:
        rows = [
            layout.mix_row(start_at, mix)
            for start_at in window.period_starts
            if (mix := self._grid.mix_percent(start_at, now)) is not None
        ]
        if is_single:
            return layout.alone(rows[0]) if rows else "{}"
        return layout.listed(rows)

    def _regional(self, question: Regional, now: datetime) -> str:
        runs = {
            start_at: run
            for start_at in question.window.period_starts
            if (run := self._grid.regional_run(start_at, now)) is not None
        }
        if not runs:
            # So the real API answers a window past its horizon.
            return "{}"
        place = question.place
        if place is None:
            return layout.listed(self._regions_row(*version) for version in runs.items())
        document = layout.place(
            place.region_id,
            place.postcode,
            (layout.place_row(at, self._grid.region(place.region_id, at, runs[at])) for at in runs),
        )
        return layout.listed([document]) if question.is_single else layout.alone(document)

    def _make_regions_row(self, start_at: datetime, run: int) -> str:
        regions = (self._grid.region(number, start_at, run) for number in _REGION_NUMBERS)
        return layout.regions_row(start_at, regions)
