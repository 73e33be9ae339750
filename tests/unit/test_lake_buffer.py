"""When a buffer becomes a file, and what is in it."""

from hypothesis import given
from hypothesis import strategies as st
from support.record_log import make_records

from greenpulse.lake.buffer import Batch, Buffer
from greenpulse.lake.rotation import RotationPolicy, RotationReason

ROOMY = RotationPolicy(window_seconds=30.0, max_records=10_000, max_bytes=1 << 23)


def offsets_of(batch: Batch | None) -> list[int]:
    return [] if batch is None else [record.offset for record in batch.records]


def test_a_full_count_closes_files() -> None:
    buffer = Buffer(0, RotationPolicy(30.0, max_records=3, max_bytes=1 << 20))

    full = buffer.fill(make_records(0, 7), now=0.0)

    assert [offsets_of(batch) for batch in full] == [[0, 1, 2], [3, 4, 5]]
    assert {batch.reason for batch in full} == {RotationReason.COUNT}
    assert buffer.next_offset == 7


def test_the_record_that_reaches_the_bytes_still_goes_in() -> None:
    buffer = Buffer(0, RotationPolicy(30.0, max_records=100, max_bytes=2500))

    full = buffer.fill(make_records(0, 4, value_bytes=1000), now=0.0)

    assert [offsets_of(batch) for batch in full] == [[0, 1, 2]]
    assert full[0].reason is RotationReason.BYTES
    assert full[0].size_bytes > 3000


def test_a_record_larger_than_a_file_gets_one_of_its_own() -> None:
    buffer = Buffer(0, RotationPolicy(30.0, max_records=100, max_bytes=10))

    full = buffer.fill(make_records(0, 2, value_bytes=1000), now=0.0)

    assert [offsets_of(batch) for batch in full] == [[0], [1]]


def test_the_window_counts_from_the_first_record() -> None:
    buffer = Buffer(0, ROOMY, is_first=False)
    buffer.fill(make_records(0, 1), now=100.0)
    buffer.fill(make_records(1, 1), now=129.0)

    assert not buffer.is_due(129.9)
    assert buffer.is_due(130.0)


def test_the_first_file_closes_after_two_seconds_and_the_next_after_the_window() -> None:
    buffer = Buffer(0, ROOMY)
    buffer.fill(make_records(0, 1), now=100.0)

    is_due = [buffer.is_due(101.9), buffer.is_due(102.0)]
    buffer.close(RotationReason.WINDOW)
    buffer.fill(make_records(1, 1), now=102.0)
    is_due_then = [buffer.is_due(104.0), buffer.is_due(132.0)]

    assert is_due == [False, True]
    assert is_due_then == [False, True]


def test_a_short_window_holds_for_the_first_file_too() -> None:
    buffer = Buffer(0, RotationPolicy(0.5, max_records=10, max_bytes=1 << 20))
    buffer.fill(make_records(0, 1), now=100.0)

    assert buffer.is_due(100.5)


def test_an_empty_buffer_is_never_due_and_closes_to_nothing() -> None:
    buffer = Buffer(5, ROOMY)

    assert not buffer.is_due(1e9)
    assert buffer.close(RotationReason.SHUTDOWN) == []
    assert buffer.next_offset == 5


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), min_size=1),
    st.integers(1, 9),
)
def test_whatever_is_delivered_again_each_offset_is_taken_once(
    deliveries: list[tuple[int, int]], max_records: int
) -> None:
    buffer = Buffer(0, RotationPolicy(30.0, max_records, max_bytes=1 << 20))

    taken: list[int] = []
    for first, count in deliveries:
        start = min(first, buffer.next_offset)
        for batch in buffer.fill(make_records(start, count), now=0.0):
            taken += offsets_of(batch)
    for batch in buffer.close(RotationReason.SHUTDOWN):
        taken += offsets_of(batch)

    assert taken == list(range(buffer.next_offset))


def test_what_lies_behind_an_offset_begins_right_behind_it() -> None:
    [batch] = Buffer(10, RotationPolicy(30.0, 5, 1 << 20)).fill(make_records(10, 5), now=0.0)

    assert batch.after(9) is batch
    rest = batch.after(12)
    assert rest is not None
    assert (rest.start_offset, offsets_of(rest)) == (13, [13, 14])
    assert batch.after(14) is None
    assert batch.after(99) is None


def test_moving_on_forgets_what_became_durable_elsewhere() -> None:
    buffer = Buffer(0, ROOMY)
    buffer.fill(make_records(0, 5), now=0.0)

    buffer.move_to(3)

    assert [record.offset for record in buffer.records] == [3, 4]
    assert buffer.start_offset == 3
    buffer.move_to(20)
    assert (buffer.records, buffer.size_bytes, buffer.next_offset) == ([], 0, 20)
    buffer.move_to(1)
    assert buffer.next_offset == 20
