"""What a day costs by the settings, what loads really cost, and the budget that is kept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from greenpulse.commands.budget import check_budget, over_budget
from greenpulse.commands.cost_a_day import (
    LoadsADay,
    lake_a_day,
    loads_a_day,
    loads_in_force,
)
from greenpulse.commands.cost_check import check_cost
from greenpulse.commands.load_day import LoadDay, loads_of_day
from greenpulse.commands.load_time import STATEMENTS_A_LOAD, LoadTime
from greenpulse.errors import SettingsError
from greenpulse.settings import Settings

NINE = datetime(2026, 1, 31, 9, tzinfo=UTC)
DAY = timedelta(days=1)
STATED = LoadTime(16.0)
QUICK = LoadTime(4.0, measured_loads=412)


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
    assert loads_in_force(settings, STATED) is None


def test_what_was_measured_of_a_poll_stands_in_place_of_what_is_stated() -> None:
    settings = settings_of(PARTITIONS=1)

    by_measure = lake_a_day(settings, {0: 1000.0})

    assert by_measure.size_bytes == pytest.approx(9265 * 1000 + by_measure.files * 800, rel=1e-3)


@pytest.mark.parametrize(
    ("load_seconds", "wakes", "low", "high"),
    [(60, 1440, 24, 24), (300, 288, 7.5, 7.6), (1800, 48, 1.4, 1.5), (86_400, 1, 0.02, 0.05)],
)
def test_all_partitions_wake_the_warehouse_once_a_period_for_a_minute_and_their_loads(
    load_seconds: float, wakes: int, low: float, high: float
) -> None:
    loads = loads_a_day(settings_of(), load_seconds, STATED)

    assert loads.wakes == wakes
    assert loads.loads > loads.wakes
    assert low <= loads.snowflake_credits <= high


@pytest.mark.parametrize("load_seconds", [300, 1800])
def test_the_document_has_the_credits_of_the_quickest_and_the_slowest_loads(
    load_seconds: int,
) -> None:
    document = (Path(__file__).parents[2] / "docs" / "snowflake.md").read_text()
    quickest, slowest = (
        loads_a_day(settings_of(), load_seconds, LoadTime(seconds)).snowflake_credits
        for seconds in (1 + 0.2 * STATEMENTS_A_LOAD, settings_of().snowflake_seconds_a_load)
    )

    a_day = f"{quickest:.1f} to {slowest:.1f}"
    assert f"| {a_day} | {30 * quickest:.0f} to {30 * slowest:.0f} |" in document


def test_loads_as_files_come_never_let_it_sleep_but_where_files_come_seldom() -> None:
    often = loads_a_day(settings_of(), 0, STATED)
    seldom = loads_a_day(settings_of(ARCHIVE_WINDOW_SECONDS=3600), 0, STATED)

    assert often.snowflake_credits == 24
    assert seldom.wakes < 80
    assert seldom.snowflake_credits < 2


def test_a_worker_that_costs_no_more_than_its_budget_starts() -> None:
    check_budget(on_snowflake())
    check_budget(on_snowflake(SNOWFLAKE_CREDITS_A_DAY=8))
    check_budget(on_snowflake(SNOWFLAKE_CREDITS_A_DAY=1.5, LOAD_SECONDS=1800))
    check_budget(on_snowflake(SNOWFLAKE_CREDITS_A_DAY=5.5, SNOWFLAKE_SECONDS_A_LOAD=4))
    check_budget(settings_of(SNOWFLAKE_CREDITS_A_DAY=0.01))


@pytest.mark.parametrize(
    ("settings", "way_out"),
    [
        ({"SNOWFLAKE_CREDITS_A_DAY": 2}, "set GREENPULSE_LOAD_SECONDS=1800 (1.44 credits)"),
        ({"SNOWFLAKE_CREDITS_A_DAY": 8, "LOAD_SECONDS": 0}, "set GREENPULSE_LOAD_SECONDS=300"),
        ({"SNOWFLAKE_CREDITS_A_DAY": 7}, "loads of 16 s, stated by GREENPULSE_SNOWFLAKE_SECONDS_"),
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
    found = loads_of_day(moments, DAY, STATED)
    assert found is not None
    return found


def test_loads_that_follow_each_other_are_one_wake_and_a_minute_without_one_ends_it() -> None:
    together = loads_at(3, 3)
    apart = loads_at(1800, 1800)

    assert (together.loads, together.wakes, together.awake_seconds) == (3, 1, 3 + 3 + 3 + 60)
    assert (apart.loads, apart.wakes, apart.awake_seconds) == (3, 3, 3 * 76)


def test_what_a_load_takes_is_the_median_of_those_that_another_one_follows() -> None:
    found = loads_at(5, 9, 1800, 4, 1800)

    assert found.load_time == LoadTime(5, measured_loads=3)
    # The last one of each wake is taken to be one of them.
    assert found.awake_seconds == (5 + 9 + 5 + 60) + (4 + 5 + 60) + (5 + 60)


def test_loads_of_workers_that_begin_together_tell_nothing_and_count_as_stated() -> None:
    found = loads_at(0.01, 0.2, 1800, 0.02, 0)

    assert found.load_time is None
    assert found.awake_seconds == 6 * 16 + 2 * 60


def test_half_a_day_counts_double() -> None:
    found = loads_of_day([NINE], DAY / 2, STATED)

    assert found == LoadDay(loads=2, wakes=2, awake_seconds=152, load_time=None)


def test_a_day_without_loads_tells_nothing() -> None:
    assert loads_of_day([], DAY, STATED) is None


def as_predicted(settings: Settings, load_time: LoadTime) -> LoadDay:
    predicted = loads_in_force(settings, load_time)
    assert isinstance(predicted, LoadsADay)
    measured = load_time if load_time.measured_loads else None
    return LoadDay(predicted.loads, predicted.wakes, predicted.awake_seconds, measured)


@pytest.mark.parametrize(
    ("load_time", "said"),
    [
        (STATED, "takes 7.57 Snowflake credits (a load 16 s, stated by GREENPULSE_SNOWFLAKE_"),
        (QUICK, "takes 5.49 Snowflake credits (a load 4 s, measured: median of 412 loads); the"),
    ],
)
def test_doctor_is_content_with_loads_that_cost_what_was_predicted(
    load_time: LoadTime, said: str
) -> None:
    settings = on_snowflake(SNOWFLAKE_CREDITS_A_DAY=8)

    finding = check_cost(settings, as_predicted(settings, load_time))

    assert finding.state == "well"
    assert said in finding.sentence
    assert "the last day's loads cost about " in finding.sentence


def test_doctor_says_when_loads_really_cost_more_than_predicted() -> None:
    really = LoadDay(loads=1500, wakes=700, awake_seconds=45_000, load_time=None)

    finding = check_cost(on_snowflake(), really)

    assert finding.state == "note"
    assert "cost about 12.5 Snowflake credits (700 wakes, 1,500 loads)" in finding.sentence
    assert "and 7.57 are expected; see whether all workers have" in finding.sentence


def test_doctor_finds_wrong_what_really_costs_more_than_the_budget() -> None:
    settings = on_snowflake(SNOWFLAKE_CREDITS_A_DAY=8)
    really = LoadDay(loads=700, wakes=400, awake_seconds=30_000, load_time=None)

    finding = check_cost(settings, really)

    assert finding.state == "wrong"
    assert "about 8.33 Snowflake credits" in finding.sentence
    assert "GREENPULSE_SNOWFLAKE_CREDITS_A_DAY is 8" in finding.sentence


def test_loads_that_are_measured_to_be_slow_are_over_a_budget_that_the_stated_ones_keep() -> None:
    settings = on_snowflake(SNOWFLAKE_CREDITS_A_DAY=8)
    check_budget(settings)

    sentence = over_budget(settings, LoadTime(30, measured_loads=90))

    assert sentence is not None
    assert "loads of 30 s, measured: median of 90 loads); set GREENPULSE_LOAD_SECONDS=" in sentence


def test_where_only_the_stated_time_is_too_much_the_measured_one_is_the_way_out() -> None:
    settings = on_snowflake(SNOWFLAKE_CREDITS_A_DAY=6)
    measured = LoadTime(4.12, measured_loads=412)

    sentence = over_budget(settings, measured)

    assert sentence is not None
    assert "no worker starts; a load takes 4.12 s, measured: median of 412 loads" in sentence
    assert sentence.endswith("set GREENPULSE_SNOWFLAKE_SECONDS_A_LOAD=4.2")
    check_budget(on_snowflake(SNOWFLAKE_CREDITS_A_DAY=6, SNOWFLAKE_SECONDS_A_LOAD=4.2))


def test_a_wait_for_the_next_file_is_not_taken_for_a_load() -> None:
    settings = on_snowflake(LOAD_SECONDS=60, SNOWFLAKE_CREDITS_A_DAY=24)

    sentence = check_cost(settings, as_predicted(settings, LoadTime(50, 1400))).sentence

    assert "(a load 16 s, stated by" in sentence


def test_doctor_says_what_would_keep_a_worker_from_starting() -> None:
    finding = check_cost(on_snowflake(SNOWFLAKE_CREDITS_A_DAY=2), None)

    assert finding.state == "wrong"
    assert "set GREENPULSE_LOAD_SECONDS=1800" in finding.sentence
