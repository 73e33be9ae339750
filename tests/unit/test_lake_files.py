"""Bronze files as bytes."""

import gzip
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.record_log import make_records

from greenpulse.errors import ChainBroken
from greenpulse.lake.buffer import Batch
from greenpulse.lake.files import NO_PREDECESSOR, fill_body, metadata_of, read_body
from greenpulse.lake.keys import BronzeKey
from greenpulse.lake.rotation import RotationReason
from greenpulse.lake.store import check_metadata

KEY = BronzeKey("greenpulse.polls", 0, 10)


def batch_of(*offsets: int, start: int = 10) -> Batch:
    records = [record for offset in offsets for record in make_records(offset, 1)]
    return Batch(start, records, 0, 0.0, RotationReason.WINDOW)


def packed(*lines: bytes) -> bytes:
    return gzip.compress(b"".join(lines), mtime=0)


def test_the_same_records_give_the_same_bytes() -> None:
    bodies = {fill_body("greenpulse.polls", 0, batch_of(10, 11, 12))[0] for _ in range(3)}

    assert len(bodies) == 1
    [body] = bodies
    assert body[4:8] == b"\x00\x00\x00\x00"  # mtime
    assert body[3] == 0  # no file name


def test_a_body_is_gzipped_lines_that_anybody_can_read() -> None:
    body, _ = fill_body("greenpulse.polls", 0, batch_of(10, 11))

    lines = gzip.decompress(body).decode().splitlines()
    assert [json.loads(line)["poll"]["number"] for line in lines] == [10, 11]


def test_metadata_tells_range_count_hash_times_and_predecessor() -> None:
    body, content = fill_body("greenpulse.polls", 0, batch_of(10, 11, 12))

    metadata = metadata_of(content.described(NO_PREDECESSOR, "worker-1"))

    assert metadata == {
        "start-offset": "10",
        "end-offset": "12",
        "record-count": "3",
        "sha256": hashlib.sha256(body).hexdigest(),
        "previous-sha256": "0" * 64,
        "first-appended-at": "2026-01-31T12:00:00.100000Z",
        "last-appended-at": "2026-01-31T12:00:00.120000Z",
        "writer": "worker-1",
        "schema": "1",
    }


def test_lost_offsets_are_named_as_missing() -> None:
    _, content = fill_body("greenpulse.polls", 0, batch_of(13, 14, 17))

    file = content.described(NO_PREDECESSOR, "worker-1")

    assert file.missing_offsets == "10-12,15-16"
    assert (file.start_offset, file.end_offset, file.record_count) == (10, 17, 3)
    assert metadata_of(file)["missing-offsets"] == "10-12,15-16"


def test_every_store_takes_the_metadata_however_many_offsets_are_lost_and_whoever_writes() -> None:
    _, content = fill_body("greenpulse.polls", 0, batch_of(*range(10, 4000, 2)))

    file = content.described(NO_PREDECESSOR, "host  Süd-4711" + "x" * 5000)
    metadata = metadata_of(file)

    check_metadata(metadata)
    assert metadata["writer"].startswith("host_S_d-4711x")
    assert "missing-offsets" not in metadata
    assert len(file.missing_offsets or "") > 5000


@given(st.sets(st.integers(10, 40), min_size=1))
def test_a_body_is_read_as_it_was_filled(offsets: set[int]) -> None:
    body, filled = fill_body("greenpulse.polls", 0, batch_of(*sorted(offsets)))

    read = read_body(KEY, body)
    assert read.described(NO_PREDECESSOR, "") == filled.described(NO_PREDECESSOR, "")
    assert [json.loads(line)["offset"] for line in read.lines] == sorted(offsets)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "its last line is cut off"),
        (b"not gzip", "it cannot be unpacked"),
        (fill_body("greenpulse.polls", 0, batch_of(10))[0][:-9], "it cannot be unpacked"),
        (packed(), "its last line is cut off"),
        (packed(b'{"topic":"greenpulse.polls","partition":0,"off'), "its last line is cut off"),
        (packed(b"{}\n"), "this line does not belong there"),
        (fill_body("greenpulse.polls", 1, batch_of(10))[0], "this line does not belong there"),
        (fill_body("other", 0, batch_of(10))[0], "this line does not belong there"),
        (fill_body("greenpulse.polls", 0, batch_of(9))[0], "offset 9 comes where 10 is due"),
        (fill_body("greenpulse.polls", 0, batch_of(10, 10))[0], "offset 10 comes where 11 is due"),
        (fill_body("greenpulse.polls", 0, batch_of(11, 10))[0], "offset 10 comes where 12 is due"),
    ],
)
def test_a_damaged_body_is_refused_with_its_key_and_a_way_out(body: bytes, reason: str) -> None:
    with pytest.raises(ChainBroken) as raised:
        read_body(KEY, body)

    assert str(KEY) in str(raised.value)
    assert reason in str(raised.value)
    assert "put the file back from a copy" in str(raised.value)


@given(st.data())
def test_no_flipped_bit_of_a_body_goes_unseen(data: st.DataObject) -> None:
    body, content = fill_body("greenpulse.polls", 0, batch_of(10, 11, 12))
    position = data.draw(st.integers(0, len(body) * 8 - 1))
    altered = bytearray(body)
    altered[position // 8] ^= 1 << position % 8

    try:
        sha256 = read_body(KEY, bytes(altered)).sha256
    except ChainBroken:
        return
    assert sha256 != content.sha256
