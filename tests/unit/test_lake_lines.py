"""Bronze lines: what stands in them, and that any record can be had back from them."""

import base64
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from greenpulse.broker.log import LogRecord
from greenpulse.lake.lines import bronze_line, read_head, value_of

NOON = datetime(2026, 1, 31, 12, 0, 5, 123000, tzinfo=UTC)
KEYS = st.one_of(st.none(), st.binary(), st.text().map(str.encode), st.just(b',"poll":{'))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
VALUES = st.one_of(
    st.none(),
    st.binary(),
    JSON.map(lambda tree: json.dumps(tree).encode()),
    JSON.map(lambda tree: json.dumps({"tree": tree}, ensure_ascii=False).encode(errors="replace")),
    st.binary().map(lambda inside: b'{"a":"' + inside + b'"}'),
)
MOMENTS = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    datetime(2100, 1, 1),  # noqa: DTZ001 - as above
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=1))]),
)


def line_of(value: bytes | None, key: bytes | None = b"national") -> bytes:
    return bronze_line("greenpulse.polls", 3, LogRecord(12345, NOON, key, value))


def test_a_poll_stands_in_its_line_byte_by_byte() -> None:
    line = line_of(b'{"status": 200,\t"body":"\xe2\x80\xa8 \xc3\xa9"}')

    assert line == (
        b'{"topic":"greenpulse.polls","partition":3,"offset":12345,'
        b'"appended_at":"2026-01-31T12:00:05.123000Z","key":"national",'
        b'"poll":{"status": 200,\t"body":"\xe2\x80\xa8 \xc3\xa9"}}\n'
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, b'"value_base64":null}\n'),
        (b"", b'"value_base64":""}\n'),
        (b"\xff\x00", b'"value_base64":"/wA="}\n'),
        (b"[1]", b'"value_base64":"WzFd"}\n'),
    ],
)
def test_what_is_no_json_object_stands_as_base64(value: bytes | None, text: bytes) -> None:
    line = line_of(value)

    assert line.endswith(b'"key":"national",' + text)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (None, b',"key":null,'),
        (b"", b',"key":"",'),
        ('Zoë"\n'.encode(), ',"key":"Zoë\\"\\n",'.encode()),
        (b"\xff", b',"key_base64":"/w==",'),
    ],
)
def test_a_key_stands_as_text_where_it_is_text(key: bytes | None, text: bytes) -> None:
    assert text in line_of(b"{}", key)


@given(KEYS, VALUES, MOMENTS)
@example(b',"poll":', b'{"poll":1}', NOON)
@example(b"", b'{"a":1}\n', NOON)
@example(None, b'{"a":"\\ud800"}', NOON)
@example(None, b"\xef\xbb\xbf{}", NOON)
def test_any_record_can_be_had_back_from_its_line(
    key: bytes | None, value: bytes | None, appended_at: datetime
) -> None:
    record = LogRecord(7, appended_at, key, value)

    line = bronze_line("greenpulse.polls", 0, record)

    read: dict[str, Any] = json.loads(line.decode())
    assert line.count(b"\n") == 1
    assert line.count(b"\r") == 0
    assert line.endswith(b"\n")
    assert read["offset"] == 7
    assert datetime.fromisoformat(read["appended_at"]) == appended_at
    assert read["appended_at"].endswith("Z")
    assert key_in(read) == key
    assert value_of(line) == value
    assert ("poll" in read) != ("value_base64" in read)
    if "poll" in read:
        assert isinstance(read["poll"], dict)
        assert json.loads(value or b"") == read["poll"]


@given(st.binary())
def test_a_line_that_is_none_has_no_head(line: bytes) -> None:
    assert read_head(line) is None


def test_a_line_tells_where_it_belongs() -> None:
    head = read_head(line_of(b"{}"))

    assert head is not None
    assert (head.topic, head.partition, head.offset) == ("greenpulse.polls", 3, 12345)
    assert head.appended_at == "2026-01-31T12:00:05.123000Z"


def test_a_cut_off_line_gives_no_value() -> None:
    with pytest.raises(ValueError, match="want a bronze line"):
        value_of(line_of(b"{}")[:-1])


def key_in(line: dict[str, Any]) -> bytes | None:
    if "key_base64" in line:
        return base64.b64decode(line["key_base64"])
    key: str | None = line["key"]
    return None if key is None else key.encode()
