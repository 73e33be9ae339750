"""The grid as the newest polls have it, whole on each worker and in bounded memory."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from greenpulse.clock import from_rfc3339
from greenpulse.grid.periods import HALF_HOUR, period_start
from greenpulse.grid.readings import is_success
from greenpulse.records import Latest
from greenpulse.web.half_hour import HalfHour

__all__ = ["FRESH_SECONDS", "NEWEST_COMPLETE", "AnsweredPoll", "LiveView", "Now"]

_KEPT = timedelta(days=3)
_HORIZON = timedelta(days=4)
FRESH_SECONDS = 60
NEWEST_COMPLETE = timedelta(minutes=75)


@dataclass(frozen=True, slots=True)
class AnsweredPoll:
    """The newest answer that one series got."""

    series: str
    answered_at: datetime
    scheduled_at: datetime | None
    status: int
    outcome: str
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class Now:
    """What is known at one moment; None wherever nothing is."""

    moment: datetime
    period_start_at: datetime
    period_end_at: datetime
    current: HalfHour | None
    """The half hour that contains ``moment``; its actual is not known yet."""
    last_complete: HalfHour | None
    """The newest half hour that a poll spoke of after its end."""
    data_age_seconds: float | None
    is_fresh: bool
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class _Said:
    """A half hour and the poll that it stems from; polls are ordered by ``order``."""

    order: tuple[datetime, str]
    half_hour: HalfHour
    is_simulated: bool


class LiveView:
    """Fed with the records of ``greenpulse.latest``, in any order, each at least once.

    Whatever the order, the same records give the same view: the newest poll that speaks of
    a half hour is in force, as a whole, nulls included; an older one that comes later is
    ignored. Half hours that ended 3 days before the newest answer are forgotten.
    """

    def __init__(self) -> None:
        self._said: dict[datetime, _Said] = {}
        self._polls: dict[str, tuple[tuple[datetime, str], AnsweredPoll]] = {}
        self._ticks: dict[str, datetime] = {}
        self._newest_ok_at: datetime | None = None
        self._kept_from: datetime | None = None

    def add(self, latest: Latest) -> None:
        """Take in what one answered poll said; a record that cannot be read is no news."""
        answered_at = _moment(latest.answered_at)
        if answered_at is None:
            return
        order = (answered_at, latest.poll_id)
        scheduled_at = _moment(latest.scheduled_at)
        self._add_poll(order, scheduled_at, latest)
        if latest.outcome != "ok":
            return
        if self._newest_ok_at is None or answered_at > self._newest_ok_at:
            self._newest_ok_at = answered_at
        self._forget_until(period_start(answered_at - _KEPT))
        if latest.family != "national":
            return
        for observation in latest.observations:
            half_hour = _half_hour(observation, answered_at)
            if half_hour is not None:
                self._add_half_hour(_Said(order, half_hour, latest.is_simulated))

    def newest_scheduled_at(self, series: str) -> datetime | None:
        """The newest tick of ``series`` that was answered; None: none is known."""
        return self._ticks.get(series)

    @property
    def polls(self) -> Mapping[str, AnsweredPoll]:
        """The newest answered poll of each series."""
        return {series: poll for series, (_, poll) in self._polls.items()}

    @property
    def is_simulated(self) -> bool:
        """Whether anything in the view stems from the simulator."""
        return any(poll.is_simulated for _, poll in self._polls.values()) or any(
            said.is_simulated for said in self._said.values()
        )

    @property
    def source_is_simulated(self) -> bool | None:
        """Of which kind all known answers are; None where none tells, or they disagree."""
        kinds = {
            poll.is_simulated
            for poll in self.polls.values()
            # A failure that no simulator owns to may be of anything that lies between.
            if poll.is_simulated or is_success(poll.status)
        }
        return kinds.pop() if len(kinds) == 1 else None

    def half_hours(self, from_at: datetime, to_at: datetime) -> list[HalfHour]:
        """Those known that start in ``[from_at, to_at)``, oldest first."""
        starts = sorted(start for start in self._said if from_at <= start < to_at)
        return [self._said[start].half_hour for start in starts]

    def now(self, moment: datetime) -> Now:
        """What is known at ``moment``."""
        period_start_at = period_start(moment)
        said = self._said.get(period_start_at)
        last_complete = self._last_complete(moment)
        age = None if self._newest_ok_at is None else (moment - self._newest_ok_at).total_seconds()
        # An answer from the future is a clock that jumped; it must not pass for fresh.
        is_fresh = (
            age is not None
            and abs(age) <= FRESH_SECONDS
            and last_complete is not None
            and moment - last_complete.period_end_at <= NEWEST_COMPLETE
        )
        return Now(
            moment=moment,
            period_start_at=period_start_at,
            period_end_at=period_start_at + HALF_HOUR,
            current=None if said is None else said.half_hour,
            last_complete=last_complete,
            data_age_seconds=age,
            is_fresh=is_fresh,
            is_simulated=self.is_simulated,
        )

    def _last_complete(self, moment: datetime) -> HalfHour | None:
        complete = (
            said.half_hour
            for said in self._said.values()
            if said.half_hour.period_end_at <= min(moment, said.half_hour.last_observed_at)
        )
        return max(complete, key=lambda half_hour: half_hour.period_start_at, default=None)

    def _add_poll(
        self, order: tuple[datetime, str], scheduled_at: datetime | None, latest: Latest
    ) -> None:
        if scheduled_at is not None:
            known = self._ticks.get(latest.series)
            if known is None or scheduled_at > known:
                self._ticks[latest.series] = scheduled_at
        newest = self._polls.get(latest.series)
        if newest is None or order > newest[0]:
            poll = AnsweredPoll(
                series=latest.series,
                answered_at=order[0],
                scheduled_at=scheduled_at,
                status=latest.status,
                outcome=latest.outcome,
                is_simulated=latest.is_simulated,
            )
            self._polls[latest.series] = (order, poll)

    def _add_half_hour(self, said: _Said) -> None:
        half_hour = said.half_hour
        if self._kept_from is not None and half_hour.period_end_at <= self._kept_from:
            return
        # Judged by its own poll, not by the newest: else the order would matter.
        if half_hour.period_start_at > said.order[0] + _HORIZON:
            return
        known = self._said.get(half_hour.period_start_at)
        # Equal: the same poll again, or a later item of its body, which is in force.
        if known is None or said.order >= known.order:
            self._said[half_hour.period_start_at] = said

    def _forget_until(self, moment: datetime) -> None:
        if self._kept_from is not None and moment <= self._kept_from:
            return
        self._kept_from = moment
        self._said = {
            start: said
            for start, said in self._said.items()
            if said.half_hour.period_end_at > moment
        }


def _half_hour(observation: Mapping[str, Any], answered_at: datetime) -> HalfHour | None:
    start_at = _moment(observation.get("period_start_at"))
    if start_at is None or start_at != period_start(start_at):
        return None
    index = observation.get("intensity_index")
    return HalfHour(
        period_start_at=start_at,
        period_end_at=start_at + HALF_HOUR,
        forecast_gco2_per_kwh=_number(observation.get("forecast_gco2_per_kwh")),
        actual_gco2_per_kwh=_number(observation.get("actual_gco2_per_kwh")),
        intensity_index=index if isinstance(index, str) else None,
        last_observed_at=answered_at,
    )


def _moment(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        return from_rfc3339(text)
    except ValueError:
        return None


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return value
    return None
