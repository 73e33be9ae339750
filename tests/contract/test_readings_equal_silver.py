"""The live page and the warehouse read the same bodies alike, in Python and in SQL."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.staging import DuckDBRows, body_of, item, poll

from greenpulse.grid.readings import Reading, read_poll
from greenpulse.records import Poll

AT = "2026-02-05T21:10:27.000000Z"
NATIONAL = (
    "kkulma_gb_no_dates",
    "kkulma_gb_with_dates",
    "issue6_intensity_2019-09-12",
    "jscruz_national_2017-10-01",
    "intensity_date_2023-03-26_localday",
    "intensity_date_2023-10-29_localday",
)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBRows]:
    rows = DuckDBRows(tmp_path_factory.mktemp("readings") / "warehouse.duckdb")
    yield rows
    rows.close()


def by_python(fields: dict[str, Any]) -> Reading:
    return read_poll(Poll(**fields))


def by_sql(rows: DuckDBRows, *polls: dict[str, Any]) -> list[dict[str, Any]]:
    offsets = rows.load_polls(*polls)
    found = rows.polls()
    return [found[offset] for offset in offsets]


def test_every_recorded_body_has_one_outcome(rows: DuckDBRows, recorded: Path) -> None:
    polls = [
        poll(f"{family} {file.name}", AT, file.read_text(), family=family)
        for file in sorted(recorded.glob("*.json"))
        for family in ("national", "generation", "regional")
    ]

    found = by_sql(rows, *polls)

    said = {row["poll_id"]: (row["outcome"], row["observation_count"]) for row in found}
    readings = {fields["poll_id"]: by_python(fields) for fields in polls}
    assert said == {
        poll_id: (reading.outcome.value, reading.item_count)
        for poll_id, reading in readings.items()
    }


@pytest.mark.parametrize("name", NATIONAL)
def test_every_recorded_national_body_has_the_same_observations(
    tmp_path: Path, recorded: Path, name: str
) -> None:
    rows = DuckDBRows(tmp_path / "warehouse.duckdb")
    fields = poll(name, AT, (recorded / f"{name}.json").read_text())

    rows.load_polls(fields)

    found = rows.select(
        """
        select
            period_start_at, period_end_at,
            forecast_gco2_per_kwh, actual_gco2_per_kwh, intensity_index
        from silver.national_intensity order by period_start_at
        """
    )
    assert found == [
        (
            observation.period_start_at.replace(tzinfo=None),
            observation.period_end_at.replace(tzinfo=None),
            *dataclasses.astuple(observation)[2:],
        )
        for observation in by_python(fields).observations
    ]
    assert found
    rows.close()


# A lone surrogate is no text of any language; DuckDB takes none, Python does.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
    | st.sampled_from(["2026-02-05T20:30Z", "2026-02-05T21:00Z", "data", "low"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["data", "from", "to", "intensity", "forecast", "actual", "index"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
half_hour = st.builds(
    lambda *said: item("2026-02-05T20:30Z", "2026-02-05T21:00Z", *said),
    json_values,
    json_values,
    json_values,
)
bodies = st.one_of(
    st.builds(body_of, half_hour, half_hour),
    st.builds(body_of, half_hour, json_values),
    json_values.map(body_of),
    texts,
    st.sampled_from(['{"data":', "[NaN]", '{"data":[]', "nul", "-", "01", '"', "\x00", "\x0b"]),
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(contents=st.lists(bodies, min_size=10, max_size=20, unique=True))
def test_any_body_has_one_outcome(rows: DuckDBRows, contents: list[str]) -> None:
    taken = len(rows.polls())
    polls = [poll(f"any {taken + number}", AT, text) for number, text in enumerate(contents)]

    found = by_sql(rows, *polls)

    said = {
        text: (row["outcome"], row["observation_count"])
        for text, row in zip(contents, found, strict=True)
    }
    readings = {fields["body"]: by_python(fields) for fields in polls}
    assert said == {
        text: (reading.outcome.value, reading.item_count) for text, reading in readings.items()
    }
