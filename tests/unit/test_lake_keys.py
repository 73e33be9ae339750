"""Keys of bronze files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenpulse.lake.keys import BronzeKey, partition_prefix, read_key

TOPICS = st.from_regex(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,40}", fullmatch=True)
OFFSETS = st.integers(0, 2**63 - 1)
KEYS = st.builds(BronzeKey, TOPICS, st.integers(0, 9999), OFFSETS)


def test_a_key_names_topic_partition_and_first_offset() -> None:
    key = BronzeKey("greenpulse.polls", 3, 12345)

    assert str(key) == "topic=greenpulse.polls/partition=0003/00000000000000012345.ndjson.gz"


@given(KEYS)
def test_a_key_is_read_as_it_was_written(key: BronzeKey) -> None:
    assert read_key(str(key)) == key
    assert str(key).startswith(partition_prefix(key.topic, key.partition))


@given(OFFSETS, OFFSETS)
def test_keys_sort_as_their_offsets_do(one: int, other: int) -> None:
    keys = [str(BronzeKey("greenpulse.polls", 0, offset)) for offset in (one, other)]

    assert (keys[0] < keys[1]) == (one < other)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "claims/lake",
        "topic=greenpulse.polls/partition=0003/12345.ndjson.gz",
        "topic=greenpulse.polls/partition=3/00000000000000012345.ndjson.gz",
        "topic=greenpulse.polls/partition=0003/00000000000000012345.ndjson.gz.json",
        "topic=greenpulse.polls/partition=0003/0000000000000001234a.ndjson.gz",
        "topic=greenpulse.polls/partition=000\u0663/00000000000000012345.ndjson.gz",
        "x/topic=greenpulse.polls/partition=0003/00000000000000012345.ndjson.gz",
        "topic=../partition=0003/00000000000000012345.ndjson.gz",
        "topic=a/b/partition=0003/00000000000000012345.ndjson.gz",
    ],
)
def test_other_keys_are_none(key: str) -> None:
    assert read_key(key) is None


@pytest.mark.parametrize(
    ("topic", "partition", "offset"),
    [("", 0, 0), ("a/b", 0, 0), ("..", 0, 0), ("a", -1, 0), ("a", 10_000, 0), ("a", 0, -1)],
)
def test_a_key_that_could_not_be_read_again_cannot_be_made(
    topic: str, partition: int, offset: int
) -> None:
    with pytest.raises(ValueError, match="want"):
        BronzeKey(topic, partition, offset)
