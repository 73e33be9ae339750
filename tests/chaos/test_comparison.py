"""The independent reader sees each kind of difference, and reads lines as they are promised."""

import pytest
from chaos.entries import Entry, compare, content_of, missing_of
from chaos.independent_reader import entry_of_line

TOPIC = "greenpulse.polls"
TRUTH = [Entry(0, offset, content_of(b"k", b"%d" % offset), 1000) for offset in range(5)]
OTHER = content_of(b"k", b"other")


def test_a_copy_has_no_differences() -> None:
    assert compare(TRUTH, list(TRUTH)).count == 0


def test_a_record_that_is_not_there_is_lost() -> None:
    assert compare(TRUTH, TRUTH[:2] + TRUTH[3:]).lost == [TRUTH[2]]


def test_a_record_that_comes_twice_is_doubled() -> None:
    assert compare(TRUTH, [*TRUTH, TRUTH[2]]).doubled == [TRUTH[2]]


@pytest.mark.parametrize("changed", [Entry(0, 2, OTHER, 1000), TRUTH[2]._replace(appended_ms=1)])
def test_a_record_of_another_content_or_time_is_altered(changed: Entry) -> None:
    found = compare(TRUTH, [*TRUTH[:2], changed, *TRUTH[3:]])

    assert (found.altered, found.count) == ([changed], 1)


def test_a_record_that_the_topic_does_not_have_is_foreign() -> None:
    assert compare(TRUTH, [*TRUTH, TRUTH[0]._replace(partition=1)]).foreign[0].partition == 1


def test_what_was_acknowledged_must_be_there_as_it_was_sent() -> None:
    sent = [TRUTH[1]._replace(appended_ms=0), Entry(0, 2, OTHER), Entry(1, 0, OTHER)]

    assert missing_of(sent, TRUTH) == sent[1:]


@pytest.mark.parametrize(
    ("tail", "key", "value"),
    [
        (b'"key":"national","poll":{"a": 1.50}}', b"national", b'{"a": 1.50}'),
        (b'"key":",\\"poll\\":","poll":{"poll":{}}}', b',"poll":', b'{"poll":{}}'),
        (b'"key":null,"value_base64":null}', None, None),
        (b'"key":"","value_base64":""}', b"", b""),
        (b'"key_base64":"/w==","value_base64":"/v8="}', b"\xff", b"\xfe\xff"),
    ],
)
def test_a_line_stands_for_the_bytes_of_its_record(
    tail: bytes, key: bytes | None, value: bytes | None
) -> None:
    head = b'{"topic":"%b","partition":3,"offset":7,"appended_at":"1970-01-01T00:00:01.005000Z",'

    entry = entry_of_line(head % TOPIC.encode() + tail + b"\n", TOPIC)

    assert entry == Entry(3, 7, content_of(key, value), 1005)
