"""The greenest time ahead, by the rules of GOLD.GREENEST_WINDOWS."""

from datetime import UTC, datetime, timedelta

import pytest

from greenpulse.web.greenest import greenest_window
from greenpulse.web.half_hour import HalfHour

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def forecasts(*gco2_per_kwh: float | None) -> list[HalfHour]:
    starts = [NOON + step * HALF_HOUR for step in range(len(gco2_per_kwh))]
    return [
        HalfHour(start, start + HALF_HOUR, forecast, None, None, NOON)
        for start, forecast in zip(starts, gco2_per_kwh, strict=True)
    ]


def test_the_window_with_the_lowest_mean_is_found_and_compared_with_now() -> None:
    window = greenest_window(forecasts(200, 180, 90, 100, 150), NOON, timedelta(hours=1))

    assert window is not None
    assert (window.starts_at, window.ends_at) == (NOON + HALF_HOUR * 2, NOON + HALF_HOUR * 4)
    assert window.mean_gco2_per_kwh == 95
    assert window.saving_percent == pytest.approx(50)


def test_the_earliest_of_equals_is_taken() -> None:
    window = greenest_window(forecasts(100, 90, 90, 90), NOON, HALF_HOUR)

    assert window is not None
    assert window.starts_at == NOON + HALF_HOUR


def test_the_past_is_no_choice() -> None:
    window = greenest_window(forecasts(10, 100, 90), NOON + HALF_HOUR, HALF_HOUR)

    assert window is not None
    assert window.starts_at == NOON + HALF_HOUR * 2


def test_no_window_spans_a_hole_and_an_absent_half_hour_is_not_0() -> None:
    known = forecasts(100, None, 80, 90)
    del known[2]

    assert greenest_window(known, NOON, timedelta(hours=1)) is None
    assert greenest_window([], NOON, HALF_HOUR) is None


@pytest.mark.parametrize("now", [None, 0, -5])
def test_a_saving_against_nothing_is_not_known(now: float | None) -> None:
    window = greenest_window(forecasts(now, -6, 80), NOON, HALF_HOUR)

    assert window is not None
    assert window.mean_gco2_per_kwh == -6
    assert window.saving_percent is None
