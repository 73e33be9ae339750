"""Numbers, ages and times, as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from greenpulse.web.wording import NOT_KNOWN, Wording, in_numbers, in_words

SUMMER = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
CLOCKS_GO_BACK = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        (None, NOT_KNOWN),
        (0, "0"),
        (183.0, "183"),
        (8037, "8037"),
        (-7.25, "\N{MINUS SIGN}7.25"),
        (1 / 3, "0.33"),
        (1e20, "1e+20"),
    ],
)
def test_a_number_is_said_as_it_is_and_null_is_no_number(quantity: float | None, text: str) -> None:
    assert in_numbers(quantity) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h 0 min"),
        (86_399, "23 h 59 min"),
        (86_400, "1 day 0 h"),
        (200_000, "2 days 7 h"),
    ],
)
def test_an_age_is_said_in_the_units_that_matter(seconds: float, text: str) -> None:
    assert in_words(seconds) == text


def test_times_are_local_with_the_zone_named_and_utc_on_request() -> None:
    assert Wording().span(SUMMER, SUMMER + HALF_HOUR) == "13:00\N{EN DASH}13:30 BST"
    assert Wording(UTC).span(SUMMER, SUMMER + HALF_HOUR) == "12:00\N{EN DASH}12:30 UTC"
    assert Wording().clock_with_seconds(SUMMER) == "13:00:00 BST"
    assert Wording().day(SUMMER) == "Wed 1 Jul"


def test_where_the_clocks_go_back_both_zones_are_named() -> None:
    span = Wording().span(CLOCKS_GO_BACK, CLOCKS_GO_BACK + HALF_HOUR)

    assert span == "01:30 BST\N{EN DASH}01:00 GMT"


@pytest.mark.parametrize(
    ("hours", "words"), [(-24, "yesterday"), (0, "today"), (11, "tomorrow"), (35, "Fri 3 Jul")]
)
def test_days_nearby_have_their_names(hours: int, words: str) -> None:
    assert Wording().near_day(SUMMER + timedelta(hours=hours), SUMMER) == words
