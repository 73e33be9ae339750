"""Faults on request: as often as is said, the same for the same seed, none by default."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenpulse.grid.simulated.answers import Answers, SimulatedAnswer
from greenpulse.grid.simulated.faults import (
    FAULT_SUMMARIES,
    Fault,
    FaultPlan,
    Mischief,
    manners_with,
    read_faults,
)
from greenpulse.grid.simulated.grid import SimulatedGrid
from greenpulse.grid.simulated.manners import NATURAL_MANNERS
from greenpulse.grid.simulated.spoiling import spoil

NOW = datetime(2026, 1, 31, 12, 7, tzinfo=UTC)
OUTAGES = {
    Mischief.SERVER_ERROR,
    Mischief.RESET,
    Mischief.REFUSED,
    Mischief.SLOW,
    Mischief.SILENT,
}
BY_REQUEST = {
    Fault.EMPTY: {
        Mischief.EMPTY_OBJECT,
        Mischief.NULL,
        Mischief.EMPTY_LIST,
        Mischief.NO_BODY,
    },
    Fault.ERRORS: {Mischief.SERVER_ERROR, Mischief.CLIENT_ERROR},
    Fault.GARBAGE: {
        Mischief.BROKEN_JSON,
        Mischief.NOT_UTF8,
        Mischief.TOO_LARGE,
        Mischief.OTHER_TYPES,
        Mischief.CUT_OFF,
    },
}
QUIET = {Fault.SHORT, Fault.NULLS, Fault.GAPS}


@pytest.fixture(scope="module")
def good() -> SimulatedAnswer:
    return Answers(SimulatedGrid(1)).at("/intensity/2026-01-30T00:01Z/2026-01-31T00:01Z", NOW)


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("none", set()),
        ("", set()),
        ("errors", {Fault.ERRORS}),
        ("errors, outage", {Fault.ERRORS, Fault.OUTAGE}),
        ("all", set(Fault)),
    ],
)
def test_faults_are_asked_for_by_name(text: str, faults: set[Fault]) -> None:
    assert read_faults(text) == faults


def test_an_unknown_fault_is_named_beside_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'fire' is no fault") as caught:
        read_faults("errors,fire")

    assert all(fault in str(caught.value) for fault in Fault)


def test_every_fault_is_explained() -> None:
    assert set(FAULT_SUMMARIES) == set(Fault)


@given(st.integers(), st.integers(1, 10**6))
def test_by_default_nothing_goes_wrong(seed: int, number: int) -> None:
    assert FaultPlan(seed, ()).mischief(number, NOW) is None
    assert FaultPlan(seed, QUIET).mischief(number, NOW) is None


@pytest.mark.parametrize("fault", BY_REQUEST)
def test_one_request_in_ten_goes_wrong_in_each_of_the_ways(fault: Fault) -> None:
    plan = FaultPlan(1, {fault})

    seen = Counter(plan.mischief(number, NOW) for number in range(1, 2001))

    assert 1700 < seen.pop(None) < 1900
    assert set(seen) == BY_REQUEST[fault]


def test_outages_come_in_stretches_of_up_to_three_minutes_of_each_kind() -> None:
    plan = FaultPlan(1, {Fault.OUTAGE})
    seconds = [plan.outage_at(NOW + timedelta(seconds=second)) for second in range(48 * 3600)]

    stretches = [list(group) for is_down, group in groupby(seconds, bool) if is_down]
    down = [kind for stretch in stretches for kind in stretch]

    assert set(down) == OUTAGES
    assert 80 < len(stretches) < 180
    assert 60 < max(map(len, stretches)) <= 360
    assert 0.02 < len(down) / len(seconds) < 0.15


@given(st.integers(), st.integers(1, 10**9), st.sets(st.sampled_from(Fault)))
def test_the_same_seed_and_number_go_wrong_in_the_same_way(
    seed: int, number: int, faults: set[Fault]
) -> None:
    now = NOW + timedelta(seconds=number)

    assert FaultPlan(seed, faults).mischief(number, now) == FaultPlan(seed, faults).mischief(
        number, now
    )


def test_manners_get_worse_only_where_that_is_asked_for() -> None:
    assert manners_with(set(Fault) - QUIET) == NATURAL_MANNERS
    assert manners_with({Fault.SHORT}).short_horizon > 0
    assert manners_with({Fault.GAPS}).absent > 0
    assert manners_with({Fault.NULLS}).lasting_null > NATURAL_MANNERS.lasting_null


def test_broken_json_is_the_answer_broken_off(good: SimulatedAnswer) -> None:
    body = spoil(good, Mischief.BROKEN_JSON).body

    assert good.body.startswith(body)
    with pytest.raises(ValueError, match="line 1"):
        json.loads(body)


def test_what_is_no_utf8_cannot_be_decoded(good: SimulatedAnswer) -> None:
    with pytest.raises(UnicodeDecodeError):
        spoil(good, Mischief.NOT_UTF8).body.decode()


def test_what_is_too_large_is_over_4_mebibytes_and_true_all_the_same(good: SimulatedAnswer) -> None:
    body = spoil(good, Mischief.TOO_LARGE).body

    assert len(body) > 4 * 1024 * 1024
    assert json.loads(body) == json.loads(good.body)


def test_values_of_other_types_are_json_still(good: SimulatedAnswer) -> None:
    rows = json.loads(spoil(good, Mischief.OTHER_TYPES).body)["data"]

    assert {row["intensity"]["forecast"] for row in rows} == {True}


@pytest.mark.parametrize(
    ("mischief", "status", "body"),
    [
        (Mischief.EMPTY_OBJECT, 200, b"{}"),
        (Mischief.NULL, 200, b"null"),
        (Mischief.EMPTY_LIST, 200, b'{"data":[]}'),
        (Mischief.NO_BODY, 200, b""),
    ],
)
def test_an_empty_answer_is_one_of_those_the_api_has_given(
    good: SimulatedAnswer, mischief: Mischief, status: int, body: bytes
) -> None:
    spoilt = spoil(good, mischief)

    assert (spoilt.status, spoilt.body) == (status, body)


@pytest.mark.parametrize("mischief", [Mischief.SLOW, Mischief.RESET, Mischief.SILENT])
def test_what_is_late_or_never_comes_is_the_same_answer(
    good: SimulatedAnswer, mischief: Mischief
) -> None:
    assert spoil(good, mischief) == good
