"""The simulated API's URL grammar and window rules, each worked out by hand from the notes."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenpulse.grid.simulated.answers import Answers
from greenpulse.grid.simulated.grid import SimulatedGrid
from greenpulse.grid.simulated.regions import REGIONS, region_of_postcode

NOW = datetime(2026, 1, 31, 12, 7, tzinfo=UTC)

PATH = "Please enter a valid path e.g. /intensity/"
MOMENT = (
    "Please enter a valid datetime in ISO8601 format YYYY-MM-DDThh:mmZ"
    " e.g. /intensity/2017-08-25T15:30Z"
)
RANGE = (
    "Please enter a valid start and end datetime in ISO8601 format YYYY-MM-DDThh:mmZ"
    " i.e. /intensity/2017-08-25T15:30Z/2017-08-27T17:00Z"
)
DATE = "Please enter a valid date in ISO8601 format 'YYYY-MM-DD' i.e. .../intensity/date/2017-08-25"
ORDER = "The start datetime should be less than the end datetime"
OVER_31_DAYS = (
    "The date range you have specified is greater than 31 days. Please select a smaller date range."
)
OVER_14_DAYS = (
    "The date range you have specified is greater than 14 days. Please select a smaller date range."
)
POSTCODE = "No postcode match can be found."


@pytest.fixture(scope="module")
def answers() -> Answers:
    return Answers(SimulatedGrid(1))


def body_of(answers: Answers, path: str, now: datetime = NOW) -> Any:  # noqa: ANN401 - any JSON
    answer = answers.at(path, now)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def starts(answers: Answers, path: str, now: datetime = NOW) -> list[str]:
    """Starts of the half hours in an answer, whatever its shape."""
    rows = body_of(answers, path, now)["data"]
    while isinstance(rows, dict) and "data" in rows:
        rows = rows["data"]
    if isinstance(rows, dict):
        rows = [rows]
    if rows and "from" not in rows[0]:
        rows = rows[0]["data"]
    for row in rows:
        span = datetime.fromisoformat(row["to"]) - datetime.fromisoformat(row["from"])
        assert span == timedelta(minutes=30)
    return [row["from"] for row in rows]


@pytest.mark.parametrize(
    "path",
    [
        "/intensity",
        "/generation",
        "/regional",
        "/regional/england",
        "/regional/scotland",
        "/regional/wales",
        "/regional/regionid/13",
        "/regional/postcode/EN2",
    ],
)
@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 1, 31, 12, 0, 0, tzinfo=UTC), "2026-01-31T11:30Z"),
        (datetime(2026, 1, 31, 12, 29, 59, tzinfo=UTC), "2026-01-31T11:30Z"),
        (datetime(2026, 1, 31, 12, 30, 0, tzinfo=UTC), "2026-01-31T12:00Z"),
    ],
)
def test_without_a_time_the_last_complete_half_hour_is_meant(
    answers: Answers, path: str, now: datetime, expected: str
) -> None:
    assert starts(answers, path, now) == [expected]
    assert starts(answers, path + "/", now) == [expected]


@pytest.mark.parametrize(
    ("path", "count", "first", "last"),
    [
        ("/intensity/2026-01-31T00:00Z", 1, "2026-01-30T23:30Z", "2026-01-30T23:30Z"),
        ("/intensity/2026-01-31T00:01Z", 1, "2026-01-31T00:00Z", "2026-01-31T00:00Z"),
        ("/intensity/2026-01-31T00:29Z", 1, "2026-01-31T00:00Z", "2026-01-31T00:00Z"),
        ("/intensity/2026-01-31T12:07Z/fw24h", 48, "2026-01-31T12:00Z", "2026-02-01T11:30Z"),
        ("/intensity/2026-01-31T12:00Z/fw24h", 49, "2026-01-31T11:30Z", "2026-02-01T11:30Z"),
        ("/intensity/2026-01-31T12:07Z/fw48h", 96, "2026-01-31T12:00Z", "2026-02-02T11:30Z"),
        ("/intensity/2026-01-31T12:00Z/fw48h", 97, "2026-01-31T11:30Z", "2026-02-02T11:30Z"),
        ("/intensity/2026-01-31T12:07Z/pt24h", 48, "2026-01-30T12:00Z", "2026-01-31T11:30Z"),
        ("/intensity/2026-01-31T12:00Z/pt24h", 49, "2026-01-30T11:30Z", "2026-01-31T11:30Z"),
        (
            "/intensity/2026-01-30T10:01Z/2026-01-30T12:01Z",
            4,
            "2026-01-30T10:00Z",
            "2026-01-30T11:30Z",
        ),
        (
            "/intensity/2026-01-30T10:00Z/2026-01-30T12:00Z",
            5,
            "2026-01-30T09:30Z",
            "2026-01-30T11:30Z",
        ),
        (
            "/intensity/2025-12-31T22:01Z/2026-01-01T02:01Z",
            8,
            "2025-12-31T22:00Z",
            "2026-01-01T01:30Z",
        ),
        ("/generation/2026-01-31T12:07Z/pt24h", 48, "2026-01-30T12:00Z", "2026-01-31T11:30Z"),
        (
            "/generation/2025-12-31T22:01Z/2026-01-01T02:01Z",
            3,
            "2025-12-31T22:00Z",
            "2025-12-31T23:00Z",
        ),
        (
            "/generation/2026-01-01T00:00Z/2026-01-01T02:01Z",
            5,
            "2025-12-31T23:30Z",
            "2026-01-01T01:30Z",
        ),
        (
            "/regional/intensity/2025-12-31T22:01Z/2026-01-01T02:01Z",
            3,
            "2025-12-31T22:00Z",
            "2025-12-31T23:00Z",
        ),
        (
            "/regional/intensity/2026-01-31T12:07Z/fw24h",
            48,
            "2026-01-31T12:00Z",
            "2026-02-01T11:30Z",
        ),
        (
            "/regional/intensity/2026-01-31T12:00Z/fw48h",
            97,
            "2026-01-31T11:30Z",
            "2026-02-02T11:30Z",
        ),
        (
            "/regional/intensity/2026-01-31T12:07Z/pt24h/regionid/13",
            48,
            "2026-01-30T12:00Z",
            "2026-01-31T11:30Z",
        ),
        (
            "/regional/intensity/2026-01-30T10:00Z/2026-01-30T12:00Z/postcode/EN2",
            5,
            "2026-01-30T09:30Z",
            "2026-01-30T11:30Z",
        ),
    ],
)
def test_half_hours_are_selected_by_their_end_with_both_ends_included(
    answers: Answers, path: str, count: int, first: str, last: str
) -> None:
    selected = starts(answers, path)

    assert (len(selected), selected[0], selected[-1]) == (count, first, last)
    assert selected == sorted(set(selected))


@pytest.mark.parametrize(
    ("day", "count", "first", "last"),
    [
        ("2025-06-30", 48, "2025-06-29T23:00Z", "2025-06-30T22:30Z"),
        ("2026-01-30", 48, "2026-01-30T00:00Z", "2026-01-30T23:30Z"),
        ("2025-03-30", 46, "2025-03-30T00:00Z", "2025-03-30T22:30Z"),
        ("2025-10-26", 50, "2025-10-25T23:00Z", "2025-10-26T23:30Z"),
        ("2017-09-12", 48, "2017-09-11T23:00Z", "2017-09-12T22:30Z"),
    ],
)
def test_a_date_is_a_day_of_the_clocks_of_great_britain(
    answers: Answers, day: str, count: int, first: str, last: str
) -> None:
    selected = starts(answers, f"/intensity/date/{day}")

    assert (len(selected), selected[0], selected[-1]) == (count, first, last)
    assert starts(answers, f"/intensity/date/{day}/1") == [first]
    assert starts(answers, f"/intensity/date/{day}/{count}") == [last]


def test_today_is_the_local_day_with_what_is_forecast_of_it(answers: Answers) -> None:
    """At 23:30 UTC on a summer's evening it is already tomorrow in Great Britain."""
    evening = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)

    selected = starts(answers, "/intensity/date", evening)

    assert (len(selected), selected[0], selected[-1]) == (
        48,
        "2026-06-30T23:00Z",
        "2026-07-01T22:30Z",
    )


@pytest.mark.parametrize("day", ["2017-09-11", "2026-02-04", "2100-01-01"])
def test_a_day_of_which_nothing_is_known_is_an_empty_list(answers: Answers, day: str) -> None:
    assert answers.at(f"/intensity/date/{day}", NOW).body == b'{"data":[]}'


def test_a_range_ends_at_the_horizon(answers: Answers) -> None:
    selected = starts(answers, "/intensity/2026-02-02T10:01Z/2026-02-05T12:01Z")

    assert (len(selected), selected[-1]) == (4, "2026-02-02T11:30Z")


def test_a_regional_window_beyond_the_horizon_is_an_empty_object(answers: Answers) -> None:
    answer = answers.at("/regional/intensity/2026-02-05T12:01Z/fw24h", NOW)

    assert (answer.status, answer.body) == (200, b"{}")


@pytest.mark.parametrize(
    "moment",
    [
        "2026-01-30T00:00Z",
        "2026-01-30T00:00:00Z",
        "2026-01-30",
        "2026-01-30T00:00+00:00",
        "2026-01-30T00:00:00.000000",
        "2026-01-30T00:00",
    ],
)
def test_moments_may_be_written_as_clients_write_them(answers: Answers, moment: str) -> None:
    assert starts(answers, f"/intensity/{moment}") == ["2026-01-29T23:30Z"]
    assert len(starts(answers, f"/intensity/{moment}/2026-01-30T23:59Z")) == 48


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/", PATH),
        ("", PATH),
        ("/intensities", PATH),
        ("/intensity/2026-01-30T00:00Z/fw24h/more", PATH),
        ("/intensity/date/2026-01-30/49", PATH),
        ("/intensity/date/2025-03-30/47", PATH),
        ("/intensity/date/2026-01-30/0", PATH),
        ("/intensity/date/2026-01-30/one", PATH),
        ("/intensity/stats", PATH),
        ("/intensity/stats/2026-01-30T00:00Z", PATH),
        ("/intensity/stats/2026-01-29T00:00Z/2026-01-30T00:00Z/25", PATH),
        ("/intensity/stats/2026-01-29T00:00Z/2026-01-30T00:00Z/0", PATH),
        ("/generation/2026-01-30T00:00Z", PATH),
        ("/regional/france", PATH),
        ("/regional/regionid/0", PATH),
        ("/regional/regionid/19", PATH),
        ("/regional/regionid/x", PATH),
        ("/regional/intensity", PATH),
        ("/regional/intensity/2026-01-30T00:00Z/fw24h/england", PATH),
        ("/intensity/yesterday", MOMENT),
        ("/intensity/2026-02-30T00:00Z", MOMENT),
        ("/intensity/2026-01-30T25:00Z", MOMENT),
        ("/intensity/2026-01-30T00:00+01:00", MOMENT),
        ("/intensity/9999-12-31T23:45Z", MOMENT),
        ("/intensity/yesterday/fw48h", MOMENT),
        ("/generation/yesterday/pt24h", MOMENT),
        ("/regional/intensity/yesterday/pt24h", MOMENT),
        ("/intensity/2026-01-30T00:00Z/fw96h", RANGE),
        ("/intensity/yesterday/2026-01-30T00:00Z", RANGE),
        ("/generation/2026-01-30T00:00Z/fw48h", RANGE),
        ("/intensity/stats/2026-01-30T00:00Z/fw24h", RANGE),
        ("/regional/intensity/2026-01-30T00:00Z/tomorrow/regionid/1", RANGE),
        ("/intensity/date/today", DATE),
        ("/intensity/date/2026-01-32", DATE),
        ("/intensity/date/20260130", DATE),
        ("/intensity/date/today/1", DATE),
        ("/intensity/2026-01-30T00:00Z/2026-01-29T00:00Z", ORDER),
        ("/intensity/2026-01-30T00:00Z/2026-01-30T00:00Z", ORDER),
        ("/generation/2026-01-30T00:00Z/2026-01-29T00:00Z", ORDER),
        ("/regional/intensity/2026-01-30T00:00Z/2026-01-29T00:00Z", ORDER),
        ("/intensity/2025-12-31T00:00Z/2026-01-31T00:00Z", OVER_31_DAYS),
        ("/generation/2025-12-31T00:00Z/2026-01-31T00:00Z", OVER_31_DAYS),
        ("/regional/intensity/2026-01-16T00:00Z/2026-01-30T00:00Z", OVER_14_DAYS),
        ("/regional/postcode/W2", POSTCODE),
        ("/regional/postcode/ZZ9", POSTCODE),
        ("/regional/intensity/2026-01-30T00:00Z/fw24h/postcode/W3", POSTCODE),
    ],
)
def test_what_cannot_be_answered_is_refused_in_the_words_of_the_api(
    answers: Answers, path: str, message: str
) -> None:
    answer = answers.at(path, NOW)

    expected = {"error": {"code": "400 Bad Request", "message": message}}
    assert (answer.status, json.loads(answer.body)) == (400, expected)


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/intensity/2025-12-31T12:00Z/2026-01-30T12:00Z", 1441),
        ("/regional/intensity/2026-01-16T00:30Z/2026-01-30T00:00Z/regionid/1", 672),
    ],
)
def test_a_range_just_below_the_limit_is_answered(answers: Answers, path: str, count: int) -> None:
    assert len(starts(answers, path)) == count


@pytest.mark.parametrize("postcode", ["en2", "EN2 8AB", "EN28AB", "postcode", "SW1A1AA"])
def test_a_postcode_that_is_no_outward_code_is_answered_with_null(
    answers: Answers, postcode: str
) -> None:
    assert answers.at(f"/regional/postcode/{postcode}", NOW).body == b"null"


@pytest.mark.parametrize(
    ("outward", "name"),
    [
        ("BH1", "South England"),
        ("BN3", "South East England"),
        ("EN2", "East England"),
        ("EC1V", "London"),
        ("BS16", "South West England"),
        ("DE45", "East Midlands"),
    ],
)
def test_postcodes_lie_where_recorded_answers_put_them(outward: str, name: str) -> None:
    names = {region.region_id: region.shortname for region in REGIONS}

    region_id = region_of_postcode(outward)

    assert region_id is not None
    assert names[region_id] == name


def test_statistics_are_those_of_the_half_hours_that_start_in_a_block(answers: Answers) -> None:
    rows = body_of(answers, "/intensity/2026-01-29T00:01Z/2026-01-29T04:01Z")["data"]
    actuals = [row["intensity"]["actual"] for row in rows]
    assert len(actuals) == 8

    whole = body_of(answers, "/intensity/stats/2026-01-29T00:00Z/2026-01-29T04:00Z")["data"]
    blocks = body_of(answers, "/intensity/stats/2026-01-29T00:00Z/2026-01-29T04:00Z/2")["data"]

    assert [(row["from"], row["to"]) for row in whole] == [
        ("2026-01-29T00:00Z", "2026-01-29T04:00Z")
    ]
    assert whole[0]["intensity"]["max"] == max(actuals)
    assert whole[0]["intensity"]["min"] == min(actuals)
    assert whole[0]["intensity"]["average"] == round(sum(actuals) / 8)
    assert [(row["from"], row["to"]) for row in blocks] == [
        ("2026-01-29T00:00Z", "2026-01-29T02:00Z"),
        ("2026-01-29T02:00Z", "2026-01-29T04:00Z"),
    ]
    assert [row["intensity"]["max"] for row in blocks] == [max(actuals[:4]), max(actuals[4:])]


def test_statistics_of_the_future_are_those_of_the_forecast(answers: Answers) -> None:
    rows = body_of(answers, "/intensity/2026-02-01T00:01Z/2026-02-01T02:01Z")["data"]

    stretch = body_of(answers, "/intensity/stats/2026-02-01T00:00Z/2026-02-01T02:00Z")["data"]

    assert stretch[0]["intensity"]["min"] == min(row["intensity"]["forecast"] for row in rows)


SEGMENTS = st.sampled_from(
    [
        *("intensity", "generation", "regional", "date", "stats", "factors", "fw24h", "fw48h"),
        *("pt24h", "regionid", "postcode", "england", "18", "1", "EN2", "2026-01-30"),
        *("2026-01-30T12:00Z", "2026-01-31T11:59:59Z", "0001-01-01", "9999-12-31T23:59Z"),
        *("2026-02-31", "2199-12-31T23:59Z", "1900-01-01", "", "%", "é", "²"),
    ]
)


@given(st.one_of(st.lists(SEGMENTS, max_size=7).map("/".join), st.text(max_size=40)))
def test_any_path_has_an_answer_in_json(answers: Answers, path: str) -> None:
    answer = answers.at(f"/{path}", NOW)

    assert answer.status in {200, 400}
    json.loads(answer.body)
