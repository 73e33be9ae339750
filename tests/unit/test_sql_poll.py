"""SILVER.POLL: what came of a poll, by the rules of the promised interface."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count
from typing import Any

import pytest
from support.staging import DuckDBRows, body_of, item, poll, value_of_poll

AT = "2026-02-05T21:10:27.123456Z"
GOOD = item("2026-02-05T20:30Z", "2026-02-05T21:00Z", 117, 130)
BODY = body_of(GOOD)
numbers = count()


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBRows]:
    rows = DuckDBRows(tmp_path_factory.mktemp("poll") / "warehouse.duckdb")
    yield rows
    rows.close()


def national(fields: dict[str, Any] | None = None, *, body: str | None = BODY) -> dict[str, Any]:
    """A poll with an id of its own; ``fields`` stand in place of what it has."""
    return poll(f"poll-{next(numbers)}", AT, body) | (fields or {})


def silver_poll(rows: DuckDBRows, loaded: dict[str, Any]) -> dict[str, Any]:
    """The row that a poll gets."""
    (offset,) = rows.load_polls(loaded)
    return rows.polls()[offset]


def silver_values(rows: DuckDBRows, column: str, polls: Sequence[dict[str, Any]]) -> list[Any]:
    """A column of the rows that ``polls`` get in one load; None where one gets no row."""
    offsets = rows.load_polls(*polls)
    found = rows.polls()
    return [found[offset][column] if offset in found else None for offset in offsets]


def test_every_column_of_an_answered_poll(rows: DuckDBRows) -> None:
    row = silver_poll(rows, national({"scheduled_at": "2026-02-05T21:10:20Z"}))

    at = datetime(2026, 2, 5, 21, 10, 27, 123456)  # noqa: DTZ001 - naive, UTC
    assert row["log_offset"] >= 0
    assert {name: row[name] for name in row if name not in {"poll_id", "log_offset"}} == {
        "family": "national",
        "series": "intensity",
        "url": "http://127.0.0.1/intensity",
        "scheduled_at": at.replace(second=20, microsecond=0),
        "requested_at": at,
        "answered_at": at,
        "status": 200,
        "error": None,
        "outcome": "ok",
        "imported": False,
        "observation_count": 1,
        "first_period_start_at": at.replace(hour=20, minute=30, second=0, microsecond=0),
        "last_period_end_at": at.replace(hour=21, minute=0, second=0, microsecond=0),
        "partition_id": 0,
    }


def test_the_exchange_decides_before_the_body(rows: DuckDBRows) -> None:
    expected: list[tuple[dict[str, Any], str]] = [
        ({"status": None, "answered_at": None, "error": "timed out"}, "no_answer"),
        ({"status": None, "answered_at": None}, "no_answer"),
        ({"status": 200, "error": "cut off"}, "no_answer"),
        ({"status": 199}, "http_error"),
        ({"status": 300}, "http_error"),
        ({"status": 400}, "http_error"),
        ({"status": 503}, "http_error"),
        ({"status": 299}, "ok"),
        ({"body": None, "body_base64": "/w=="}, "unreadable"),
    ]

    outcomes = silver_values(rows, "outcome", [national(changes) for changes, _ in expected])

    assert outcomes == [outcome for _, outcome in expected]


def test_nothing_is_read_from_an_error(rows: DuckDBRows) -> None:
    row = silver_poll(rows, national({"status": 500}))

    assert row["observation_count"] == 0
    assert row["first_period_start_at"] is None


def test_an_answer_with_nothing_in_it_is_empty(rows: DuckDBRows) -> None:
    bodies = [
        None,
        "",
        " \t\r\n",
        "{}",
        "null",
        "[]",
        '{"data":[]}',
        '{"data":null}',
        ' { "data" : [ ] } ',
    ]

    outcomes = silver_values(rows, "outcome", [national(body=body) for body in bodies])

    assert dict(zip(bodies, outcomes, strict=True)) == dict.fromkeys(bodies, "empty")


def test_an_answer_that_cannot_be_read_is_unreadable(rows: DuckDBRows) -> None:
    bodies = [
        "<html></html>",
        '{"data":[],}',
        '{"data":[NaN]}',
        json.dumps({"data": [GOOD]})[:-1],
        json.dumps({"data": [GOOD]}) + "x",
        "183",
        '"text"',
        '[{"data":[]}]',
        '{"error":{"code":"400 Bad Request"}}',
        '{"data":"text"}',
        '{"data":{}}',
        '{"data":[1,null,"x",[],{}]}',
        "\ufeff" + json.dumps({"data": [GOOD]}),
        "[" * 50_000 + "]" * 50_000,
        '{"data":' * 20_000 + "1" + "}" * 20_000,
    ]

    outcomes = silver_values(rows, "outcome", [national(body=body) for body in bodies])

    assert dict(zip(bodies, outcomes, strict=True)) == dict.fromkeys(bodies, "unreadable")


def test_data_may_be_one_object_where_a_list_is_expected(rows: DuckDBRows) -> None:
    row = silver_poll(rows, national(body=json.dumps({"data": GOOD})))

    assert row["outcome"] == "ok"


def test_what_stands_in_a_text_is_no_grammar(rows: DuckDBRows) -> None:
    texts = [
        r"a quote \" and a comma ,] in a text",
        r"a backslash at the end \\",
        "NaN, Infinity",
        r"\u0000 and \n",
    ]
    bodies = ['{"note":"' + text + '","data":' + json.dumps([GOOD]) + "}" for text in texts]

    outcomes = silver_values(rows, "outcome", [national(body=body) for body in bodies])

    assert dict(zip(texts, outcomes, strict=True)) == dict.fromkeys(texts, "ok")


def test_an_item_is_read_whole_or_not_at_all_and_spoils_no_neighbour(rows: DuckDBRows) -> None:
    bad: list[object] = [
        {**GOOD, "from": "2026-02-05T20:15Z", "to": "2026-02-05T20:45Z"},
        {**GOOD, "to": "2026-02-05T21:30Z"},
        {**GOOD, "to": "2026-02-05T20:30Z"},
        {**GOOD, "from": "2026-02-05T20:30"},
        {**GOOD, "from": "2026-02-05 20:30Z"},
        {**GOOD, "from": "2026-02-30T20:30Z", "to": "2026-02-30T21:00Z"},
        {**GOOD, "from": 1770323400},
        {**GOOD, "from": None},
        {**GOOD, "intensity": None},
        {**GOOD, "intensity": [117]},
        {"from": GOOD["from"], "to": GOOD["to"]},
        item(GOOD["from"], GOOD["to"], "117", 130),
        item(GOOD["from"], GOOD["to"], 117, actual=True),
        item(GOOD["from"], GOOD["to"], 117, {}),
        item(GOOD["from"], GOOD["to"], 117, 130, 5),
        "text",
        None,
    ]

    counts = silver_values(
        rows, "observation_count", [national(body=body_of(entry, GOOD, entry)) for entry in bad]
    )

    assert counts == [1] * len(bad)


def test_a_number_beyond_float64_spoils_its_item(rows: DuckDBRows) -> None:
    bodies = [body_of(GOOD, GOOD).replace("130", number, 1) for number in ("1e999", "-1e999")]

    counts = silver_values(rows, "observation_count", [national(body=body) for body in bodies])

    assert counts == [1, 1]


def test_a_time_may_have_seconds_and_either_form_of_utc(rows: DuckDBRows) -> None:
    spans = [
        ("2026-02-05T20:30:00Z", "2026-02-05T21:00:00Z"),
        ("2026-02-05T20:30+00:00", "2026-02-05T21:00Z"),
        ("2026-02-05T23:30Z", "2026-02-06T00:00Z"),
        ("2024-02-28T23:30Z", "2024-02-29T00:00:00+00:00"),
    ]

    counts = silver_values(
        rows, "observation_count", [national(body=body_of(item(*span, 1, 2))) for span in spans]
    )

    assert counts == [1] * len(spans)


def test_the_window_of_one_region_holds_its_half_hours_one_level_deeper(
    rows: DuckDBRows,
) -> None:
    period = {"from": "2026-02-05T20:30Z", "to": "2026-02-05T21:00Z", "intensity": {"forecast": 5}}
    later = {"from": "2026-02-05T21:00Z", "to": "2026-02-05T21:30Z"}
    body = json.dumps({"data": {"regionid": 13, "data": [period, later]}})

    row = silver_poll(rows, national({"family": "regional"}, body=body))

    assert (row["outcome"], row["observation_count"]) == ("ok", 2)


def test_a_record_that_is_no_poll_has_its_raw_row_and_no_silver_row(rows: DuckDBRows) -> None:
    changes: list[dict[str, object]] = [
        {"poll_id": None},
        {"poll_id": 5},
        {"family": None},
        {"series": []},
        {"url": 5},
        {"answered_at": None},
        {"answered_at": "yesterday"},
        {"answered_at": "2026-02-05"},
        {"answered_at": 1770323400},
        {"status": "200"},
        {"status": 200.5},
        {"status": True},
        {"body": 5},
        {"body": {}},
    ]
    polls = [national(change) for change in changes]

    offsets = rows.load_polls(*polls)

    raw = rows.select("select v:offset::bigint from bronze.raw_intensity")
    assert raw.count((offsets[0],)) == raw.count((offsets[-1],)) == 1
    assert not set(offsets) & set(rows.polls())


def test_a_record_without_a_needed_field_is_no_poll(rows: DuckDBRows) -> None:
    polls = [national() for _ in range(6)]
    for loaded, name in zip(
        polls, ("poll_id", "family", "series", "url", "answered_at", "status"), strict=True
    ):
        del loaded[name]

    assert silver_values(rows, "outcome", polls) == [None] * 6


def test_no_value_whatever_fails_a_load(rows: DuckDBRows) -> None:
    values = [None, b"", b"\xff", b"text", b"[]", b"{", b'{"poll_id":1}\n', b'{"poll_id":1}']

    load = rows.load_and_tell(*values, value_of_poll(national(body=None)))

    assert (load.record_count, load.unreadable_count) == (9, 8)


def test_optional_fields_of_another_type_are_null(rows: DuckDBRows) -> None:
    loaded = national(
        {
            "scheduled_at": 5,
            "requested_at": "soon",
            "error": 5,
            "imported": "yes",
            "headers": 7,
            "attempts": "one",
        }
    )

    row = silver_poll(rows, loaded)

    assert (row["scheduled_at"], row["requested_at"], row["error"]) == (None, None, None)
    assert (row["imported"], row["outcome"]) == (False, "ok")


def test_times_with_another_offset_are_kept_in_utc(rows: DuckDBRows) -> None:
    row = silver_poll(rows, national({"answered_at": "2026-07-01T12:00:00+01:00"}))

    assert row["answered_at"] == datetime(2026, 7, 1, 11)  # noqa: DTZ001 - naive, UTC


def test_of_one_poll_id_the_first_in_log_order_counts(rows: DuckDBRows) -> None:
    first = national({"status": 500})
    second = national({"poll_id": first["poll_id"]})

    offset, _ = rows.load_polls(first, second)
    rows.load_polls(second)

    found = [row for row in rows.polls().values() if row["poll_id"] == first["poll_id"]]
    assert [(row["log_offset"], row["outcome"]) for row in found] == [(offset, "http_error")]
