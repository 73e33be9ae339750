"""GOLD.GREENEST_WINDOWS, on examples worked out by hand and against a plain reading."""

import json
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.manual_clock import ManualClock
from support.staging import DuckDBRows, body_of, item, poll

from greenpulse.web.greenest import greenest_window
from greenpulse.web.half_hour import HalfHour

HALF_HOUR = timedelta(minutes=30)
NOON = datetime(2026, 2, 5, 12)  # noqa: DTZ001 - as the warehouse has it: naive, UTC
GREAT_BRITAIN = 18
Forecasts = Mapping[datetime, float | None]


@pytest.fixture
def rows(tmp_path: Path, clock: ManualClock) -> Iterator[DuckDBRows]:
    rows = DuckDBRows(tmp_path / "warehouse.duckdb", clock)
    rows.set_now("2026-02-05 12:17:00")
    yield rows
    rows.close()


def from_noon(*values: float | None) -> dict[datetime, float | None]:
    return {NOON + number * HALF_HOUR: value for number, value in enumerate(values)}


def national(forecasts: Forecasts, at: str = "2026-02-05T12:10:00Z") -> dict[str, Any]:
    items = [
        item(rfc(start), rfc(start + HALF_HOUR), said, None) for start, said in sorted_of(forecasts)
    ]
    return poll(f"national {at}", at, body_of(*items))


def regional(
    forecasts: Mapping[int, Forecasts], at: str = "2026-02-05T12:12:00Z"
) -> dict[str, Any]:
    """An answer of all regions, each with what it forecasts."""
    starts = sorted({start for said in forecasts.values() for start in said})
    half_hours = [
        {
            "from": rfc(start),
            "to": rfc(start + HALF_HOUR),
            "regions": [
                {
                    "regionid": region_id,
                    "dnoregion": "x",
                    "shortname": {13: "London", 18: "GB"}.get(region_id, "England"),
                    "intensity": {"forecast": said[start], "index": "low"},
                    "generationmix": [],
                }
                for region_id, said in forecasts.items()
                if start in said
            ],
        }
        for start in starts
    ]
    body = json.dumps({"data": half_hours})
    return poll(f"regional {at}", at, body, family="regional", series="regional")


def rfc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%MZ}"


def sorted_of(forecasts: Forecasts) -> list[tuple[datetime, float | None]]:
    return sorted(forecasts.items())


def windows(rows: DuckDBRows, region_id: int = GREAT_BRITAIN) -> dict[int, tuple[Any, ...]]:
    """Start, mean and saving by duration in minutes."""
    found = rows.select(
        f"""
        select duration_minutes, starts_at, ends_at, mean_gco2_per_kwh, saving_percent
        from gold.greenest_windows where region_id = {region_id} order by 1
        """  # noqa: S608 - a number
    )
    for minutes, starts_at, ends_at, _, _ in found:
        assert ends_at - starts_at == timedelta(minutes=minutes)
    return {minutes: (starts_at, mean, saving) for minutes, starts_at, _, mean, saving in found}


def test_the_window_with_the_lowest_mean_is_found_and_compared_with_now(rows: DuckDBRows) -> None:
    rows.load_polls(national(from_noon(200, 180, 90, 100, 150)))

    assert windows(rows) == {
        30: (NOON + 2 * HALF_HOUR, 90, pytest.approx(55)),
        60: (NOON + 2 * HALF_HOUR, 95, pytest.approx(50)),
        90: (NOON + 2 * HALF_HOUR, pytest.approx(340 / 3), pytest.approx(100 * 130 / 470)),
        120: (NOON + HALF_HOUR, 130, pytest.approx(100 * 12.5 / 142.5)),
        150: (NOON, 144, 0),
    }


def test_a_job_takes_twelve_hours_at_most(rows: DuckDBRows) -> None:
    rows.load_polls(national(from_noon(*range(200, 260))))

    assert list(windows(rows)) == [30 * number for number in range(1, 25)]


def test_of_equals_the_earliest_is_taken(rows: DuckDBRows) -> None:
    rows.load_polls(national(from_noon(100, 90, 90, 90)))

    assert {minutes: start for minutes, (start, _, _) in windows(rows).items()} == {
        30: NOON + HALF_HOUR,
        60: NOON + HALF_HOUR,
        90: NOON + HALF_HOUR,
        120: NOON,
    }


def test_what_is_over_is_no_choice_but_the_running_half_hour_is(rows: DuckDBRows) -> None:
    rows.load_polls(national({NOON - HALF_HOUR: 1} | from_noon(5, 100)))

    assert windows(rows)[30] == (NOON, 5, 0)


def test_no_window_spans_a_hole_or_a_forecast_that_was_not_given(rows: DuckDBRows) -> None:
    known = from_noon(100, None, 80, 90, 10, 70, 60)
    del known[NOON + 4 * HALF_HOUR]

    rows.load_polls(national(known))

    assert windows(rows) == {
        30: (NOON + 6 * HALF_HOUR, 60, pytest.approx(40)),
        60: (NOON + 5 * HALF_HOUR, 65, None),  # starting now is not known for an hour
    }


@pytest.mark.parametrize("now", [None, 0, -5])
def test_a_saving_against_nothing_is_not_known(rows: DuckDBRows, now: float | None) -> None:
    rows.load_polls(national(from_noon(now, -6, 80)))

    assert windows(rows)[30] == (NOON + HALF_HOUR, -6, None)


def test_a_saving_can_be_more_than_all_of_it(rows: DuckDBRows) -> None:
    rows.load_polls(national(from_noon(50, -10)))

    assert windows(rows)[30] == (NOON + HALF_HOUR, -10, pytest.approx(120))


def test_the_newest_forecast_counts_null_included(rows: DuckDBRows) -> None:
    rows.load_polls(national(from_noon(100, 50, 70)))
    rows.load_polls(national(from_noon(100, None, 90), "2026-02-05T12:15:00Z"))

    assert windows(rows) == {30: (NOON + 2 * HALF_HOUR, 90, pytest.approx(10))}


def test_nothing_is_said_where_nothing_is_known(rows: DuckDBRows) -> None:
    assert windows(rows) == {}


def test_each_region_has_windows_of_its_own_and_great_britain_those_of_the_nation(
    rows: DuckDBRows,
) -> None:
    said = {13: from_noon(100, 40), 15: from_noon(20, 60), 18: from_noon(300, 1)}

    rows.load_polls(national(from_noon(200, 150)), regional(said))

    found = rows.select("select * from gold.greenest_windows order by 1, 3")
    assert found == [
        (13, "London", 30, NOON + HALF_HOUR, NOON + 2 * HALF_HOUR, 40, 60),
        (13, "London", 60, NOON, NOON + 2 * HALF_HOUR, 70, 0),
        (15, "England", 30, NOON, NOON + HALF_HOUR, 20, 0),
        (15, "England", 60, NOON, NOON + 2 * HALF_HOUR, 40, 0),
        (18, "GB", 30, NOON + HALF_HOUR, NOON + 2 * HALF_HOUR, 150, 25),
        (18, "GB", 60, NOON, NOON + 2 * HALF_HOUR, 175, 0),
    ]


def test_a_region_forecasts_anew(rows: DuckDBRows) -> None:
    rows.load_polls(regional({13: from_noon(100, 40)}))
    rows.load_polls(regional({13: from_noon(100, 140)}, "2026-02-05T12:16:00Z"))

    assert windows(rows, 13)[30] == (NOON, 100, 0)


def expected(forecasts: Forecasts) -> dict[int, tuple[Any, ...]]:
    """The same by the rules, for one region, in plain Python."""
    found = {}
    for half_hours in range(1, 25):
        means = {}
        for start in sorted(start for start in forecasts if start >= NOON):
            window = [forecasts.get(start + number * HALF_HOUR) for number in range(half_hours)]
            known = [value for value in window if value is not None]
            if len(known) == half_hours:
                means[start] = sum(known) / half_hours
        if means:
            best = min(means, key=lambda start: (means[start], start))
            now = means.get(NOON, 0)
            saving = pytest.approx(100 * (now - means[best]) / now) if now > 0 else None
            found[30 * half_hours] = (best, pytest.approx(means[best]), saving)
    return found


def random_forecasts(dice: random.Random) -> dict[datetime, float | None]:
    """Two days with holes, nulls, ties and values below 0; whole numbers, as the API gives."""
    values = dice.choice([(0, 100, 110, 120), (-20, -5, 0, 5, 30), tuple(range(40, 300))])
    return {
        NOON + number * HALF_HOUR: None if dice.random() < 0.03 else dice.choice(values)
        for number in range(-4, 96)
        if dice.random() > 0.03
    }


@pytest.mark.parametrize("seed", range(5))
def test_any_forecasts_give_what_the_rules_say(rows: DuckDBRows, seed: int) -> None:
    dice = random.Random(seed)
    said = {region_id: random_forecasts(dice) for region_id in (1, 7, 17, GREAT_BRITAIN)}

    rows.load_polls(
        national(said[GREAT_BRITAIN]),
        regional({number: said[number] for number in (1, 7, 17)}),
    )

    for region_id, forecasts in said.items():
        assert windows(rows, region_id) == expected(forecasts), region_id


@pytest.mark.parametrize("seed", range(3))
def test_the_page_says_the_same(rows: DuckDBRows, seed: int) -> None:
    forecasts = random_forecasts(random.Random(seed))
    rows.load_polls(national(forecasts))
    now = NOON.replace(tzinfo=UTC)
    half_hours = [
        HalfHour(start, start + HALF_HOUR, forecast, None, None, now)
        for start, forecast in (
            (start.replace(tzinfo=UTC), forecast) for start, forecast in sorted_of(forecasts)
        )
    ]

    for minutes, (starts_at, mean, saving) in windows(rows).items():
        window = greenest_window(half_hours, now, timedelta(minutes=minutes))
        assert window is not None
        assert window.starts_at.replace(tzinfo=None) == starts_at
        assert window.mean_gco2_per_kwh == pytest.approx(mean)
        assert window.saving_percent == (None if saving is None else pytest.approx(saving))
