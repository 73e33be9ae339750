"""The poll that a question leaves."""

import base64
import json
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenpulse.grid.answer import Answer
from greenpulse.grid.questions import Question, poll_of
from greenpulse.grid.readings import Outcome, read_poll
from greenpulse.grid.schedule import build_schedule
from greenpulse.records import Poll

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
HEARTBEAT = build_schedule(10)[0]
MOST_MESSAGE_BYTES = 16 << 20


def poll_with(body: bytes | None) -> Poll:
    return poll_of(
        Question(HEARTBEAT, NOON),
        Answer(NOON, NOON, 200, body=body),
        poll_id="an-id",
        url="http://127.0.0.1/intensity",
        worker="worker-1",
    )


@pytest.mark.parametrize("text", ["", "{}", '{\r\n "data": [ ]\r\n}', "é€😀\u2028\x00", "\ufeff{}"])
def test_text_is_kept_as_it_was_received(text: str) -> None:
    poll = poll_with(text.encode())

    assert (poll.body, poll.body_base64, poll.error) == (text, None, None)


@pytest.mark.parametrize("body", [b"\xff", b"{}\xc3", b"\xed\xa0\x80"])
def test_bytes_that_are_no_text_are_kept_as_base64(body: bytes) -> None:
    written = poll_with(body).to_representation()

    assert "body" not in written
    assert base64.b64decode(written["body_base64"]) == body


@given(st.binary() | st.text().map(str.encode))
def test_no_bytes_whatever_make_a_poll_fail_and_each_can_be_written_and_read(body: bytes) -> None:
    poll = poll_with(body)

    assert orjson.dumps(poll.to_representation())
    assert read_poll(poll).outcome in Outcome


def test_no_body_is_null() -> None:
    assert poll_with(None).to_representation()["body"] is None


@pytest.mark.parametrize("body", [b"x" * (4 << 20), b"\x00\xff" * (2 << 20), b"\x01" * (2 << 20)])
def test_a_body_of_up_to_four_mebibytes_fits_into_a_message(body: bytes) -> None:
    poll = poll_with(body)

    assert poll.error is None
    assert len(json.dumps(poll.to_representation())) < MOST_MESSAGE_BYTES


def test_a_body_that_outgrows_a_message_when_it_is_written_as_json_is_not_kept() -> None:
    poll = poll_with(b"\x01" * (4 << 20))

    assert poll.body is None
    assert poll.error == "body over 15 MiB when it is written as JSON"
