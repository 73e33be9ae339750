"""What a day costs by the settings, what loads really cost, and the budget that is kept."""

from datetime import UTC, datetime, timedelta

import pytest

from greenpulse.commands.budget import check_budget
from greenpulse.commands.cost_a_day import (
    LoadsADay,
    lake_a_day,
    loads_a_day,
    loads_in_force,
)
from greenpulse.commands.cost_check import check_cost
from greenpulse.commands.load_day import LoadDay, loads_of_day
from greenpulse.errors import SettingsError
from greenpulse.settings import Settings

NINE = datetime(2026, 1, 31, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def settings_of(**settings: object) -> Settings:
    return Settings.read({f"GREENPULSE_{name}": str(text) for name, text in settings.items()}, {})


def on_snowflake(**settings: object) -> Settings:
    return settings_of(WAREHOUSE="snowflake://ACCOUNT/ENERGY_PROJECT", **settings)


def test_a_day_of_the_defaults_is_a_few_thousand_files_and_costs_no_credits() -> None:
    settings = settings_of()
    lake = lake_a_day(settings)

    assert lake.polls == 8640 + 288 + 288 + 48 + 1
    assert 2_000 < lake.files < 3_500
    assert 1_000_000 < lake.size_bytes < 50_000_000
    assert loads_in_force(settings) is None


def test_what_was_measured_of_a_poll_stands_in_place_of_what_is_stated() -> None:
    settings = settings_of(PARTITIONS=1)

    by_measure = lake_a_day(settings, {0: 1000.0})

    assert by_measure.size_bytes == pytest.approx(9265 * 1000 + by_measure.files * 800, rel=1e-3)


@pytest.mark.parametrize(
    ("load_seconds", "wakes", "low", "high"),
    [(60, 1440, 24, 24), (300, 288, 4.8, 5.5), (1800, 48, 0.8, 0.9), (86_400, 1, 0.016, 0.02)],
)
def test_all_partitions_wake_the_warehouse_once_a_period_for_a_minute_and_their_loads(
    load_seconds: float, wakes: int, low: float, high: float
) -> None:
    loads = loads_a_day(settings_of(), load_seconds)

    assert loads.wakes == wakes
    assert loads.loads > loads.wakes
    assert low <= loads.snowflake_credits <= high


def test_loads_as_files_come_never_let_it_sleep_but_where_files_come_seldom() -> None:
    often = loads_a_day(settings_of(), 0)
    seldom = loads_a_day(settings_of(ARCHIVE_WINDOW_SECONDS=3600), 0)

    assert often.snowflake_credits == 24
    assert seldom.wakes < 80
    assert seldom.snowflake_credits < 1.5


def test_a_worker_that_costs_no_more_than_its_budget_starts() -> None:
    check_budget(on_snowflake())
    check_budget(on_snowflake(SNOWFLAKE_CREDITS_A_DAY=6))
    check_budget(on_snowflake(SNOWFLAKE_CREDITS_A_DAY=1, LOAD_SECONDS=1800))
    check_budget(settings_of(SNOWFLAKE_CREDITS_A_DAY=0.01))


@pytest.mark.parametrize(
    ("settings", "way_out"),
    [
        ({"SNOWFLAKE_CREDITS_A_DAY": 2}, "set GREENPULSE_LOAD_SECONDS=900 (1.73 credits)"),
        ({"SNOWFLAKE_CREDITS_A_DAY": 6, "LOAD_SECONDS": 0}, "set GREENPULSE_LOAD_SECONDS=300"),
        ({"SNOWFLAKE_CREDITS_A_DAY": 0.01}, "or set GREENPULSE_WAREHOUSE=none"),
    ],
)
def test_one_that_would_cost_more_is_told_the_numbers_and_the_way_out(
    settings: dict[str, object], way_out: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        check_budget(on_snowflake(**settings))

    sentence = str(refusal.value)
    assert sentence.startswith(
        f"GREENPULSE_SNOWFLAKE_CREDITS_A_DAY={settings['SNOWFLAKE_CREDITS_A_DAY']}: loads "
    )
    assert "credits a day" in sentence
    assert way_out in sentence
    assert "\n" not in sentence


def loads_at(*gaps_seconds: float) -> LoadDay:
    """A day of loads, each so long after the one before."""
    moments = [NINE]
    for gap in gaps_seconds:
        moments.append(moments[-1] + timedelta(seconds=gap))
    found = loads_of_day(moments, DAY)
    assert found is not None
    return found


def test_loads_that_follow_each_other_are_one_wake_and_a_minute_without_one_ends_it() -> None:
    together = loads_at(3, 3)
    apart = loads_at(1800, 1800)

    assert (together.loads, together.wakes, together.awake_seconds) == (3, 1, 3 + 3 + 2 + 60)
    assert (apart.loads, apart.wakes, apart.awake_seconds) == (3, 3, 3 * 62)


def test_half_a_day_counts_double() -> None:
    assert loads_of_day([NINE], DAY / 2) == LoadDay(loads=2, wakes=2, awake_seconds=124)


def test_a_day_without_loads_tells_nothing() -> None:
    assert loads_of_day([], DAY) is None


def as_predicted(settings: Settings) -> LoadDay:
    predicted = loads_in_force(settings)
    assert isinstance(predicted, LoadsADay)
    return LoadDay(predicted.loads, predicted.wakes, predicted.awake_seconds)


def test_doctor_is_content_with_loads_that_cost_what_was_predicted() -> None:
    settings = on_snowflake(SNOWFLAKE_CREDITS_A_DAY=6)

    finding = check_cost(settings, as_predicted(settings))

    assert finding.state == "well"
    assert "takes 5.15 Snowflake credits; the last day's loads cost about 5.15" in finding.sentence


def test_doctor_says_when_loads_really_cost_more_than_predicted() -> None:
    finding = check_cost(on_snowflake(), LoadDay(loads=1500, wakes=700, awake_seconds=45_000))

    assert finding.state == "note"
    assert "cost about 12.5 Snowflake credits (700 wakes, 1,500 loads)" in finding.sentence
    assert "and 5.15 are expected; see whether all workers have" in finding.sentence


def test_doctor_finds_wrong_what_really_costs_more_than_the_budget() -> None:
    settings = on_snowflake(SNOWFLAKE_CREDITS_A_DAY=5.2)

    finding = check_cost(settings, LoadDay(loads=700, wakes=300, awake_seconds=20_000))

    assert finding.state == "wrong"
    assert "about 5.56 Snowflake credits" in finding.sentence
    assert "GREENPULSE_SNOWFLAKE_CREDITS_A_DAY is 5.2" in finding.sentence


def test_doctor_says_what_would_keep_a_worker_from_starting() -> None:
    finding = check_cost(on_snowflake(SNOWFLAKE_CREDITS_A_DAY=2), None)

    assert finding.state == "wrong"
    assert "set GREENPULSE_LOAD_SECONDS=900" in finding.sentence
