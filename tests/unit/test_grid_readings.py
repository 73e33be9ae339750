"""What a poll says, rule by rule."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.saying import poll_saying

from greenpulse.grid.readings import Outcome, latest_of, read_poll

NOON = {"from": "2026-01-31T12:00Z", "to": "2026-01-31T12:30Z"}
GOOD = NOON | {"intensity": {"forecast": 183, "actual": 180, "index": "moderate"}}

JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text()
    | st.sampled_from(["2026-01-31T12:00Z", "2026-01-31T12:30Z", "9999-12-31T23:30Z"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["data", "from", "to", "intensity", "forecast", "actual", "index"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


def item(**intensity: Any) -> dict[str, Any]:  # noqa: ANN401 - a value of any type is the point
    return NOON | {"intensity": intensity}


def body_of(*items: object) -> str:
    return json.dumps({"data": list(items)})


@given(
    st.text() | st.text(alphabet=st.characters(categories=("Cs", "Cc", "Ll"))) | st.none(),
    st.sampled_from(["national", "generation", "regional", "weather"]),
    st.none() | st.integers(0, 999),
)
def test_no_text_whatever_makes_reading_fail(
    body: str | None, family: str, status: int | None
) -> None:
    assert read_poll(poll_saying(body, family=family, status=status)).outcome in Outcome


@given(JSON_VALUES, st.sampled_from(["national", "generation", "regional"]))
def test_no_json_whatever_makes_reading_fail_and_what_is_read_can_be_sent_on(
    document: object, family: str
) -> None:
    poll = poll_saying(json.dumps(document), family=family)

    latest = latest_of(poll)

    assert latest is not None
    assert json.loads(json.dumps(latest.to_representation(), allow_nan=False))


@given(st.lists(st.just(GOOD) | JSON_VALUES, max_size=6))
def test_an_item_that_cannot_be_read_does_not_spoil_its_neighbours(items: list[object]) -> None:
    # What json writes of an infinity is not JSON, so that it spoils the whole body.
    text = body_of(*items).replace("NaN", "null").replace("-Infinity", "-7")
    poll = poll_saying(text.replace("Infinity", "8037"))

    reading = read_poll(poll)

    assert reading.item_count >= sum(i is GOOD for i in items)


@pytest.mark.parametrize("blank", [None, "", " ", "\r\n\t ", "{}", "null", "[]", " { } "])
def test_nothing_is_empty(blank: str | None) -> None:
    assert read_poll(poll_saying(blank)).outcome is Outcome.EMPTY


@pytest.mark.parametrize("body", ['{"data":[]}', '{"data":null}', '{ "data" : [ ] }'])
def test_no_items_are_empty(body: str) -> None:
    assert read_poll(poll_saying(body)).outcome is Outcome.EMPTY


@pytest.mark.parametrize(
    "body",
    [
        body_of(GOOD)[:-1],
        body_of(GOOD) + "x",
        "\ufeff" + body_of(GOOD),
        "\xa0",
        "<html>503</html>",
        '{"data":[{"from":NaN}]}',
        "[" * 100_000,
        '{"error":{"code":"400 Bad Request","message":"…"}}',
        '{"data":{}}',
        '{"data":[{}]}',
        '{"data":[[]]}',
        '{"data":"none"}',
        f"[{json.dumps(GOOD)}]",
        "183",
        "true",
        '"data"',
    ],
    ids=lambda body: body[:24],
)
def test_what_has_no_readable_item_is_unreadable(body: str) -> None:
    reading = read_poll(poll_saying(body))

    assert reading.outcome is Outcome.UNREADABLE
    assert reading.observations == ()


def test_bytes_that_are_no_text_are_unreadable() -> None:
    reading = read_poll(poll_saying(None, body_base64="/w=="))

    assert reading.outcome is Outcome.UNREADABLE


@pytest.mark.parametrize("status", [199, 300, 301, 400, 404, 429, 500, 503])
def test_nothing_is_read_from_an_answer_that_is_no_success(status: int) -> None:
    reading = read_poll(poll_saying(body_of(GOOD), status=status))

    assert reading.outcome is Outcome.HTTP_ERROR
    assert reading.observations == ()


@pytest.mark.parametrize("status", [200, 206, 299])
def test_every_success_is_read(status: int) -> None:
    assert read_poll(poll_saying(body_of(GOOD), status=status)).outcome is Outcome.OK


@pytest.mark.parametrize(
    "changes",
    [
        {"status": None, "error": "connection refused", "answered_at": None},
        {"status": 200, "error": "the body broke off"},
    ],
)
def test_an_answer_that_did_not_come_whole_is_none(changes: dict[str, Any]) -> None:
    poll = poll_saying(body_of(GOOD), **changes)

    assert read_poll(poll).outcome is Outcome.NO_ANSWER
    assert latest_of(poll) is None


@pytest.mark.parametrize("number", [0, -7, 8037, 183.5, 1e3, None])
def test_odd_numbers_are_kept_as_they_are_said(number: float | None) -> None:
    reading = read_poll(poll_saying(body_of(item(forecast=number, actual=number, index="low"))))

    assert [o.forecast_gco2_per_kwh for o in reading.observations] == [number]
    assert [o.actual_gco2_per_kwh for o in reading.observations] == [number]


def test_what_is_absent_is_null_and_never_zero() -> None:
    reading = read_poll(poll_saying(body_of(item(forecast=183))))

    assert [o.actual_gco2_per_kwh for o in reading.observations] == [None]
    assert [o.intensity_index for o in reading.observations] == [None]


@pytest.mark.parametrize("number", ["183", True, False, [], {}, ""])
def test_an_item_whose_number_is_none_is_not_read_at_all(number: object) -> None:
    reading = read_poll(poll_saying(body_of(item(forecast=183, actual=number, index="low"), GOOD)))

    assert [o.actual_gco2_per_kwh for o in reading.observations] == [180]


@pytest.mark.parametrize("digits", ["1e999", "-1e999", "9" * 400, "9" * 9000])
def test_a_number_beyond_all_numbers_spoils_its_item_alone(digits: str) -> None:
    body = body_of(item(forecast=183, actual=424_242), GOOD).replace("424242", digits)

    assert [o.actual_gco2_per_kwh for o in read_poll(poll_saying(body)).observations] == [180]


@pytest.mark.parametrize("index", [7, ["low"], "\ud800", True])
def test_an_item_whose_index_is_no_text_is_not_read_at_all(index: object) -> None:
    reading = read_poll(poll_saying(body_of(item(forecast=1, index=index), GOOD)))

    assert [o.intensity_index for o in reading.observations] == ["moderate"]


def test_an_index_of_a_new_word_is_kept() -> None:
    reading = read_poll(poll_saying(body_of(item(forecast=1, index="splendid"))))

    assert [o.intensity_index for o in reading.observations] == ["splendid"]


@pytest.mark.parametrize("intensity", [None, [], "low", 183])
def test_an_item_without_an_intensity_is_not_read(intensity: object) -> None:
    reading = read_poll(poll_saying(body_of(NOON | {"intensity": intensity})))

    assert reading.outcome is Outcome.UNREADABLE


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-01-31T12:00Z", "2026-01-31T12:30Z"),
        ("2026-01-31T12:00:00Z", "2026-01-31T12:30:00Z"),
        ("2026-01-31T12:00+00:00", "2026-01-31T12:30:00+00:00"),
        ("2026-03-29T00:30Z", "2026-03-29T01:00Z"),
        ("2024-02-29T23:30Z", "2024-03-01T00:00Z"),
    ],
)
def test_a_half_hour_may_be_written_with_seconds_and_either_sign_of_utc(
    start: str, end: str
) -> None:
    times = {"from": start, "to": end}

    assert read_poll(poll_saying(body_of(GOOD | times))).outcome is Outcome.OK


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2026-01-31T12:00Z", "2026-01-31T13:00Z"),
        ("2026-01-31T12:00Z", "2026-01-31T12:00Z"),
        ("2026-01-31T12:30Z", "2026-01-31T12:00Z"),
        ("2026-01-31T12:01Z", "2026-01-31T12:31Z"),
        ("2026-01-31T12:00:01Z", "2026-01-31T12:30:01Z"),
        ("2026-01-31T12:00", "2026-01-31T12:30"),
        ("2026-01-31T12:00+01:00", "2026-01-31T12:30+01:00"),
        ("2026-01-31T12:00:00.000Z", "2026-01-31T12:30:00.000Z"),
        ("2026-01-31 12:00Z", "2026-01-31 12:30Z"),
        ("2026-02-30T12:00Z", "2026-02-30T12:30Z"),
        ("2026-01-31T24:00Z", "2026-02-01T00:30Z"),
        ("0999-01-31T12:00Z", "0999-01-31T12:30Z"),
        ("9999-12-31T23:30Z", "10000-01-01T00:00Z"),
        ("٢٠٢٦-01-31T12:00Z", "٢٠٢٦-01-31T12:30Z"),
        (" 2026-01-31T12:00Z", "2026-01-31T12:30Z"),
        (1769860800, 1769862600),
        (None, "2026-01-31T12:30Z"),
    ],
)
def test_other_periods_are_not_read(start: object, end: object) -> None:
    times = {"from": start, "to": end}

    assert read_poll(poll_saying(body_of(GOOD | times))).outcome is Outcome.UNREADABLE


def test_one_object_may_stand_where_a_list_is_expected() -> None:
    reading = read_poll(poll_saying(json.dumps({"data": GOOD})))

    assert [o.forecast_gco2_per_kwh for o in reading.observations] == [183]


def test_observations_keep_the_order_of_the_body_and_say_a_half_hour_as_often_as_it_does() -> None:
    reading = read_poll(poll_saying(body_of(item(actual=2), item(actual=1), item(actual=2))))

    assert [o.actual_gco2_per_kwh for o in reading.observations] == [2, 1, 2]


def test_the_latest_of_a_poll_carries_its_observations_in_the_words_of_the_records() -> None:
    poll = poll_saying(body_of(GOOD), headers={"x-greenpulse-simulated": "true"})

    latest = latest_of(poll)

    assert latest is not None
    assert latest.asdict() == {
        "poll_id": poll.poll_id,
        "family": "national",
        "series": "window",
        "scheduled_at": "2026-01-31T12:00:00.000000Z",
        "answered_at": "2026-01-31T12:00:00.150000Z",
        "status": 200,
        "outcome": "ok",
        "is_simulated": True,
        "observations": [
            {
                "period_start_at": "2026-01-31T12:00:00.000000Z",
                "period_end_at": "2026-01-31T12:30:00.000000Z",
                "forecast_gco2_per_kwh": 183,
                "actual_gco2_per_kwh": 180,
                "intensity_index": "moderate",
            }
        ],
    }


def test_a_failure_that_was_answered_is_a_latest_without_observations() -> None:
    latest = latest_of(poll_saying('{"error":{}}', status=500))

    assert latest is not None
    assert (latest.outcome, latest.is_simulated, latest.observations) == ("http_error", False, [])
