"""The manifest proves the chain, however loads and files are cut."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence

from hypothesis import given
from hypothesis import strategies as st

from greenpulse.audit.comparison import Difference, Kind, Place
from greenpulse.audit.load_proof import LoadProof
from greenpulse.audit.warehouse_rows import ManifestLoad
from greenpulse.lake.ranges import OffsetRange

LINES = [b'{"offset":%d}\n' % offset for offset in range(60)]
ALL = OffsetRange(0, 59)


def load(first: int, last: int, lines: Sequence[bytes] = LINES) -> ManifestLoad:
    taken = lines[first : last + 1]
    digest = hashlib.sha256(b"".join(taken)).hexdigest()
    return ManifestLoad(OffsetRange(first, last), len(taken), digest)


def cut(ends: set[int]) -> list[tuple[int, int]]:
    """First and last offset of each piece of 0..59 that ends at ``ends``."""
    lasts = sorted({*ends, 59})
    return list(zip([0, *(last + 1 for last in lasts)], lasts, strict=False))


def prove(
    loads: Sequence[ManifestLoad],
    pieces: Sequence[tuple[int, int]],
    lines: Sequence[bytes] = LINES,
    skipped: Sequence[OffsetRange] = (),
) -> list[Difference]:
    async def in_order() -> AsyncIterator[ManifestLoad]:
        for one in loads:
            yield one

    async def run() -> list[Difference]:
        proof = LoadProof(in_order())
        found = []
        for first, last in pieces:
            if OffsetRange(first, last) in skipped:
                proof.skip(OffsetRange(first, last))
            else:
                found += await proof.feed(range(first, last + 1), lines[first : last + 1])
        return found + await proof.finish()

    return asyncio.run(run())


ends = st.sets(st.integers(0, 58))


@given(ends, ends)
def test_a_chain_that_was_loaded_is_proved_however_it_is_cut(
    of_loads: set[int], of_files: set[int]
) -> None:
    loads = [load(first, last) for first, last in cut(of_loads)]

    assert prove(loads, cut(of_files)) == []


@given(ends, ends, st.integers(0, 59))
def test_the_load_of_an_altered_line_is_named(
    of_loads: set[int], of_files: set[int], altered: int
) -> None:
    lines = [*LINES]
    lines[altered] = b'{"offset":-1}\n'
    loads = [load(first, last) for first, last in cut(of_loads)]

    found = prove(loads, cut(of_files), lines)

    assert [(d.kind, d.span.first <= altered <= d.span.last) for d in found] == [
        (Kind.ALTERED, True)
    ]


def test_a_load_that_is_absent_from_the_manifest_is_named() -> None:
    found = prove([load(0, 19), load(40, 59)], [(0, 59)])

    assert found == [
        Difference(
            Place.WAREHOUSE,
            Kind.MISSING,
            OffsetRange(20, 39),
            "no load in the manifest holds them",
        )
    ]


def test_loads_that_overlap_are_named() -> None:
    found = prove([load(0, 19), load(15, 59)], [(0, 59)])

    assert (
        Difference(
            Place.WAREHOUSE,
            Kind.DOUBLED,
            OffsetRange(15, 19),
            "two loads in the manifest hold them",
        )
        in found
    )


def test_a_load_of_lines_that_the_chain_lost_proves_nothing() -> None:
    loads = [load(0, 19), load(20, 39), load(40, 59)]

    found = prove(loads, [(0, 24), (25, 29), (30, 59)], skipped=[OffsetRange(25, 29)])

    assert found == []


def test_another_count_than_the_manifests_is_named() -> None:
    wrong = ManifestLoad(ALL, 61, load(0, 59).content_sha256)

    (found,) = prove([wrong], [(0, 59)])

    assert found.reason == "the manifest counts 61 records, the chain 60"
