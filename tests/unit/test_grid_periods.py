"""Half hours, settlement periods and local days."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenpulse.grid.periods import (
    HALF_HOUR,
    LOCAL_ZONE,
    SettlementPeriod,
    half_hours,
    is_half_hour,
    local_day,
    period_end,
    period_start,
    request_time,
    settlement_period,
    settlement_periods_in,
)

ZONES = st.sampled_from([UTC, LOCAL_ZONE, timezone(timedelta(hours=5, minutes=45))])
MOMENTS = st.datetimes(datetime(2017, 9, 12), datetime(2040, 1, 1), timezones=ZONES)  # noqa: DTZ001 - the strategy adds the zone
DAYS = st.dates(date(2017, 9, 12), date(2040, 1, 1))


@given(MOMENTS)
def test_each_moment_lies_in_the_half_hour_that_is_named_after_its_start(moment: datetime) -> None:
    start_at = period_start(moment)

    assert start_at <= moment < period_end(moment)
    assert is_half_hour(start_at, period_end(moment))
    assert start_at.tzinfo is UTC


@given(MOMENTS)
def test_a_settlement_period_leads_back_to_the_half_hour_it_names(moment: datetime) -> None:
    assert settlement_period(moment).period_start_at == period_start(moment)


@given(DAYS)
def test_a_local_day_is_numbered_without_a_hole_from_one_on(day: date) -> None:
    names = [settlement_period(start_at) for start_at in half_hours(*local_day(day))]

    assert names == [SettlementPeriod(day, n) for n in range(1, len(names) + 1)]
    assert len(names) == settlement_periods_in(day)
    assert len(names) in {46, 48, 50}


@given(DAYS)
def test_local_days_follow_each_other_without_a_hole(day: date) -> None:
    assert local_day(day)[1] == local_day(day + timedelta(days=1))[0]


@pytest.mark.parametrize(
    ("day", "first", "count"),
    [
        (date(2026, 1, 15), "2026-01-15T00:00:00+00:00", 48),
        (date(2026, 3, 29), "2026-03-29T00:00:00+00:00", 46),
        (date(2026, 7, 1), "2026-06-30T23:00:00+00:00", 48),
        (date(2026, 10, 25), "2026-10-24T23:00:00+00:00", 50),
    ],
)
def test_a_day_has_46_half_hours_when_clocks_go_forward_and_50_when_they_go_back(
    day: date, first: str, count: int
) -> None:
    assert local_day(day)[0].isoformat() == first
    assert settlement_periods_in(day) == count


@pytest.mark.parametrize(
    ("moment", "day", "number"),
    [
        ("2026-03-29T00:59", date(2026, 3, 29), 2),
        ("2026-03-29T01:00", date(2026, 3, 29), 3),
        ("2026-03-29T22:59", date(2026, 3, 29), 46),
        ("2026-10-25T00:30", date(2026, 10, 25), 4),
        ("2026-10-25T01:30", date(2026, 10, 25), 6),
        ("2026-10-25T23:59", date(2026, 10, 25), 50),
        ("2026-12-31T23:30", date(2026, 12, 31), 48),
    ],
)
def test_settlement_periods_around_clock_changes_are_as_the_market_counts_them(
    moment: str, day: date, number: int
) -> None:
    named = settlement_period(datetime.fromisoformat(moment).replace(tzinfo=UTC))

    assert named == SettlementPeriod(day, number)


@pytest.mark.parametrize("number", [0, 47])
def test_a_settlement_period_that_the_day_does_not_have_cannot_be_built(number: int) -> None:
    with pytest.raises(ValueError, match="from 1 to 46 of 2026-03-29"):
        SettlementPeriod(date(2026, 3, 29), number)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        period_start(datetime(2026, 1, 1, 12, 0))  # noqa: DTZ001 - what is refused


def test_periods_of_other_lengths_or_minutes_are_no_half_hours() -> None:
    noon = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)

    assert not is_half_hour(noon, noon + 2 * HALF_HOUR)
    assert not is_half_hour(noon + timedelta(minutes=1), noon + timedelta(minutes=31))
    assert not is_half_hour(noon + HALF_HOUR, noon)


@given(MOMENTS)
def test_a_request_names_the_half_hour_of_its_moment_and_never_a_boundary(
    moment: datetime,
) -> None:
    written = datetime.strptime(request_time(moment), "%Y-%m-%dT%H:%M%z")

    assert period_start(written) == period_start(moment)
    assert written.minute in {1, 31}
