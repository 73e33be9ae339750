"""Gold's views of the regions and of the generation mix, on examples and on real answers."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.manual_clock import ManualClock
from support.regional_model import NAMES, Record, facts_of
from support.staging import DuckDBRows, poll, value_of_poll

AT = datetime.fromisoformat("2026-02-05T21:00:00")
SHARES = "select period_start_at, fuel, share_percent, observed_at from gold.generation_mix"
REGIONS = """
    select period_start_at, region_id, forecast_gco2_per_kwh, intensity_index, observed_at
    from gold.regional_intensity order by period_start_at, region_id
"""


@pytest.fixture
def rows(tmp_path: Path, clock: ManualClock) -> Iterator[DuckDBRows]:
    rows = DuckDBRows(tmp_path / "warehouse.duckdb", clock)
    yield rows
    rows.close()


def say(rows: DuckDBRows, family: str, bodies: Sequence[str]) -> list[Record]:
    """Load what was answered, minute after minute."""
    polls = [
        poll(
            f"{family} {number}",
            f"{AT + timedelta(minutes=number):%Y-%m-%dT%H:%M:%SZ}",
            text,
            family=family,
        )
        for number, text in enumerate(bodies)
    ]
    values = [value_of_poll(fields) for fields in polls]
    offsets = rows.load(*values)
    return [Record(0, *record) for record in zip(offsets, values, strict=True)]


def recorded_bodies(recorded: Path, pattern: str) -> list[str]:
    return [file.read_text() for file in sorted(recorded.glob(pattern))]


def test_every_recorded_answer_of_regions_is_shown_as_a_plain_reading_reads_it(
    rows: DuckDBRows, recorded: Path
) -> None:
    facts = facts_of(say(rows, "regional", recorded_bodies(recorded, "*.json")))

    newest = [run for run in facts.regional_intensity if run.is_newest]
    assert rows.select(REGIONS) == [
        (
            run.period_start_at,
            run.region_id,
            run.forecast_gco2_per_kwh,
            run.intensity_index,
            run.observed_at,
        )
        for run in newest
    ]
    assert {run.region_id for run in newest} == set(range(1, 19))
    mix = """
        select period_start_at, region_id, fuel, share_percent, poll_id
        from silver.regional_generation_mix order by period_start_at, region_id, fuel
    """
    assert rows.select(mix) == [
        (share.period_start_at, share.region_id, share.fuel, share.share_percent, share.poll_id)
        for share in facts.regional_generation_mix
    ]


def test_every_recorded_answer_of_the_mix_is_shown_as_a_plain_reading_reads_it(
    rows: DuckDBRows, recorded: Path
) -> None:
    facts = facts_of(say(rows, "generation", recorded_bodies(recorded, "*.json")))

    found = rows.select(f"{SHARES} order by period_start_at, fuel")
    assert found == [
        (share.period_start_at, share.fuel, share.share_percent, share.observed_at)
        for share in facts.generation_mix
    ]
    assert len(found) > 9 * 336


def test_a_region_has_one_name_though_the_api_had_three(rows: DuckDBRows, recorded: Path) -> None:
    say(rows, "regional", recorded_bodies(recorded, "kkulma_nat_*_dates.json"))

    said = "select count(distinct region_name) from silver.regional_intensity where region_id = 6"
    shown = "select distinct region_id, region_name from gold.regional_intensity order by 1"
    assert rows.select(said) == [(2,)]
    assert rows.select(shown) == list(enumerate(NAMES, start=1))


def half_hour(**said: Any) -> str:  # noqa: ANN401 - of any field
    period = {"from": "2026-02-05T20:30Z", "to": "2026-02-05T21:00Z"}
    return json.dumps({"data": [period | said]})


def test_a_region_that_nobody_has_named_yet_is_shown_as_it_was_said(rows: DuckDBRows) -> None:
    regions = [
        {"regionid": 19, "shortname": "Orkney", "intensity": {"forecast": 1, "index": "very low"}},
        {"regionid": 13, "intensity": {"forecast": None, "index": None}},
    ]
    say(rows, "regional", [half_hour(regions=regions)])

    shown = """
        select region_id, region_name, forecast_gco2_per_kwh, intensity_index
        from gold.regional_intensity order by region_id
    """
    assert rows.select(shown) == [(13, "London", None, None), (19, "Orkney", 1, "very low")]


def test_the_newest_word_on_a_region_is_in_force_null_included(rows: DuckDBRows) -> None:
    said = [
        [{"regionid": 13, "intensity": {"forecast": forecast, "index": "low"}}]
        for forecast in (50, 60, None)
    ]
    say(rows, "regional", [half_hour(regions=regions) for regions in said])

    start = datetime.fromisoformat("2026-02-05T20:30:00")
    assert rows.select(REGIONS) == [(start, 13, None, "low", AT + timedelta(minutes=2))]
