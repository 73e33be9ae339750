"""What to ask next within one family: ticks that are due, and attempts to repeat.

Pure: both clocks come in as arguments. The wall clock decides which ticks are due and may
jump; the monotonic one decides when a failed attempt is repeated.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from greenpulse.grid.questions import Question
from greenpulse.grid.schedule import Series, newest_tick, next_tick

__all__ = ["STANDSTILL", "Agenda"]

STANDSTILL = timedelta(minutes=10)
"""Ticks that passed unseen for longer than this passed while the worker did not run."""


@dataclass(slots=True)
class _Waiting:
    question: Question
    not_before: float
    """Monotonic seconds."""


class Agenda:
    """The questions of one family, for as long as this worker is the leader.

    The newest grid instant of each series is due at once, unless ``newest_known`` has it.
    From then on every grid instant is either asked, late if need be, or named as missed:

    * Of several ticks of a series that are due, the newest is asked; the older are missed.
    * After a standstill, or a clock that jumped ahead by more than STANDSTILL, only the
      newest is due, and none is named: the worker did not run then, and says nothing.
    * A clock that steps back by less than a period repeats no tick: the series is silent
      until the clock has passed the newest tick again. One that steps back further was
      wrong before; the series goes on at the corrected clock's next grid instant.
    """

    def __init__(
        self,
        series: Iterable[Series],
        now: datetime,
        newest_known: Callable[[str], datetime | None],
    ) -> None:
        self._series = tuple(series)
        self._newest = {s.name: _newest_before(s, now, newest_known(s.name)) for s in self._series}
        self._waiting: dict[str, _Waiting] = {}

    def look(self, now: datetime, monotonic: float) -> list[Question]:
        """Take note of the ticks that are due by ``now``.

        Returns:
            The missed ones, oldest first within a series; nobody will ask them.
        """
        missed = []
        for series in self._series:
            due = self._due(series, now)
            if not due:
                continue
            passed = self._waiting.get(series.name)
            if passed is not None and passed.question.attempt == 1:
                missed.append(replace(passed.question, attempt=0))
            missed += [Question(series, tick, attempt=0) for tick in due[:-1]]
            self._waiting[series.name] = _Waiting(Question(series, due[-1]), monotonic)
        return missed

    def take(self, monotonic: float) -> Question | None:
        """The question to ask now, the heartbeat before all others; None: wait."""
        ready = [w for w in self._waiting.values() if w.not_before <= monotonic]
        if not ready:
            return None
        first = min(ready, key=lambda w: (not w.question.series.is_heartbeat, w.not_before))
        del self._waiting[first.question.series.name]
        return first.question

    def repeat(self, question: Question, not_before: float) -> None:
        """Ask the same once more, from ``not_before`` (monotonic seconds) on.

        Too often, or when the next tick is there already, it is dropped: the attempts
        that were made have left their polls.
        """
        name = question.series.name
        if question.attempt < question.series.most_attempts and name not in self._waiting:
            again = replace(question, attempt=question.attempt + 1)
            self._waiting[name] = _Waiting(again, not_before)

    def seconds_to_wait(self, now: datetime, monotonic: float) -> float:
        """How long nothing will be due, if the wall clock goes on evenly."""
        moments = [(next_tick(s, now) - now).total_seconds() for s in self._series]
        moments += [w.not_before - monotonic for w in self._waiting.values()]
        return max(0.0, min(moments))

    def _due(self, series: Series, now: datetime) -> list[datetime]:
        """Ticks behind the newest one so far, oldest first; the newest becomes that."""
        period = timedelta(seconds=series.period_seconds)
        before, newest = self._newest[series.name], newest_tick(series, now)
        if before - period <= newest <= before:
            return []
        self._newest[series.name] = newest
        if newest < before:
            return []
        if newest - before > STANDSTILL + period:
            return [newest]
        count = math.ceil((newest - before) / period)
        return [newest - steps * period for steps in reversed(range(count))]


def _newest_before(series: Series, now: datetime, known: datetime | None) -> datetime:
    newest = newest_tick(series, now)
    if known is None or known < newest:
        return newest - timedelta(seconds=series.period_seconds)
    return known
