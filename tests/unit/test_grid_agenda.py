"""Which question comes next, whatever the clocks do."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from greenpulse.grid.agenda import STANDSTILL, Agenda
from greenpulse.grid.questions import Question
from greenpulse.grid.schedule import Series, build_schedule, newest_tick

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
NATIONAL = [series for series in build_schedule(10) if series.family == "national"]
HEARTBEAT, WINDOW, SETTLE = NATIONAL
PERIOD = timedelta(seconds=10)


def none_known(_name: str) -> None:
    return None


def heartbeats_between(first: datetime, last: datetime) -> list[datetime]:
    return [first + n * PERIOD for n in range((last - first) // PERIOD + 1)]


class Follower:
    """Looks at an agenda of heartbeats and asks what it says, as the poller does."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.monotonic = 1000.0
        self.agenda = Agenda([HEARTBEAT], now, none_known)
        self.asked: list[datetime] = []
        self.missed: list[datetime] = []

    def look(self, *, is_asking: bool = True) -> None:
        missed = self.agenda.look(self.now, self.monotonic)
        self.missed += [question.scheduled_at for question in missed]
        if is_asking and (question := self.agenda.take(self.monotonic)):
            self.asked.append(question.scheduled_at)

    def pass_seconds(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.monotonic += seconds


@given(st.lists(st.tuples(st.floats(0, 90), st.booleans()), max_size=60))
def test_while_the_clock_goes_on_each_tick_is_either_asked_or_named_as_missed_once(
    steps: list[tuple[float, bool]],
) -> None:
    follower = Follower(NOON + timedelta(seconds=3))

    follower.look()
    for seconds, is_asking in steps:
        follower.pass_seconds(seconds)
        follower.look(is_asking=is_asking)
    follower.look()

    seen = sorted(follower.asked + follower.missed)
    assert seen == heartbeats_between(NOON, newest_tick(HEARTBEAT, follower.now))
    assert follower.asked == sorted(follower.asked)


@given(
    st.lists(st.tuples(st.floats(0, 15), st.just(0.0) | st.floats(-200_000, 200_000)), max_size=60)
)
def test_whatever_the_clock_does_polling_goes_on_within_two_periods(
    steps: list[tuple[float, float]],
) -> None:
    follower = Follower(NOON)

    for seconds, jump in steps:
        follower.pass_seconds(seconds)
        follower.now += timedelta(seconds=jump)
        follower.look()
    before = len(follower.asked)
    for _ in range(21):
        follower.pass_seconds(1)
        follower.look()

    assert len(follower.asked) > before
    assert follower.now - follower.asked[-1] < PERIOD


@given(st.floats(0, 10_000_000))
def test_a_jump_ahead_never_names_more_than_ten_minutes_of_missed_ticks(seconds: float) -> None:
    follower = Follower(NOON)
    follower.look()

    follower.now += timedelta(seconds=seconds)
    follower.look()

    assert len(follower.missed) <= STANDSTILL / PERIOD
    assert len(follower.asked) == (2 if seconds >= 10 else 1)


@given(st.floats(-10, 0), st.integers(1, 30))
def test_a_step_back_of_less_than_a_period_repeats_no_tick(step: float, looks: int) -> None:
    follower = Follower(NOON)
    follower.look()

    follower.now += timedelta(seconds=step)
    for _ in range(looks):
        follower.look()
        follower.pass_seconds(1)

    assert len(follower.asked) == len(set(follower.asked))


@given(st.floats(0, 400_000))
def test_waiting_as_long_as_it_says_leads_to_the_next_question(seconds: float) -> None:
    now = NOON + timedelta(seconds=seconds)
    agenda = Agenda([WINDOW, SETTLE], now, lambda _name: now)

    wait = agenda.seconds_to_wait(now, 0)
    before = agenda.look(now + timedelta(seconds=wait - 0.001), wait) or agenda.take(wait)
    agenda.look(now + timedelta(seconds=wait), wait)

    assert not before
    assert agenda.take(wait) is not None


def test_ticks_off_the_grid_that_are_known_do_not_swallow_the_next_one() -> None:
    # Another heartbeat was in force before: 12:00:05 is none of this grid's instants.
    agenda = Agenda([HEARTBEAT], NOON, lambda _name: NOON + timedelta(seconds=5))

    agenda.look(NOON + timedelta(seconds=10), 0)

    assert agenda.take(0) == Question(HEARTBEAT, NOON + PERIOD)


def test_the_heartbeat_goes_first_however_late_it_came_up() -> None:
    agenda = Agenda([WINDOW, SETTLE, HEARTBEAT], NOON, none_known)

    agenda.look(NOON, 0)
    asked = [question.series for _ in range(3) if (question := agenda.take(0))]

    assert asked == [HEARTBEAT, WINDOW, SETTLE]


def test_an_attempt_is_repeated_when_it_is_time_and_not_before() -> None:
    agenda = Agenda([WINDOW], NOON, none_known)
    agenda.look(NOON, 0)
    first = agenda.take(0)
    assert first is not None

    agenda.repeat(first, not_before=7)

    assert agenda.seconds_to_wait(NOON, 0) == 7
    assert agenda.take(6.9) is None
    assert agenda.take(7) == Question(WINDOW, first.scheduled_at, attempt=2)
    assert agenda.take(7) is None


def attempts_of(series: Series) -> int:
    agenda = Agenda([series], NOON, none_known)
    agenda.look(NOON, 0)
    attempts = 0
    while question := agenda.take(0):
        attempts += 1
        agenda.repeat(question, not_before=0)
    return attempts


def test_a_heartbeat_has_one_attempt_and_another_series_four() -> None:
    assert [attempts_of(series) for series in NATIONAL] == [1, 4, 4]
