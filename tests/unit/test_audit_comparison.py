"""Comparing places finds exactly what was done to them, and nothing where nothing was."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from greenpulse.audit.comparison import Difference, Holding, Kind, Place, compare
from greenpulse.lake.ranges import OffsetRange

SPAN = OffsetRange(100, 119)


def holding(
    offsets: Sequence[int],
    altered: Sequence[int] = (),
    wanted: OffsetRange | None = SPAN,
) -> Holding:
    in_order = sorted(offsets)
    return Holding(wanted, in_order, [f"{o} altered" if o in altered else f"{o}" for o in in_order])


WHOLE = list(range(100, 120))


def test_the_same_records_everywhere_give_no_difference() -> None:
    assert compare(SPAN, [], {place: holding(WHOLE) for place in Place}) == []


@given(
    place=st.sampled_from(list(Place)),
    missing=st.sets(st.sampled_from(WHOLE)),
    doubled=st.sets(st.sampled_from(WHOLE)),
    altered=st.sets(st.sampled_from(WHOLE)),
)
def test_what_is_done_to_one_place_is_found_exactly_and_blamed_on_it(
    place: Place, missing: set[int], doubled: set[int], altered: set[int]
) -> None:
    doubled, altered = doubled - missing, altered - missing
    holdings = {other: holding(WHOLE) for other in Place}
    holdings[place] = holding(sorted({*WHOLE} - missing) + sorted(doubled), sorted(altered))

    differences = compare(SPAN, [], holdings)

    found: dict[Kind, set[int]] = {Kind.MISSING: set(), Kind.DOUBLED: set(), Kind.ALTERED: set()}
    for difference in differences:
        assert difference.place is place
        found[difference.kind] |= set(range(difference.span.first, difference.span.last + 1))
    assert found == {Kind.MISSING: missing, Kind.DOUBLED: doubled, Kind.ALTERED: altered}


def test_below_the_start_of_the_log_chain_and_warehouse_are_compared() -> None:
    holdings = {
        Place.LOG: holding(range(110, 120), wanted=OffsetRange(110, 119)),
        Place.CHAIN: holding(WHOLE),
        Place.WAREHOUSE: holding([*range(100, 105), *range(107, 120)], altered=[102]),
    }

    assert compare(SPAN, [], holdings) == [
        Difference(Place.WAREHOUSE, Kind.MISSING, OffsetRange(105, 106)),
        Difference(Place.WAREHOUSE, Kind.ALTERED, OffsetRange(102, 102)),
    ]


def test_without_the_log_the_chain_is_blamed_where_its_hashes_are_broken() -> None:
    holdings = {
        Place.CHAIN: holding(WHOLE, altered=[103]),
        Place.WAREHOUSE: holding(WHOLE),
    }

    assert compare(SPAN, [], holdings, is_chain_sound=True)[0].place is Place.WAREHOUSE
    assert compare(SPAN, [], holdings, is_chain_sound=False)[0].place is Place.CHAIN


def test_where_all_three_differ_the_log_is_believed() -> None:
    offsets = [100]
    span = OffsetRange(100, 100)
    holdings = {
        Place.LOG: Holding(span, offsets, ["1"]),
        Place.CHAIN: Holding(span, offsets, ["2"]),
        Place.WAREHOUSE: Holding(span, offsets, ["3"]),
    }

    assert [difference.place for difference in compare(span, [], holdings)] == [
        Place.CHAIN,
        Place.WAREHOUSE,
    ]


def test_what_is_not_loaded_yet_is_no_difference_and_a_row_beyond_the_manifest_is_one() -> None:
    holdings = {
        Place.LOG: holding(WHOLE),
        Place.CHAIN: holding(WHOLE),
        Place.WAREHOUSE: holding([*range(100, 110), 115], wanted=OffsetRange(100, 109)),
    }

    assert compare(SPAN, [], holdings) == [
        Difference(Place.WAREHOUSE, Kind.EXTRA, OffsetRange(115, 115))
    ]


def test_an_accepted_gap_is_missing_nowhere() -> None:
    kept = [offset for offset in WHOLE if offset not in (104, 105)]
    gap = OffsetRange(104, 105)

    assert compare(SPAN, [gap], {place: holding(kept) for place in Place}) == []
    assert compare(SPAN, [], {place: holding(kept) for place in Place}) == [
        Difference(place, Kind.MISSING, gap) for place in Place
    ]


def test_what_one_place_has_of_an_accepted_gap_the_others_have_to_have() -> None:
    kept = [offset for offset in WHOLE if offset not in (104, 105)]
    holdings = {
        Place.CHAIN: holding(sorted([*kept, 105])),
        Place.WAREHOUSE: holding(kept),
    }

    assert compare(SPAN, [OffsetRange(104, 105)], holdings) == [
        Difference(Place.WAREHOUSE, Kind.MISSING, OffsetRange(105, 105))
    ]


def test_a_doubled_record_whose_copy_was_altered_is_both() -> None:
    span = OffsetRange(5, 5)
    holdings = {
        Place.CHAIN: Holding(span, [5], ["right"]),
        Place.WAREHOUSE: Holding(span, [5, 5], ["right", "wrong"]),
    }

    assert compare(span, [], holdings) == [
        Difference(Place.WAREHOUSE, Kind.DOUBLED, span),
        Difference(Place.WAREHOUSE, Kind.ALTERED, span),
    ]
