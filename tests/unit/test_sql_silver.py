"""Silver equals a plain reading of the same records, however they were cut into loads."""

import dataclasses
import itertools
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.silver_model import PollRow, Run, silver_of
from support.staging import DuckDBRows, body_of, item, poll, value_of_poll

DAY = timedelta(days=1)
FIRST_DAY = datetime(2019, 1, 1)  # noqa: DTZ001 - as the warehouse has it: naive, UTC
GARBAGE_BODIES = (
    None,
    "",
    " \r\n",
    "{}",
    "null",
    "[]",
    ' { "data" : [ ] } ',
    '{"data":null}',
    '{"data":{}}',
    '{"data":"text"}',
    '{"data":[1,null,"x",[],{}]}',
    '{"error":{"code":"500"}}',
    "<html>",
    '{"data":[],}',
    '{"data":[NaN]}',
    "183",
    '"text"',
    "[[[]]]",
    '{"data":[{"data":[]}]}',
    '{"data":',
)
GARBAGE_VALUES = (
    None,
    b"",
    b"rubbish",
    b"[]",
    b"{}",
    b"\xff\xfe",
    b'{"poll_id":5}',
    b'{"poll_id":"x","family":"national"}',
)


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBRows]:
    rows = DuckDBRows(tmp_path_factory.mktemp("silver") / "warehouse.duckdb")
    yield rows
    rows.close()


examples = itertools.count()
NEWEST = """
    select
        period_start_at, period_end_at, observed_at, last_observed_at,
        forecast_gco2_per_kwh, actual_gco2_per_kwh, intensity_index
    from silver.newest_national_run order by period_start_at
"""


def time_of(moment: datetime, form: str) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M") + form


@st.composite
def items(draw: st.DrawFn, day: datetime) -> dict[str, Any]:
    start = day + timedelta(minutes=30 * draw(st.integers(0, 1)))
    minutes = draw(st.sampled_from([30] * 20 + [0, 60, 15]))
    form = draw(st.sampled_from(["Z"] * 8 + [":00Z", "+00:00", ":00+00:00", "", "+01:00"]))
    numbers = st.sampled_from(
        [137] * 8 + [130] * 4 + [130.5, 0, -7, 8037, None, "183", True, 1e300]
    )
    content = item(
        time_of(start, form),
        time_of(start + timedelta(minutes=minutes), "Z"),
        draw(numbers),
        draw(numbers),
        draw(st.sampled_from(["low"] * 8 + ["high", None, 3])),
    )
    if draw(st.integers(0, 9)) == 0:
        del content["intensity"][draw(st.sampled_from(["forecast", "actual", "index"]))]
    if draw(st.integers(0, 15)) == 0:
        content["intensity"] = draw(st.sampled_from([None, [], 5, {}]))
    return content


@st.composite
def bodies(draw: st.DrawFn, day: datetime) -> str | None:
    if draw(st.integers(0, 6)) == 0:
        return draw(st.sampled_from(GARBAGE_BODIES))
    found = draw(st.lists(items(day), min_size=1, max_size=4))
    if len(found) == 1 and draw(st.booleans()):
        return json.dumps({"data": found[0]})
    return body_of(*found)


@st.composite
def values(draw: st.DrawFn, day: datetime, prefix: str) -> bytes | None:
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(GARBAGE_VALUES))
    answered_at = day + timedelta(minutes=draw(st.integers(0, 5)))
    changes: dict[str, object] = {
        "family": draw(st.sampled_from(["national"] * 6 + ["generation"])),
        "status": draw(st.sampled_from([200] * 12 + [204, 299, 300, 500, 199])),
        "error": draw(st.sampled_from([None] * 12 + ["cut off", 5])),
    }
    if draw(st.integers(0, 9)) == 0:
        changes |= draw(
            st.sampled_from(
                [
                    {"imported": True},
                    {"imported": "yes"},
                    {"status": "200"},
                    {"status": None, "answered_at": None},
                    {"answered_at": None},
                    {"answered_at": "yesterday"},
                    {"scheduled_at": 5},
                    {"url": None},
                    {"body": 5},
                    {"body": None, "body_base64": "/w=="},
                ]
            )
        )
    form = draw(st.sampled_from([":%SZ", ":%S.000000Z", ":%S+00:00"]))
    fields = poll(
        f"{prefix}-{draw(st.integers(0, 20))}",
        answered_at.strftime(f"%Y-%m-%dT%H:%M{form}"),
        draw(bodies(day)),
    )
    return value_of_poll(fields | changes)


@st.composite
def schedules(draw: st.DrawFn) -> list[list[bytes | None]]:
    """Loads of one example: its half hours and poll ids are nobody else's."""
    number = next(examples)
    day = FIRST_DAY + number * DAY
    loads = st.lists(values(day, f"e{number}"), min_size=1, max_size=6)
    return draw(st.lists(loads, min_size=1, max_size=4))


def poll_rows(rows: DuckDBRows, offsets: Sequence[int]) -> list[PollRow]:
    found = rows.polls()
    names = PollRow.__dataclass_fields__
    return [
        PollRow(**{name: found[offset][name] for name in names})
        for offset in offsets
        if offset in found
    ]


def runs(rows: DuckDBRows, polls: Sequence[PollRow]) -> list[Run]:
    found = rows.rows_of(
        "select * from silver.national_intensity order by period_start_at, revision_number"
    )
    wanted = {poll.poll_id for poll in polls}
    names = Run.__dataclass_fields__
    return [Run(**{name: row[name] for name in names}) for row in found if row["poll_id"] in wanted]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(loads=schedules())
def test_any_cut_into_loads_gives_what_one_plain_reading_gives(
    rows: DuckDBRows, loads: list[list[bytes | None]]
) -> None:
    offsets = [offset for load in loads for offset in rows.load(*load)]

    expected_polls, expected_runs = silver_of(list(itertools.chain.from_iterable(loads)))
    assert poll_rows(rows, offsets) == expected_polls
    assert runs(rows, expected_polls) == expected_runs
    newest = {run.period_start_at: dataclasses.astuple(run)[:-1] for run in expected_runs}
    assert [row for row in rows.select(NEWEST) if row[0] in newest] == list(newest.values())
