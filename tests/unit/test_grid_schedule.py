"""When each series is asked, and what for."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenpulse.grid.schedule import (
    Series,
    attempt_seconds,
    build_schedule,
    newest_tick,
    next_tick,
)

SERIES = {series.name: series for series in build_schedule(10)}
ANY_SERIES = st.one_of(
    st.sampled_from(list(SERIES.values())),
    st.floats(0.1, 100_000).map(lambda seconds: build_schedule(seconds)[0]),
)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(ANY_SERIES, MOMENTS)
def test_a_moment_lies_between_the_newest_tick_and_the_next(series: Series, now: datetime) -> None:
    newest, following = newest_tick(series, now), next_tick(series, now)

    assert newest <= now < following
    assert following - newest == timedelta(seconds=series.period_seconds)


@given(ANY_SERIES, MOMENTS)
def test_a_tick_is_its_own_newest_tick_whatever_led_to_it(series: Series, now: datetime) -> None:
    assert newest_tick(series, newest_tick(series, now)) == newest_tick(series, now)
    assert newest_tick(series, next_tick(series, now)) == next_tick(series, now)


@pytest.mark.parametrize(
    ("name", "newest", "following"),
    [
        ("intensity", "2026-01-31T12:44:10", "2026-01-31T12:44:20"),
        ("window", "2026-01-31T12:42:05", "2026-01-31T12:47:05"),
        ("generation", "2026-01-31T12:42:00", "2026-01-31T12:47:00"),
        ("regional", "2026-01-31T12:42:00", "2026-01-31T13:12:00"),
        ("settle", "2026-01-31T04:17:05", "2026-02-01T04:17:05"),
    ],
)
def test_ticks_lie_on_the_grid_of_the_clock(name: str, newest: str, following: str) -> None:
    now = moment("2026-01-31T12:44:19.999")

    assert newest_tick(SERIES[name], now) == moment(newest)
    assert next_tick(SERIES[name], now) == moment(following)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("intensity", "/intensity"),
        ("window", "/intensity/2026-02-28T11:31Z/2026-03-03T12:31Z"),
        ("generation", "/generation/2026-02-28T11:31Z/2026-03-01T12:31Z"),
        ("regional", "/regional/intensity/2026-03-01T12:31Z/fw48h"),
        ("settle", "/intensity/2026-02-15T12:31Z/2026-03-01T12:31Z"),
    ],
)
def test_a_tick_asks_in_the_grammar_of_the_api(name: str, path: str) -> None:
    assert SERIES[name].path_at(moment("2026-03-01T12:42:05")) == path


def test_at_new_year_the_mix_is_asked_for_one_year_after_the_other() -> None:
    path_at = SERIES["generation"].path_at

    paths = [path_at(moment(f"2027-01-01T{time}:00")) for time in ("00:02", "00:07", "21:32")]

    assert paths == [
        "/generation/2026-12-30T23:01Z/2026-12-31T23:31Z",
        # From the boundary on: the half hour that ended with the old year is in it.
        "/generation/2027-01-01T00:00Z/2027-01-01T00:01Z",
        "/generation/2026-12-31T20:31Z/2026-12-31T23:31Z",
    ]


def test_a_day_and_an_hour_after_new_year_one_question_is_enough_again() -> None:
    path = SERIES["generation"].path_at(moment("2027-01-02T01:02"))

    assert path == "/generation/2027-01-01T00:01Z/2027-01-02T01:01Z"


@given(MOMENTS)
def test_no_question_for_the_mix_goes_across_new_year(now: datetime) -> None:
    series = SERIES["generation"]

    _, _, from_at, to_at = series.path_at(newest_tick(series, now)).split("/")

    assert from_at < to_at
    assert from_at[:4] == to_at[:4]


@given(MOMENTS)
def test_no_question_asks_for_more_than_fourteen_days(now: datetime) -> None:
    _, _, from_at, to_at = SERIES["settle"].path_at(now).split("/")

    assert moment(to_at[:-1]) - moment(from_at[:-1]) <= timedelta(days=14)


def test_an_attempt_ends_before_the_next_heartbeat_and_within_eight_seconds() -> None:
    assert attempt_seconds(10) == 8
    assert attempt_seconds(1) == 0.8
    assert attempt_seconds(60) == 8


def test_only_the_heartbeat_does_not_try_again() -> None:
    assert [name for name, series in SERIES.items() if series.is_heartbeat] == ["intensity"]


def test_a_series_without_a_period_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="period above 0"):
        build_schedule(0)
