"""What an actual is worth, by the rules of the promised interface."""

from datetime import UTC, datetime, timedelta

import pytest

from greenpulse.web.half_hour import ActualStatus, HalfHour

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
END = START + timedelta(minutes=30)


def half_hour(
    forecast: float | None, actual: float | None, observed_after_end: timedelta
) -> HalfHour:
    return HalfHour(START, END, forecast, actual, "moderate", END + observed_after_end)


@pytest.mark.parametrize(
    ("forecast", "actual", "observed_after_end", "status"),
    [
        (183, None, timedelta(hours=3), ActualStatus.MISSING),
        (26, 0, timedelta(days=3), ActualStatus.SUSPECT),
        (25, 0, timedelta(hours=3), ActualStatus.REVISABLE),
        (None, 0, timedelta(hours=3), ActualStatus.REVISABLE),
        (183, 180, timedelta(minutes=-20), ActualStatus.PROVISIONAL),
        (183, 180, timedelta(minutes=12), ActualStatus.PROVISIONAL),
        (183, 180, timedelta(minutes=12, microseconds=1), ActualStatus.REVISABLE),
        (183, 180, timedelta(hours=24), ActualStatus.REVISABLE),
        (183, 180, timedelta(hours=24, microseconds=1), ActualStatus.SETTLED),
    ],
)
def test_the_first_status_that_fits_holds(
    forecast: float | None, actual: float | None, observed_after_end: timedelta, status: str
) -> None:
    known = half_hour(forecast, actual, observed_after_end)

    assert known.actual_status == status


@pytest.mark.parametrize(
    ("actual", "observed_after_end", "intensity"),
    [
        (None, timedelta(hours=3), 183),
        (0, timedelta(hours=3), 183),
        (180, timedelta(minutes=5), 183),
        (180, timedelta(hours=3), 180),
        (180, timedelta(days=2), 180),
    ],
)
def test_the_intensity_is_the_actual_only_where_it_can_be_trusted(
    actual: float | None, observed_after_end: timedelta, intensity: float
) -> None:
    known = half_hour(183, actual, observed_after_end)

    assert known.intensity_gco2_per_kwh == intensity


def test_where_nothing_is_known_the_intensity_is_not_zero() -> None:
    known = half_hour(None, None, timedelta(hours=3))

    assert known.intensity_gco2_per_kwh is None
