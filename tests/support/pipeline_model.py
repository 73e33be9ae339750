"""What GOLD.PIPELINE_HEALTH must say, in plain Python, written from the promised interface.

It takes all polls and loads at once, and knows no totals. Times are naive, UTC.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

__all__ = ["health_of"]

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - as the warehouse has it
_HOUR = timedelta(hours=1)


def health_of(
    polls: Iterable[dict[str, Any]],
    loads: Sequence[datetime],
    period_seconds: dict[str, int],
    now: datetime,
) -> list[dict[str, Any]]:
    """Rows of the view, oldest hour first.

    Args:
        polls: Records in log order; of several with one poll_id the first counts.
        loads: When each load began.
        period_seconds: Of each series, without an offset.
        now: The moment of the query.
    """
    first_records: dict[str, dict[str, Any]] = {}
    for poll in polls:
        first_records.setdefault(poll["poll_id"], poll)
    ticks = _ticks(first_records.values())
    answers = sorted(
        answered_at
        for poll in first_records.values()
        if (answered_at := _good_answer(poll)) is not None and answered_at <= now
    )
    happened = [*loads, *(scheduled_at for _, scheduled_at in ticks)]
    rows = []
    hour = min(map(_hour_of, happened), default=now)
    while hour <= now:
        rows.append(
            {
                "hour_start_at": hour,
                "ticks_expected": sum(
                    _due(ticks, series, period, hour, min(hour + _HOUR, now))
                    for series, period in period_seconds.items()
                ),
                "ticks_answered": sum(
                    answered for (_, at), answered in ticks.items() if _hour_of(at) == hour
                ),
                "ticks_failed": sum(
                    not answered for (_, at), answered in ticks.items() if _hour_of(at) == hour
                ),
                "loads": sum(_hour_of(load) == hour for load in loads),
                "freshness_seconds": _largest_age(answers, hour, min(hour + _HOUR, now)),
            }
        )
        hour += _HOUR
    return rows


def _ticks(polls: Iterable[dict[str, Any]]) -> dict[tuple[str, datetime], bool]:
    """Whether each tick (series, scheduled_at) was answered."""
    ticks: dict[tuple[str, datetime], bool] = {}
    for poll in polls:
        scheduled_at = _moment(poll["scheduled_at"])
        if scheduled_at is not None and not poll.get("imported"):
            tick = (poll["series"], scheduled_at)
            ticks[tick] = ticks.get(tick, False) or poll["status"] == 200
    return ticks


def _good_answer(poll: dict[str, Any]) -> datetime | None:
    return _moment(poll["answered_at"]) if poll["status"] == 200 else None


def _due(
    ticks: Iterable[tuple[str, datetime]], series: str, period: int, start: datetime, end: datetime
) -> int:
    """Multiples of the period from the series' first tick on, within the span."""
    first = min((at for name, at in ticks if name == series), default=None)
    if first is None:
        return 0
    # Every second: slow, and hard to get wrong.
    count = 0
    moment = start
    while moment < end:
        seconds = int((moment - _EPOCH).total_seconds())
        count += moment >= first and seconds % period == 0
        moment += timedelta(seconds=1)
    return count


def _largest_age(answers: Sequence[datetime], start: datetime, end: datetime) -> float | None:
    """The largest age that the newest answer reached within the span; None before any."""
    ages: list[timedelta] = []
    newest = None
    for answer in answers:
        if answer >= start + _HOUR:
            break
        if newest is not None and answer >= start:
            ages.append(answer - newest)
        newest = answer
    if newest is None:
        return None
    return max([*ages, end - newest]).total_seconds()


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=None)
