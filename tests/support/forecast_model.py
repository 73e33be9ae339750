"""Forecasts and how good they were, in plain Python, written from the promised interface alone."""

import math
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

__all__ = ["Said", "history_of", "random_loads", "skill_of"]

_HALF_HOUR = timedelta(minutes=30)
_HOUR = timedelta(hours=1)
_FIRST_START = datetime(2026, 2, 5, 12)  # noqa: DTZ001 - as the warehouse has it: naive, UTC


@dataclass(frozen=True, slots=True)
class Said:
    """What one poll says of one half hour, at ``observed_at``. Times are naive, UTC."""

    observed_at: datetime
    period_start_at: datetime
    forecast_gco2_per_kwh: float | None
    actual_gco2_per_kwh: float | None


def history_of(said: Sequence[Said]) -> list[tuple[datetime, datetime, float, float]]:
    """Rows of GOLD.FORECAST_HISTORY, in order of half hour and observation."""
    rows: list[tuple[datetime, datetime, float, float]] = []
    for start, heard in _by_half_hour(said).items():
        last = None
        for each in heard:
            forecast = each.forecast_gco2_per_kwh
            if forecast is None or each.observed_at >= start + _HALF_HOUR or forecast == last:
                continue
            lead_minutes = (start - each.observed_at) / timedelta(minutes=1)
            rows.append((start, each.observed_at, lead_minutes, forecast))
            last = forecast
    return rows


def skill_of(said: Sequence[Said]) -> dict[int, tuple[int, float, float, float]]:
    """Rows of GOLD.FORECAST_SKILL by lead: half hours, mean error, bias, root mean square."""
    errors: defaultdict[int, list[float]] = defaultdict(list)
    for start, heard in _by_half_hour(said).items():
        actual = _trusted_actual(start, heard[-1])
        made = [
            (each.observed_at, each.forecast_gco2_per_kwh)
            for each in heard
            if each.forecast_gco2_per_kwh is not None
        ]
        hours = 0
        while actual is not None and made and made[0][0] <= start - hours * _HOUR:
            as_of = [forecast for at, forecast in made if at <= start - hours * _HOUR]
            errors[hours].append(as_of[-1] - actual)
            hours += 1
    return {
        hours: (
            len(found),
            sum(map(abs, found)) / len(found),
            sum(found) / len(found),
            math.sqrt(sum(error * error for error in found) / len(found)),
        )
        for hours, found in errors.items()
    }


def random_loads(seed: int) -> list[list[Said]]:
    """Loads of polls on four half hours, late ones among them, no two at one moment."""
    dice = random.Random(seed)
    said = []
    for number, minutes in enumerate(sorted(dice.sample(range(-9 * 60, 40 * 60, 7), 120))):
        start = _FIRST_START + dice.randrange(4) * _HALF_HOUR
        said.append(
            Said(
                _FIRST_START + timedelta(minutes=minutes, microseconds=number),
                start,
                dice.choice([100, 100, 110, 95.5, 0, -7, None]),
                dice.choice([None, 90, 90, 105, 0]) if minutes > 0 else None,
            )
        )
    late = [dice.random() < 0.2 for _ in said]
    in_time = [each for each, is_late in zip(said, late, strict=True) if not is_late]
    others = [each for each, is_late in zip(said, late, strict=True) if is_late]
    dice.shuffle(others)
    cut = dice.randrange(1, len(in_time))
    return [in_time[:cut], others[: len(others) // 2], in_time[cut:], others[len(others) // 2 :]]


def _by_half_hour(said: Sequence[Said]) -> dict[datetime, list[Said]]:
    """What was said of each half hour, in the order in which it was heard."""
    found: defaultdict[datetime, list[Said]] = defaultdict(list)
    for each in sorted(said, key=lambda each: (each.period_start_at, each.observed_at)):
        found[each.period_start_at].append(each)
    return found


def _trusted_actual(start: datetime, newest: Said) -> float | None:
    """The actual where it is revisable or settled."""
    actual, forecast = newest.actual_gco2_per_kwh, newest.forecast_gco2_per_kwh
    is_suspect = actual == 0 and forecast is not None and forecast > 25
    is_provisional = newest.observed_at <= start + _HALF_HOUR + timedelta(minutes=12)
    return None if is_suspect or is_provisional else actual
