import threading

from greenpulse.status import PartitionStatus
from greenpulse.watchdog import STANDSTILL, Advance, Watchdog


def behind(archived_offset: int) -> dict[int, PartitionStatus]:
    status = PartitionStatus(is_open=True, log_end_offset=100, archived_offset=archived_offset)
    return {0: status}


def test_a_partition_that_advances_never_stands_still() -> None:
    advance = Advance(patience_seconds=60)

    seen = [advance.standing(behind(offset), now=50.0 * offset) for offset in range(10)]

    assert seen == [[]] * 10


def test_a_backlog_without_advance_stands_still_after_the_patience() -> None:
    advance = Advance(patience_seconds=60)

    at_once = advance.standing(behind(5), now=0.0)
    in_time = advance.standing(behind(5), now=60.0)
    too_late = advance.standing(behind(5), now=60.1)

    assert (at_once, in_time, too_late) == ([], [], [0])


def test_a_partition_without_backlog_may_rest_for_ever() -> None:
    advance = Advance(patience_seconds=60)

    seen = [advance.standing(behind(99), now=now) for now in (0.0, 1_000.0, 1_000_000.0)]

    assert seen == [[], [], []]


def test_a_partition_that_cannot_be_opened_for_a_known_reason_is_not_judged() -> None:
    advance = Advance(patience_seconds=60)
    partitions = behind(5)
    partitions[0].is_open, partitions[0].has_trouble = False, True

    seen = [advance.standing(partitions, now=now) for now in (0.0, 1_000.0)]

    assert seen == [[], []]


def test_a_partition_that_never_opens_and_does_not_say_why_stands_still() -> None:
    advance = Advance(patience_seconds=60)
    partitions = {2: PartitionStatus(is_assigned=True)}

    seen = [advance.standing(partitions, now=now) for now in (0.0, 60.0, 60.1)]

    assert seen == [[], [], [2]]


def test_a_partition_whose_whole_chain_is_verified_first_may_take_its_time() -> None:
    advance = Advance(patience_seconds=60, opens_slowly=True)
    opening = {0: PartitionStatus(is_assigned=True)}

    while_opening = [advance.standing(opening, now=now) for now in (0.0, 10_000.0)]
    once_open = [advance.standing(behind(5), now=now) for now in (10_000.0, 10_060.1)]

    assert while_opening == [[], []]
    assert once_open == [[], [0]]


def test_after_a_known_trouble_each_partition_has_all_the_patience() -> None:
    advance = Advance(patience_seconds=60)
    advance.standing(behind(5), now=0.0)

    advance.begin_again()

    assert advance.standing(behind(5), now=1_000.0) == []
    assert advance.standing(behind(5), now=1_060.1) == [0]


def test_a_backlog_that_comes_after_a_rest_has_all_the_patience() -> None:
    advance = Advance(patience_seconds=60)
    advance.standing(behind(99), now=0.0)
    advance.standing(behind(99), now=1_000.0)

    assert advance.standing(behind(50), now=1_001.0) == []


class Clock:
    """Each look at it is ``step`` seconds after the one before."""

    def __init__(self, step: float) -> None:
        self._step = step
        self._now = 0.0

    def monotonic(self) -> float:
        self._now += self._step
        return self._now


def test_a_worker_whose_loop_stands_still_is_ended() -> None:
    ended: list[int] = []
    has_ended = threading.Event()

    def end(code: int) -> None:
        ended.append(code)
        has_ended.set()

    watchdog = Watchdog(0.1, Clock(step=0.01).monotonic, end)
    watchdog.start()

    assert has_ended.wait(timeout=10)
    assert ended == [STANDSTILL]


def test_a_worker_that_was_stopped_as_a_whole_gets_its_time_again() -> None:
    ended = threading.Event()
    watchdog = Watchdog(0.1, Clock(step=0.07).monotonic, lambda _: ended.set())
    watchdog.start()

    assert not ended.wait(timeout=0.5)
    watchdog.stop()


def test_a_worker_that_stops_in_order_is_not_ended() -> None:
    ended: list[int] = []
    watchdog = Watchdog(3600.0, Clock(step=1_000.0).monotonic, ended.append)
    watchdog.start()

    watchdog.stop()

    assert ended == []


def test_the_silence_is_that_since_the_last_beat() -> None:
    watchdog = Watchdog(3600.0, Clock(step=1.0).monotonic, lambda _: None)

    before = watchdog.silence_seconds
    later = watchdog.silence_seconds
    watchdog.beat()

    assert (before, later, watchdog.silence_seconds) == (1.0, 2.0, 1.0)
