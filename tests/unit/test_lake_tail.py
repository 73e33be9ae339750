"""Finding the end of a chain, however long it is."""

import bisect
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenpulse.lake.keys import BronzeKey, partition_prefix
from greenpulse.lake.store import StoredObject
from greenpulse.lake.tail import last_key

TOPIC = "greenpulse.polls"
OFFSETS = st.integers(0, 2**62)


class Listing:
    """A store of which only the listing of one partition works; counts how often."""

    def __init__(self, starts: Sequence[int]) -> None:
        self.starts = starts
        self.listings = 0

    async def keys(self, prefix: str, *, after: str = "", limit: int = 1000) -> list[str]:
        self.listings += 1
        assert prefix == partition_prefix(TOPIC, 3)
        assert limit <= 1000
        behind = int(after.rpartition("/")[2].removesuffix(".ndjson.gz")) if after else -1
        begin = bisect.bisect_right(self.starts, behind)
        return [str(BronzeKey(TOPIC, 3, start)) for start in self.starts[begin : begin + limit]]

    async def create(
        self, key: str, body: bytes, metadata: Mapping[str, str] | None = None
    ) -> bool:
        raise NotImplementedError

    async def read(self, key: str) -> StoredObject | None:
        raise NotImplementedError

    async def metadata(self, key: str) -> Mapping[str, str] | None:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError


async def tail_of(listing: Listing, *, near: int = 0, before: int = 1 << 63) -> int | None:
    key = await last_key(listing, TOPIC, 3, near=near, before=before)
    return None if key is None else key.start_offset


@given(st.lists(OFFSETS, unique=True).map(sorted))
async def test_the_last_of_a_short_chain_takes_one_listing(starts: list[int]) -> None:
    listing = Listing(starts)

    assert await tail_of(listing) == (starts[-1] if starts else None)
    assert listing.listings == 1


@pytest.mark.parametrize(
    "starts",
    [
        pytest.param(range(1_000_000), id="one record a file"),
        pytest.param(range(0, 10**10, 10**4), id="ten thousand records a file"),
        pytest.param(range(7 * 10**12, 7 * 10**12 + 10**10, 10**4), id="base far behind 0"),
        pytest.param([*range(999_999), 2**62], id="one far leap at the end"),
        pytest.param([*range(1000), *range(2**62, 2**62 + 999_000)], id="one far leap before"),
        pytest.param([*range(500_000), *range(2**61, 2**61 + 500_000)], id="two halves"),
        pytest.param([i**2 for i in range(1_000_000)], id="ever larger files"),
    ],
)
async def test_a_million_files_take_at_most_seventy_listings(starts: Sequence[int]) -> None:
    listing = Listing(starts)

    assert len(starts) == 1_000_000
    assert await tail_of(listing) == starts[-1]
    assert listing.listings <= 70


@pytest.mark.parametrize("near", [0, 1, 10**9, 5 * 10**9 + 7, 10**10, 10**12, 2**40, 2**62, 2**63])
@pytest.mark.parametrize("records_a_file", [1, 10**4])
async def test_a_wrong_guess_costs_no_more_than_seventy_listings_either(
    near: int, records_a_file: int
) -> None:
    listing = Listing(range(0, 1_000_000 * records_a_file, records_a_file))

    assert await tail_of(listing, near=near) == 999_999 * records_a_file
    assert listing.listings <= 70


async def test_an_even_chain_of_a_million_files_takes_about_twenty_listings() -> None:
    listing = Listing(range(0, 10**10, 10**4))

    await tail_of(listing)

    assert listing.listings <= 25


@pytest.mark.parametrize("records_a_file", [1, 3, 200, 10_000])
async def test_a_chain_that_is_level_with_its_log_takes_few_listings(records_a_file: int) -> None:
    listing = Listing(range(0, 1_000_000 * records_a_file, records_a_file))

    await tail_of(listing, near=1_000_000 * records_a_file)

    assert listing.listings <= 2


@given(
    st.integers(0, 2**40),
    st.integers(1, 10**6),
    st.lists(st.integers(1, 2**50), max_size=20),
    st.integers(0, 5000),
    st.integers(0, 2**60),
)
async def test_uneven_chains_end_where_they_end(
    base: int, step: int, leaps: list[int], count: int, near: int
) -> None:
    starts = [base + step * number for number in range(count)]
    for leap in leaps:
        starts.append(max(starts, default=base) + leap)
    listing = Listing(starts)

    assert await tail_of(listing, near=near) == (starts[-1] if starts else None)
    assert listing.listings <= 70


@given(st.integers(1, 4000), st.integers(1, 50), st.integers(0, 300_000), st.data())
async def test_the_one_before_a_file_is_found_too(
    count: int, step: int, near: int, data: st.DataObject
) -> None:
    starts = [10 + step * number for number in range(count)]
    index = data.draw(st.integers(0, count - 1))

    before = await tail_of(Listing(starts), near=near, before=starts[index])

    assert before == (starts[index - 1] if index else None)
