"""The live view: whatever order the news comes in, the newest is in force."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.grid_news import NOON, half_hour_item, news, news_of_body

from greenpulse.records import Latest
from greenpulse.web.half_hour import ActualStatus
from greenpulse.web.live import LiveView

HALF_HOUR = timedelta(minutes=30)
MINUTE = timedelta(minutes=1)
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))


def view_of(*records: Latest) -> LiveView:
    view = LiveView()
    for record in records:
        view.add(record)
    return view


def test_now_is_the_half_hour_that_contains_the_moment() -> None:
    view = view_of(
        news(
            NOON + 5 * MINUTE,
            half_hour_item(NOON - HALF_HOUR, 150, 148, "moderate"),
            half_hour_item(NOON, 183, None, "high"),
        )
    )

    now = view.now(NOON + 5 * MINUTE)

    assert (now.period_start_at, now.period_end_at) == (NOON, NOON + HALF_HOUR)
    assert now.current is not None
    assert now.current.forecast_gco2_per_kwh == 183
    assert now.current.intensity_index == "high"
    assert now.last_complete is not None
    assert now.last_complete.actual_gco2_per_kwh == 148
    assert now.last_complete.actual_status is ActualStatus.PROVISIONAL


def test_an_older_poll_that_comes_later_is_history_not_news() -> None:
    view = view_of(
        news(NOON + 2 * MINUTE, half_hour_item(NOON, 200)),
        news(NOON + 1 * MINUTE, half_hour_item(NOON, 100)),
    )

    current = view.now(NOON + 3 * MINUTE).current

    assert current is not None
    assert current.forecast_gco2_per_kwh == 200


def test_a_newer_null_is_in_force_too() -> None:
    view = view_of(
        news(NOON + 1 * MINUTE, half_hour_item(NOON, 100, 99, "moderate")),
        news(NOON + 2 * MINUTE, half_hour_item(NOON)),
    )

    current = view.now(NOON + 3 * MINUTE).current

    assert current is not None
    assert current.forecast_gco2_per_kwh is None
    assert current.actual_gco2_per_kwh is None
    assert current.intensity_index is None


def test_within_one_body_the_later_item_is_in_force() -> None:
    view = view_of(news(NOON, half_hour_item(NOON, 100), half_hour_item(NOON, 101)))

    current = view.now(NOON).current

    assert current is not None
    assert current.forecast_gco2_per_kwh == 101


def test_a_forecast_that_was_made_before_the_end_does_not_make_a_half_hour_complete() -> None:
    view = view_of(
        news(NOON + 1 * MINUTE, half_hour_item(NOON - HALF_HOUR, 150), half_hour_item(NOON, 183))
    )

    last_complete = view.now(NOON + 45 * MINUTE).last_complete

    assert last_complete is not None
    assert last_complete.period_start_at == NOON - HALF_HOUR


def test_nothing_heard_is_nothing_known() -> None:
    now = LiveView().now(NOON)

    assert now.current is None
    assert now.last_complete is None
    assert now.data_age_seconds is None
    assert not now.is_fresh
    assert not now.is_simulated


@pytest.mark.parametrize(
    ("after_answer", "is_fresh"),
    [
        (timedelta(seconds=60), True),
        (timedelta(seconds=60, microseconds=1), False),
        (timedelta(seconds=-60), True),
        (timedelta(minutes=-20), False),
    ],
)
def test_an_answer_is_fresh_for_a_minute_and_one_from_the_future_is_not(
    after_answer: timedelta, *, is_fresh: bool
) -> None:
    answered_at = NOON + 25 * MINUTE
    view = view_of(news(answered_at, half_hour_item(NOON - HALF_HOUR, 150, 148)))

    now = view.now(answered_at + after_answer)

    assert now.is_fresh is is_fresh
    assert now.data_age_seconds == after_answer.total_seconds()


@pytest.mark.parametrize(
    ("answered_after_end", "is_fresh"), [(75 * MINUTE, True), (76 * MINUTE, False)]
)
def test_fresh_answers_about_old_half_hours_are_not_fresh(
    answered_after_end: timedelta, *, is_fresh: bool
) -> None:
    answered_at = NOON + answered_after_end
    view = view_of(news(answered_at, half_hour_item(NOON - HALF_HOUR, 150, 148)))

    now = view.now(answered_at)

    assert now.is_fresh is is_fresh


def test_an_answer_that_says_nothing_does_not_refresh() -> None:
    view = view_of(
        news(NOON, half_hour_item(NOON - HALF_HOUR, 150, 148)),
        news_of_body(NOON + 2 * MINUTE, "{}"),
        news_of_body(NOON + 2 * MINUTE, '{"data":[]}', status=500),
    )

    now = view.now(NOON + 2 * MINUTE)

    assert now.data_age_seconds == 120
    assert not now.is_fresh


def test_answers_of_other_families_refresh_but_say_nothing_of_half_hours() -> None:
    regional = news(NOON, half_hour_item(NOON, 7), family="regional", series="regional")
    view = view_of(regional)

    now = view.now(NOON)

    assert now.data_age_seconds == 0
    assert now.current is None


def test_what_ended_three_days_before_the_newest_answer_is_forgotten() -> None:
    old = news(NOON - timedelta(days=3), half_hour_item(NOON - timedelta(days=3), 100))
    new = news(NOON + HALF_HOUR, half_hour_item(NOON, 183))

    view = view_of(old, new, old)

    assert [h.period_start_at for h in view.half_hours(*EVER)] == [NOON]


def test_a_forecast_beyond_four_days_is_not_kept() -> None:
    view = view_of(news(NOON, half_hour_item(NOON + timedelta(days=4), 1)))
    absurd = view_of(news(NOON, half_hour_item(NOON + timedelta(days=5), 1)))

    assert len(view.half_hours(*EVER)) == 1
    assert absurd.half_hours(*EVER) == []


def test_half_hours_come_oldest_first_within_their_bounds() -> None:
    starts = [NOON + step * HALF_HOUR for step in range(4)]
    view = view_of(news(NOON, *(half_hour_item(start, 100) for start in reversed(starts))))

    known = view.half_hours(starts[1], starts[3])

    assert [half_hour.period_start_at for half_hour in known] == starts[1:3]


def test_the_newest_tick_of_a_series_is_known_whether_the_answer_was_good_or_not() -> None:
    view = view_of(
        news_of_body(NOON, "{}", series="intensity", scheduled_at="2026-01-31T12:00:10.000000Z"),
        news_of_body(NOON, "{}", series="intensity", scheduled_at="2026-01-31T12:00:00.000000Z"),
        news_of_body(NOON, "{}", series="settle", scheduled_at=None),
    )

    assert view.newest_scheduled_at("intensity") == NOON + timedelta(seconds=10)
    assert view.newest_scheduled_at("settle") is None
    assert view.newest_scheduled_at("window") is None


def test_the_newest_answer_of_each_series_is_known() -> None:
    view = view_of(
        news_of_body(NOON + MINUTE, "{}", series="intensity", status=503),
        news_of_body(NOON, "{}", series="intensity"),
    )

    poll = view.polls["intensity"]

    assert (poll.status, poll.outcome, poll.answered_at) == (503, "http_error", NOON + MINUTE)


def test_anything_from_the_simulator_makes_the_view_simulated() -> None:
    simulated = news(NOON, half_hour_item(NOON, 1), headers={"x-greenpulse-simulated": "1"})
    real = news(NOON + MINUTE, half_hour_item(NOON + HALF_HOUR, 1))

    view = view_of(simulated, real)

    assert view.is_simulated
    assert view.now(NOON).is_simulated
    assert not view_of(real).is_simulated


def test_records_that_cannot_be_read_are_no_news() -> None:
    view = LiveView()
    good = news(NOON, half_hour_item(NOON, 183))
    good.observations[0]["forecast_gco2_per_kwh"] = "183"
    good.observations.append({"period_start_at": "yesterday"})
    good.observations.append({"period_start_at": "2026-01-31T12:10:00.000000Z"})
    undated = news(NOON, half_hour_item(NOON, 200), poll_id="z")
    undated.answered_at = "noon"

    view.add(good)
    view.add(undated)

    [half_hour] = view.half_hours(*EVER)
    assert half_hour.forecast_gco2_per_kwh is None


ANSWERS = st.builds(
    lambda minute, slot, forecast, actual: news(
        NOON + minute * MINUTE,
        half_hour_item(NOON + slot * HALF_HOUR, forecast, actual),
        scheduled_at=None,
        series="window" if minute % 2 else "intensity",
    ),
    minute=st.integers(0, 5 * 24 * 60),
    slot=st.integers(-20, 300),
    forecast=st.none() | st.integers(0, 400),
    actual=st.none() | st.integers(0, 400),
)


@given(data=st.data(), records=st.lists(ANSWERS, max_size=8, unique_by=lambda r: r.answered_at))
def test_any_order_and_any_redelivery_give_the_same_view(
    data: st.DataObject, records: list[Latest]
) -> None:
    redelivered = data.draw(st.permutations(records + records[::2]))
    moment = NOON + timedelta(days=2)

    straight, shuffled = view_of(*records), view_of(*redelivered)

    assert shuffled.half_hours(*EVER) == straight.half_hours(*EVER)
    assert shuffled.now(moment) == straight.now(moment)
    assert shuffled.polls == straight.polls


def test_the_recorded_new_year_of_2020_is_kept_for_three_days(recorded: Path) -> None:
    body = (recorded / "kkulma_gb_with_dates.json").read_text()
    answered_at = datetime(2020, 1, 3, 0, 0, 5, tzinfo=UTC)

    view = view_of(news_of_body(answered_at, body))

    known = view.half_hours(*EVER)
    assert len(known) == 96
    assert known[0].period_start_at == datetime(2019, 12, 31, 23, 30, tzinfo=UTC)
    assert known[0].forecast_gco2_per_kwh == 183
    assert known[0].actual_gco2_per_kwh == 180
    assert known[0].actual_status is ActualStatus.SETTLED
    assert known[1].intensity_gco2_per_kwh == 182
    last_complete = view.now(answered_at).last_complete
    assert last_complete == known[-1]


def test_the_recorded_null_of_2021_stays_unknown(recorded: Path) -> None:
    body = (recorded / "kkulma_gb_no_dates.json").read_text()
    answered_at = datetime(2021, 4, 30, 23, 1, 57, tzinfo=UTC)

    now = view_of(news_of_body(answered_at, body)).now(answered_at)

    assert now.current is None
    assert now.is_fresh
    assert now.last_complete is not None
    assert now.last_complete.actual_gco2_per_kwh is None
    assert now.last_complete.actual_status is ActualStatus.MISSING
    assert now.last_complete.intensity_gco2_per_kwh == 255


def test_the_answers_tell_whether_they_are_simulated_unless_they_disagree() -> None:
    simulated = {"x-greenpulse-simulated": "seed 1"}
    real_answer = news(NOON, half_hour_item(NOON, 183), series="intensity")
    simulated_answer = news(NOON, half_hour_item(NOON, 183), headers=simulated)
    failure = news_of_body(NOON, "Bad gateway", status=502)

    assert view_of().source_is_simulated is None
    assert view_of(failure).source_is_simulated is None
    assert view_of(real_answer).source_is_simulated is False
    assert view_of(simulated_answer).source_is_simulated is True
    assert view_of(real_answer, simulated_answer).source_is_simulated is None
