"""From lines of a recording to messages: what is kept, what is added, what is refused."""

import json
import re
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenpulse.commands.recorded_polls import POLL_NAMESPACE, RecordedPoll, read_recorded

FIVE: dict[str, Any] = {
    "family": "national",
    "url": "https://api.example/intensity",
    "answered_at": "2026-01-31T12:00:05.000000Z",
    "status": 200,
    "body": '{"data": []}',
}


def line(**changes: Any) -> bytes:  # noqa: ANN401 - JSON of any kind
    return json.dumps(FIVE | changes).encode()


def read(text: bytes) -> RecordedPoll:
    poll = read_recorded(text)
    assert poll is not None
    return poll


def test_five_fields_make_a_poll_and_import_adds_series_name_and_mark_at_the_end() -> None:
    poll = read(line())

    name = json.dumps(list(FIVE.values()), separators=(",", ":"))
    assert poll.family == "national"
    assert json.loads(poll.value) == {
        **FIVE,
        "series": "import",
        "poll_id": str(uuid5(POLL_NAMESPACE, name)),
        "imported": True,
    }
    assert list(json.loads(poll.value))[-3:] == ["series", "poll_id", "imported"]


def test_the_namespace_is_the_one_that_is_documented() -> None:
    namespace_of_urls = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")

    assert uuid5(namespace_of_urls, "urn:greenpulse:poll") == POLL_NAMESPACE


def test_a_given_name_and_series_are_kept() -> None:
    poll = json.loads(read(line(poll_id="mine", series="window")).value)

    assert (poll["poll_id"], poll["series"]) == ("mine", "window")


def test_the_same_five_fields_have_the_same_name_and_others_another() -> None:
    names = [
        json.loads(read(text).value)["poll_id"]
        for text in (
            line(),
            line(attempts=3),
            line(answered_at="2026-01-31T13:00:05+01:00"),
            line(status=201),
            line(body=None),
        )
    ]

    assert names[0] == names[1] == names[2]
    assert len(set(names)) == 3


def test_what_was_recorded_is_appended_byte_by_byte() -> None:
    text = b' {"url": "u",  "more": [1.50, 12345678901234567890, "\\u00e9"],"family":"x",'
    text += b'"answered_at": null, "status":null,"body":null}  '

    value = read(text).value

    assert value.startswith(text.rstrip()[:-1] + b',"series":"import","poll_id":')
    assert value.endswith(b',"imported":true}')


def test_a_moment_of_another_form_becomes_the_one_of_records() -> None:
    poll = json.loads(read(line(answered_at="2026-01-31T13:00:05.5+01:00", big=2**70)).value)

    assert poll["answered_at"] == "2026-01-31T12:00:05.500000Z"
    assert poll["big"] == 2**70


def test_what_is_imported_again_is_marked_once() -> None:
    once = read(line()).value

    assert read(once).value == once


def test_a_body_of_bytes_stands_as_base64() -> None:
    fields = {name: value for name, value in FIVE.items() if name != "body"}
    text = json.dumps(fields | {"body_base64": "/w=="}).encode()

    poll = json.loads(read(text).value)

    name = json.dumps([*fields.values(), {"base64": "/w=="}], separators=(",", ":"))
    assert poll["poll_id"] == str(uuid5(POLL_NAMESPACE, name))
    assert poll["body_base64"] == "/w=="
    assert "body" not in poll


@pytest.mark.parametrize(
    ("changes", "is_simulated"),
    [
        ({}, False),
        ({"headers": {"x-greenpulse-simulated": "1"}}, True),
        ({"status": 500}, None),
        ({"status": None, "answered_at": None, "body": None}, None),
        ({"status": 500, "headers": {"x-greenpulse-simulated": "1"}}, True),
        ({"headers": "odd"}, False),
    ],
)
def test_it_is_told_whether_a_simulator_answered(
    changes: dict[str, Any],
    is_simulated: bool | None,  # noqa: FBT001 - a column of the table above
) -> None:
    assert read(line(**changes)).is_simulated is is_simulated


def bronze(value: bytes, name: bytes = b"poll") -> bytes:
    head = b'{"topic":"greenpulse.polls","partition":3,"offset":7,'
    return (
        head
        + b'"appended_at":"2026-01-31T12:00:06.000000Z","key":"national","'
        + name
        + b'":'
        + value
        + b"}"
    )


def test_of_a_bronze_line_the_poll_is_taken_as_it_is() -> None:
    recorded = line(poll_id="mine", series="intensity")

    poll = read(bronze(recorded))

    assert poll.value == recorded[:-1] + b',"imported":true}'


@pytest.mark.parametrize(
    "text",
    [
        bronze(b"null", b"value_base64"),
        bronze(b'"AAEC"', b"value_base64"),
        bronze(b'{"something":"else"}'),
        bronze(line(status="200")),
    ],
)
def test_a_bronze_line_without_a_poll_is_skipped(text: bytes) -> None:
    assert read_recorded(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{", "it is no JSON"),
        (b"[1]", "it is no JSON object"),
        (b'"national"', "it is no JSON object"),
        (b"{}", "'family', 'url', 'answered_at', 'status', 'body' is absent"),
        (line().replace(b'"status"', b'"state"'), "'status' is absent"),
        (line(family=""), "'family' is \"\": want a text"),
        (line(family=None), "'family' is null: want a text"),
        (line(url=7), "'url' is 7: want a text"),
        (line(series=7), "'series' is 7: want a text"),
        (line(poll_id=7), "'poll_id' is 7: want a text"),
        (line(status="200"), "'status' is \"200\": want a number such as 200, or null"),
        (line(status=200.0), "'status' is 200.0: want a number such as 200, or null"),
        (line(status=True), "'status' is true"),
        (line(status=99), "'status' is 99"),
        (line(body={}), "'body' is {}: want a text, or null"),
        (line(body_base64="AAEC"), "'body_base64' is \"AAEC\": want a text of base64"),
        (line(body=None, body_base64="?"), "'body_base64' is \"?\": want a text of base64"),
        (line(answered_at="yesterday"), "'answered_at' is \"yesterday\": want a moment such as"),
        (line(answered_at="2026-02-30T12:00:00Z"), "'answered_at' is"),
        (line(answered_at="2026-01-31T12:00:00"), "'answered_at' is"),
        (line(answered_at=1769860800), "'answered_at' is 1769860800"),
        (line(answered_at=None), "'answered_at' is null although there is a body"),
        (line(url="u" * 100, family=None), "'family' is null"),
        (line()[:-1] + b',"status":200}', "a name twice"),
        (line(odd="\ud800"), "it is no JSON"),
        (line()[:-1] + b',"huge":1e999}', "it is no JSON"),
        (line()[:-1] + b',"odd":NaN}', "it is no JSON"),
        (b"\xff" + line(), "it is no JSON"),
        (line(status=["x" * 100]), "'status' is [\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…: want"),
    ],
)
def test_a_bad_line_is_refused_with_what_is_wrong(text: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)) as caught:
        read_recorded(text)

    assert "\n" not in str(caught.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(
    st.binary(max_size=60)
    | st.dictionaries(
        st.sampled_from([*FIVE, "series", "poll_id", "headers", "body_base64", "poll", "topic"]),
        json_values,
    ).map(lambda fields: json.dumps(FIVE | fields).encode(errors="replace"))
)
def test_whatever_a_line_holds_it_is_a_poll_a_skip_or_a_value_error(text: bytes) -> None:
    try:
        poll = read_recorded(text)
    except ValueError:
        return
    if poll is not None:
        assert json.loads(poll.value)["imported"] is True
        assert read(poll.value).value == poll.value
