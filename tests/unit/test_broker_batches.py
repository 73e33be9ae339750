"""Batches in flight: in sequence, and never committed past what is open."""

from hypothesis import given
from hypothesis import strategies as st

from greenpulse.broker.batches import BatchesInFlight


def test_nothing_is_committable_before_anything_was_delivered() -> None:
    assert BatchesInFlight(5).committable() is None


def test_acknowledged_batches_are_committable_up_to_the_first_open_one() -> None:
    batches = BatchesInFlight(0)
    first, second, third = (batches.take(n, n + 9) for n in (0, 10, 20))

    third.is_acknowledged = True
    before = batches.committable()
    first.is_acknowledged = True
    after = batches.committable()
    second.is_acknowledged = True

    assert (before, after, batches.committable()) == (None, 10, 30)


def test_what_is_committable_stays_so_until_more_is_done() -> None:
    batches = BatchesInFlight(0)
    batches.take(0, 4).is_acknowledged = True

    assert [batches.committable(), batches.committable()] == [5, 5]


def test_a_part_of_the_oldest_batch_is_committable() -> None:
    batches = BatchesInFlight(0)
    batches.take(0, 9)

    batches.acknowledge_through(6)

    assert batches.committable() == 7


def test_a_part_that_reaches_over_several_batches_finishes_those_before() -> None:
    batches = BatchesInFlight(0)
    batches.take(0, 9)
    batches.take(10, 19)

    batches.acknowledge_through(12)
    partly = batches.committable()
    batches.acknowledge_through(19)

    assert (partly, batches.committable()) == (13, 20)


def test_a_part_that_was_done_before_changes_nothing() -> None:
    batches = BatchesInFlight(10)
    batches.take(10, 19)
    batches.acknowledge_through(15)

    batches.acknowledge_through(12)

    assert batches.committable() == 16


def test_after_beginning_elsewhere_old_batches_do_not_count() -> None:
    batches = BatchesInFlight(0)
    old = batches.take(0, 9)

    batches.begin_at(3)
    old.is_acknowledged = True

    assert batches.committable() is None
    assert batches.is_ahead(4)
    assert not batches.is_ahead(3)


def test_beginning_behind_what_is_done_makes_that_committable() -> None:
    batches = BatchesInFlight(0)

    batches.begin_at(7, is_done_below=True)

    assert batches.committable() == 7


def test_a_hole_that_the_log_can_still_fill_is_fetched_again() -> None:
    batches = BatchesInFlight(5)

    assert batches.offset_to_fetch_again(first=8, log_start=0) == 5


def test_a_hole_that_retention_made_is_taken() -> None:
    batches = BatchesInFlight(5)

    assert batches.offset_to_fetch_again(first=8, log_start=8) is None


def test_a_stale_fetch_behind_a_moved_start_is_fetched_from_that_start() -> None:
    batches = BatchesInFlight(5)

    assert batches.offset_to_fetch_again(first=9, log_start=8) == 8


def test_a_hole_that_no_fetch_fills_is_taken_in_the_end() -> None:
    batches = BatchesInFlight(5)

    answers = [batches.offset_to_fetch_again(first=8, log_start=0) for _ in range(30)]

    assert answers[0] == 5
    assert answers[-1] is None


@given(st.data())
def test_no_order_of_acknowledgements_commits_past_an_open_record(data: st.DataObject) -> None:
    sizes = data.draw(st.lists(st.integers(1, 5), min_size=1, max_size=8))
    batches = BatchesInFlight(0)
    ranges = [batches.take(sum(sizes[:i]), sum(sizes[: i + 1]) - 1) for i in range(len(sizes))]
    spans = [(taken.first, taken.last) for taken in ranges]
    is_done = [False] * sum(sizes)

    for _ in range(data.draw(st.integers(0, 12))):
        if data.draw(st.booleans()):
            index = data.draw(st.integers(0, len(ranges) - 1))
            ranges[index].is_acknowledged = True
            first, last = spans[index]
        else:
            first, last = 0, data.draw(st.integers(0, len(is_done) - 1))
            batches.acknowledge_through(last)
        is_done[first : last + 1] = [True] * (last + 1 - first)

        committable = batches.committable() or 0
        assert all(is_done[:committable])
        open_offsets = [offset for offset, done in enumerate(is_done) if not done]
        first_open = open_offsets[0] if open_offsets else len(is_done)
        # Within a batch only acknowledge_through may stop: then it is exact.
        assert committable == first_open


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)), max_size=40))
def test_whatever_is_fetched_each_offset_is_delivered_once_and_in_order(
    fetches: list[tuple[int, int]],
) -> None:
    batches = BatchesInFlight(0)
    delivered: list[int] = []

    for first, count in fetches:
        last = first + count - 1
        if batches.is_behind(last) or batches.is_ahead(first):
            continue
        fresh = [offset for offset in range(first, last + 1) if offset >= len(delivered)]
        batches.take(fresh[0], last)
        delivered += fresh

    assert delivered == list(range(len(delivered)))


def test_what_is_handed_out_counts_until_it_is_done_or_forgotten() -> None:
    in_flight = BatchesInFlight(0)
    in_flight.take(0, 9, 100)
    in_flight.take(10, 19, 200)
    in_flight.take(20, 29, 400)
    held = [in_flight.held_bytes]

    in_flight.acknowledge_through(4)
    held.append(in_flight.held_bytes)
    in_flight.acknowledge_through(19)
    held.append(in_flight.held_bytes)
    in_flight.forget()
    held.append(in_flight.held_bytes)

    assert held == [700, 700, 400, 0]


def test_a_batch_knows_that_it_was_forgotten() -> None:
    in_flight = BatchesInFlight(0)
    before = in_flight.take(0, 9)

    in_flight.begin_at(5)
    after = in_flight.take(5, 9)

    assert (before.is_forgotten, after.is_forgotten) == (True, False)
