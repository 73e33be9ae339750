"""Regions and the generation mix in silver equal a plain reading, however they were loaded."""

import itertools
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.regional_model import Facts, Record, RegionalRun, Share, facts_of
from support.staging import DuckDBRows, poll, value_of_poll

DAY = timedelta(days=1)
FIRST_DAY = datetime(2019, 1, 1)  # noqa: DTZ001 - as the warehouse has it: naive, UTC
AT = "2026-02-05T21:00:00Z"
REGIONAL = {"family": "regional"}
HALF_HOUR = {"from": "2026-02-05T20:30Z", "to": "2026-02-05T21:00Z"}


@pytest.fixture(scope="module")
def shared_rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBRows]:
    rows = DuckDBRows(tmp_path_factory.mktemp("regions") / "warehouse.duckdb")
    yield rows
    rows.close()


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[DuckDBRows]:
    rows = DuckDBRows(tmp_path / "warehouse.duckdb")
    yield rows
    rows.close()


def facts_in(rows: DuckDBRows, day: datetime) -> Facts:
    """What silver has of the half hours of a day."""

    def of(table: str, order: str) -> list[dict[str, Any]]:
        return rows.rows_of(
            f"select * from silver.{table} where period_start_at >= '{day}'"  # noqa: S608 - of this file
            f" and period_start_at < '{day + DAY}' order by {order}"
        )

    def shares(table: str, order: str) -> list[Share]:
        names = Share.__dataclass_fields__
        found = [{"region_id": None} | row for row in of(table, order)]
        return [Share(**{name: row[name] for name in names}) for row in found]

    runs = of("regional_intensity", "period_start_at, region_id, revision_number")
    names = RegionalRun.__dataclass_fields__
    return Facts(
        [RegionalRun(**{name: row[name] for name in names}) for row in runs],
        shares("generation_mix", "period_start_at, fuel"),
        shares("regional_generation_mix", "period_start_at, region_id, fuel"),
    )


examples = itertools.count()
numbers = st.sampled_from([50, 50, 50, 60.5, 0, -13, None, "50", True, 1e300])
mixes: st.SearchStrategy[Any] = st.lists(
    st.fixed_dictionaries(
        {"fuel": st.sampled_from(["wind", "wind", "gas", "coal", "", None, 5])},
        optional={"perc": numbers},
    )
    | st.sampled_from([None, 5, "wind", {}, []]),
    max_size=3,
) | st.sampled_from([None, {}, "wind", 5])
intensities: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {"index": st.sampled_from(["low", "low", "low", "high", None, 3])},
    optional={"forecast": numbers},
) | st.sampled_from([None, [], {}, 5])
contents = st.fixed_dictionaries({}, optional={"intensity": intensities, "generationmix": mixes})
names_of_regions = st.fixed_dictionaries(
    {"regionid": st.sampled_from([6, 6, 6, 13, 18, 0, 100, "6", 6.0, None, True])},
    optional={
        "shortname": st.sampled_from(["London", "GB", "North Wales", "Atlantis", None, 5]),
        "postcode": st.sampled_from(["EN2", "EN2", None]),
    },
)
regions = st.builds(lambda name, content: name | content, names_of_regions, contents)


@st.composite
def half_hours(draw: st.DrawFn, day: datetime) -> dict[str, Any]:
    start = day + timedelta(minutes=30 * draw(st.integers(0, 1)))
    end = start + timedelta(minutes=draw(st.sampled_from([30] * 12 + [60])))
    period = {"from": f"{start:%Y-%m-%dT%H:%MZ}", "to": f"{end:%Y-%m-%dT%H:%MZ}"}
    said = draw(contents | st.lists(regions, max_size=3).map(lambda listed: {"regions": listed}))
    return period | said


@st.composite
def bodies(draw: st.DrawFn, day: datetime) -> str:
    """In each of the shapes that the API has for a half hour, a window, and a region."""
    found = draw(st.lists(half_hours(day), min_size=1, max_size=3))
    of_one_region = draw(names_of_regions) | {"data": found}
    shapes = [found, found, found[0], of_one_region, [of_one_region], [of_one_region, found[0]]]
    return json.dumps({"data": draw(st.sampled_from(shapes))})


@st.composite
def loads(draw: st.DrawFn, day: datetime) -> tuple[int, list[bytes]]:
    """Values of one load, and its partition. Nobody else's poll has one of its names."""
    partition = draw(st.integers(1, 2))
    values = []
    for _ in range(draw(st.integers(1, 4))):
        answered_at = day + timedelta(seconds=draw(st.integers(0, 2)))
        fields = poll(
            f"{day} {partition} {draw(st.integers(0, 20))}",
            f"{answered_at:%Y-%m-%dT%H:%M:%SZ}",
            draw(bodies(day)),
            family=draw(st.sampled_from(["regional"] * 5 + ["generation"] * 3 + ["national"])),
        )
        values.append(value_of_poll(fields))
    return partition, values


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_order_of_any_loads_gives_what_one_plain_reading_gives(
    shared_rows: DuckDBRows, data: st.DataObject
) -> None:
    day = FIRST_DAY + next(examples) * DAY

    records = []
    for partition, values in data.draw(st.lists(loads(day), min_size=1, max_size=5)):
        offsets = shared_rows.load(*values, partition=partition)
        records += [Record(partition, *record) for record in zip(offsets, values, strict=True)]

    assert facts_in(shared_rows, day) == facts_of(records)


def say(rows: DuckDBRows, at: str, family: str, data: object) -> None:
    body = json.dumps({"data": data})
    rows.load_polls(poll(f"{family} {at}", f"2026-02-05T{at}Z", body, family=family))


def region(number: int, name: str, forecast: object, *mix: tuple[str, object]) -> dict[str, Any]:
    return {
        "regionid": number,
        "shortname": name,
        "intensity": {"forecast": forecast, "index": "low"},
        "generationmix": [{"fuel": fuel, "perc": share} for fuel, share in mix],
    }


def mix(rows: DuckDBRows, table: str = "generation_mix") -> list[tuple[Any, ...]]:
    return rows.select(f"select fuel, share_percent from silver.{table} order by fuel")  # noqa: S608 - of this file


def test_a_fuel_that_the_newest_answer_leaves_out_keeps_what_was_said_of_it(
    rows: DuckDBRows,
) -> None:
    def shares(**percent: float | None) -> list[dict[str, Any]]:
        return [{"fuel": fuel, "perc": share} for fuel, share in percent.items()]

    say(rows, "21:00:00", "generation", HALF_HOUR | {"generationmix": shares(coal=1, wind=40)})
    say(rows, "21:10:00", "generation", HALF_HOUR | {"generationmix": shares(gas=None, wind=0)})

    assert mix(rows) == [("coal", 1), ("gas", None), ("wind", 0)]


def test_what_late_polls_say_is_history_and_no_news(rows: DuckDBRows) -> None:
    for at, forecast in (("21:20:00", 50), ("21:40:00", 50), ("21:30:00", 60), ("21:00:00", 50)):
        half_hour = HALF_HOUR | {"regions": [region(13, "London", forecast, ("wind", forecast))]}
        say(rows, at, "regional", [half_hour])

    runs = """
        select forecast_gco2_per_kwh, minute(observed_at), minute(last_observed_at), is_newest
        from silver.regional_intensity order by revision_number
    """
    assert rows.select(runs) == [(50, 0, 20, False), (60, 30, 30, False), (50, 40, 40, True)]
    assert mix(rows, "regional_generation_mix") == [("wind", 50)]


def test_late_news_is_put_among_more_polls_than_are_read_at_once(rows: DuckDBRows) -> None:
    def said(minute: int, forecast: int) -> bytes:
        body = json.dumps({"data": [HALF_HOUR | {"regions": [region(13, "London", forecast)]}]})
        return value_of_poll(poll(f"{minute}", f"2026-02-05T21:{minute:02}:00Z", body) | REGIONAL)

    rows.load(*(said(minute, minute // 25) for minute in range(0, 50, 2)), partition=1)
    rows.load(said(13, 7), partition=2)

    runs = """
        select forecast_gco2_per_kwh, minute(observed_at), minute(last_observed_at)
        from silver.regional_intensity order by revision_number
    """
    assert rows.select(runs) == [(0, 0, 12), (7, 13, 13), (0, 14, 24), (1, 26, 48)]
    assert rows.select("select count(*) from silver.regional_sighting") == [(0,)]


@pytest.mark.parametrize("partitions", [(1, 2), (2, 1)])
def test_of_what_is_said_at_one_moment_the_last_in_log_order_counts(
    rows: DuckDBRows, partitions: tuple[int, int]
) -> None:
    for partition in partitions:
        fuels = region(13, "London", partition, ("wind", partition))
        answers = {
            "regional": HALF_HOUR | {"regions": [region(13, "London", 0, ("wind", 0)), fuels]},
            "generation": HALF_HOUR | {"generationmix": fuels["generationmix"]},
        }
        polls = [
            poll(f"{family} {partition}", AT, json.dumps({"data": data}), family=family)
            for family, data in answers.items()
        ]
        rows.load(*map(value_of_poll, polls), partition=partition)

    forecasts = """
        select forecast_gco2_per_kwh from silver.regional_intensity order by revision_number
    """
    assert rows.select(forecasts) == [(0,), (1,), (0,), (2,)]
    assert mix(rows) == mix(rows, "regional_generation_mix") == [("wind", 2)]


def test_below_zero_is_a_forecast_like_any_other(rows: DuckDBRows) -> None:
    say(rows, "21:00:00", "regional", [HALF_HOUR | {"regions": [region(8, "West Midlands", -13)]}])

    forecasts = "select forecast_gco2_per_kwh from silver.regional_intensity"
    assert rows.select(forecasts) == [(-13,)]


def test_the_number_of_a_region_in_the_answer_for_a_postcode_follows_its_name(
    rows: DuckDBRows,
) -> None:
    entry = region(9, "East England", 309, ("wind", 3)) | HALF_HOUR
    named = {name: entry.pop(name) for name in ("regionid", "shortname")}
    say(rows, "21:00:00", "regional", [named | {"postcode": "EN2", "data": [entry]}])

    for table in ("regional_intensity", "regional_generation_mix"):
        assert rows.select(f"select region_id from silver.{table}") == [(10,)]  # noqa: S608 - of this file


def test_a_region_without_a_readable_intensity_still_has_its_mix(rows: DuckDBRows) -> None:
    broken = region(13, "London", "many", ("wind", 3), ("gas", "some"))
    say(rows, "21:00:00", "regional", [HALF_HOUR | {"regions": [broken, region(1, "X", 5)]}])

    regions_read = "select region_id from silver.regional_intensity"
    assert rows.select(regions_read) == [(1,)]
    assert mix(rows, "regional_generation_mix") == [("wind", 3)]
