"""The pages and the warehouse read the same of every answer, however odd."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.saying import poll_saying
from support.staging import DuckDBRows, body_of, value_of_poll

from greenpulse.grid.periods import HALF_HOUR
from greenpulse.grid.readings import read_poll
from greenpulse.records import Poll

NOON = {"from": "2026-01-31T12:00Z", "to": "2026-01-31T12:30Z"}
GOOD = NOON | {"intensity": {"forecast": 183, "actual": 180, "index": "moderate"}}
GOOD_BODY = body_of(GOOD)

EMPTY = [None, "", " ", "\r\n\t ", "{}", "null", "[]", " { } ", '{"data":[],"more":1}']
NO_JSON = [
    GOOD_BODY[:-1],
    GOOD_BODY + "x",
    "\ufeff" + GOOD_BODY,
    "\xa0",
    "\x0c" + GOOD_BODY,
    GOOD_BODY + "\x00",
    "<html>503</html>",
    GOOD_BODY.replace("}]", "},]"),
    GOOD_BODY[:-1] + ",}",
    GOOD_BODY.replace('"', "'"),
    "// why\n" + GOOD_BODY,
    GOOD_BODY.replace("moderate", "a\tb"),
    GOOD_BODY.replace("moderate", "a\\qb"),
    *(GOOD_BODY.replace("183", n) for n in ("NaN", "Infinity", "0183", "+183", ".5", "5.", "0x10")),
]
SHAPES = [
    '{"error":{"code":"400 Bad Request"}}',
    '{"data":{}}',
    '{"data":[{}]}',
    '{"data":[[]]}',
    '{"data":"none"}',
    '{"data":5}',
    "183",
    '"data"',
    json.dumps([GOOD]),
    json.dumps({"Data": [GOOD]}),
    json.dumps({"data": GOOD}),
    json.dumps({"data": [[GOOD]]}),
    json.dumps({"data": {"data": [GOOD, GOOD]}}),
    json.dumps({"data": [{"data": [GOOD, {}, GOOD]}]}),
    json.dumps({"data": [GOOD | {"data": {}}]}),
    body_of(NOON),
    body_of({"NaN": "inf, ,] and ,}"}, GOOD),
    GOOD_BODY.replace("moderate", "\\ud83d\\ude00 \\u0000"),
    GOOD_BODY.replace('"from"', '"fr\\u006fm"'),
]
INTENSITIES: list[object] = [None, [], {}, "low", 183]
NUMBERS: list[object] = [0, -7, 8037, 183.5, 0.1, 1e300, None, "183", "", True, False, [], {}]
DIGITS = ["-0", "1E2", "1e999", "-1e999", "9" * 400, "9007199254740993", "1.7976931348623157e308"]
INDEXES = [7, True, ["low"], None, "", "splendid", "é😀", 'a"b\\c', "\u2028", "null", "1"]
TIMES = [
    ("2026-01-31T12:00:00Z", "2026-01-31T12:30+00:00"),
    ("2024-02-29T23:30Z", "2024-03-01T00:00Z"),
    ("2026-01-31T12:00Z", "2026-01-31T13:00Z"),
    ("2026-01-31T12:30Z", "2026-01-31T12:00Z"),
    ("2026-01-31T12:01Z", "2026-01-31T12:31Z"),
    ("2026-01-31T12:00:01Z", "2026-01-31T12:30:01Z"),
    ("2026-01-31T12:00", "2026-01-31T12:30"),
    ("2026-01-31T12:00+01:00", "2026-01-31T12:30+01:00"),
    ("2026-01-31T12:00-00:00", "2026-01-31T12:30-00:00"),
    ("2026-01-31T12:00:00.000Z", "2026-01-31T12:30:00.000Z"),
    ("2026-01-31 12:00Z", "2026-01-31 12:30Z"),
    ("2026-01-31t12:00z", "2026-01-31t12:30z"),
    ("2026-1-31T12:00Z", "2026-1-31T12:30Z"),
    ("2026-02-30T12:00Z", "2026-02-30T12:30Z"),
    ("2026-01-31T24:00Z", "2026-02-01T00:30Z"),
    ("0999-01-31T12:00Z", "0999-01-31T12:30Z"),
    ("9999-12-31T23:30Z", "10000-01-01T00:00Z"),
    ("٢٠٢٦-01-31T12:00Z", "2026-01-31T12:30Z"),
    (" 2026-01-31T12:00Z", "2026-01-31T12:30Z"),
    ("2026-01-31T12:00Z\n", "2026-01-31T12:30Z"),
    (1769860800, 1769862600),
    (None, "2026-01-31T12:30Z"),
]


def bodies() -> Iterator[str | None]:
    yield from (*EMPTY, *NO_JSON, *SHAPES, GOOD_BODY)
    yield from (body_of(NOON | {"intensity": intensity}) for intensity in INTENSITIES)
    for number in NUMBERS:
        yield body_of(NOON | {"intensity": {"forecast": number, "actual": 1}}, GOOD)
        yield body_of(NOON | {"intensity": {"forecast": 1, "actual": number}})
    yield from (body_of(GOOD, GOOD | {"intensity": {"index": index}}) for index in INDEXES)
    yield from (GOOD_BODY.replace("183", digits) for digits in DIGITS)
    yield from (body_of(GOOD | {"from": start, "to": end}) for start, end in TIMES)


def polls_of(family: str) -> list[Poll]:
    answered = [poll_saying(body, family=family) for body in bodies()]
    failed = [
        poll_saying(GOOD_BODY, family=family, status=500),
        poll_saying(GOOD_BODY, family=family, status=301),
        poll_saying(None, family=family, error="the body broke off after 10 bytes"),
        poll_saying(None, family=family, status=None, answered_at=None, error="refused"),
        poll_saying(None, family=family, body_base64="/w=="),
    ]
    for number, poll in enumerate(answered + failed):
        poll.poll_id = f"{number:04d}"
    return answered + failed


@pytest.mark.parametrize("family", ["national", "generation", "regional"])
def test_outcome_and_count_of_readable_items_are_the_same(tmp_path: Path, family: str) -> None:
    polls = polls_of(family)
    warehouse = DuckDBRows(tmp_path / "warehouse.duckdb")

    warehouse.load(*(value_of_poll(poll.to_representation()) for poll in polls))

    stored = warehouse.select(
        "select poll_id, outcome, observation_count from silver.poll order by poll_id"
    )
    warehouse.close()
    read = [(poll, read_poll(poll)) for poll in polls]
    said = {poll.poll_id: poll.body for poll in polls}
    assert [(said[poll_id], *rest) for poll_id, *rest in stored] == [
        (poll.body, reading.outcome.value, reading.item_count) for poll, reading in read
    ]


def test_values_are_the_same(tmp_path: Path) -> None:
    said = [{"forecast": number, "actual": number} for number in NUMBERS]
    said += [{"forecast": 1, "index": index} for index in INDEXES]
    starts = [datetime(2026, 1, 1, tzinfo=UTC) + n * HALF_HOUR for n in range(len(said))]
    items = [
        {"from": start.isoformat(), "to": (start + HALF_HOUR).isoformat(), "intensity": intensity}
        for start, intensity in zip(starts, said, strict=True)
    ]
    poll = poll_saying(body_of(*items))
    warehouse = DuckDBRows(tmp_path / "warehouse.duckdb")

    warehouse.load(value_of_poll(poll.to_representation()))

    stored = warehouse.select(
        "select period_start_at, forecast_gco2_per_kwh, actual_gco2_per_kwh, intensity_index"
        " from silver.national_intensity order by period_start_at"
    )
    warehouse.close()
    assert stored == [
        (
            o.period_start_at.replace(tzinfo=None),
            o.forecast_gco2_per_kwh,
            o.actual_gco2_per_kwh,
            o.intensity_index,
        )
        for o in read_poll(poll).observations
    ]
