"""The chart's geometry, worked out by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from greenpulse.web.chart import Chart, draw
from greenpulse.web.half_hour import HalfHour
from greenpulse.web.wording import Wording

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


def known(
    slot: int, forecast: float | None, actual: float | None = None, index: str | None = None
) -> HalfHour:
    start = NOON + slot * HALF_HOUR
    observed_at = start + timedelta(hours=2)
    return HalfHour(start, start + HALF_HOUR, forecast, actual, index, observed_at)


def drawn(*half_hours: HalfHour, hours: int = 2) -> Chart:
    to_at = NOON + timedelta(hours=hours)
    return draw(half_hours, NOON, to_at, NOON + timedelta(minutes=45), Wording())


def test_columns_stand_in_their_slot_as_high_as_their_share_of_the_scale() -> None:
    chart = drawn(known(0, 90, 80, "low"), known(2, 50, None, "low"))

    actual, forecast = chart.columns
    assert chart.half_hours == 4
    assert (actual.left, actual.height, actual.is_actual) == (0, 80, True)
    assert (forecast.left, forecast.height, forecast.is_actual) == (2, 50, False)
    assert actual.css_class == "index-low"


def test_what_is_not_known_has_no_column() -> None:
    chart = drawn(known(0, None), known(1, 0, 0))

    assert [(column.left, column.height) for column in chart.columns] == [(1, 0)]


def test_an_unknown_word_has_a_colour_of_its_own() -> None:
    chart = drawn(known(0, 50, None, '"><script>'))

    assert chart.columns[0].css_class == "index-unknown"


@pytest.mark.parametrize(
    ("highest", "levels"),
    [
        (40, ["0", "25", "50", "75", "100"]),
        (126, ["0", "50", "100", "150"]),
        (250, ["0", "50", "100", "150", "200", "250"]),
        (251, ["0", "100", "200", "300"]),
        (8037, ["0", "200", "400", "600", "800", "1000"]),
    ],
)
def test_the_scale_has_round_levels_and_an_absurd_number_does_not_stretch_it(
    highest: float, levels: list[str]
) -> None:
    chart = drawn(known(0, highest))

    assert [tick.label for tick in chart.intensities] == levels
    assert chart.columns[0].height <= 100


def test_a_negative_number_lies_on_the_ground() -> None:
    chart = drawn(known(0, -7))

    assert chart.columns[0].height == 0


def test_the_forecast_goes_in_steps_and_breaks_where_none_is_known() -> None:
    chart = drawn(known(0, 80), known(1, 60), known(2, None), known(3, 100))

    assert chart.forecast_path == "M0 20h1V40h1M3 0h1"


def test_now_lies_at_its_share_of_the_way() -> None:
    assert drawn().now_at == 37.5


def test_hours_and_days_are_local_also_where_the_clocks_go_forward() -> None:
    from_at = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
    to_at = from_at + timedelta(hours=36)

    chart = draw([], from_at, to_at, from_at, Wording())
    in_utc = draw([], from_at, to_at, from_at, Wording(UTC))

    labels = [tick.label for tick in chart.hours]
    assert labels == ["12:00", "18:00", "00:00", "06:00", "12:00", "18:00", "00:00"]
    assert [tick.at * 36 / 100 for tick in chart.hours] == pytest.approx([0, 6, 12, 17, 23, 29, 35])
    assert [tick.at * 36 / 100 for tick in in_utc.hours] == pytest.approx([0, 6, 12, 18, 24, 30])
    assert [(day.weekday, day.date) for day in chart.days] == [("Sat", "28 Mar"), ("Sun", "29 Mar")]
