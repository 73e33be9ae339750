"""``audit`` finds each harm that is done to bronze files, and names it."""

import shutil

import pytest
from support.auditing import audit, differences
from support.small_way import SmallWay

from greenpulse.records import POLLS_TOPIC


def test_a_deleted_file_is_named_with_its_offsets(way: SmallWay) -> None:
    way.take_away(0, 10)

    result = audit()

    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "partition 0: chain: offsets 10-19 missing: no bronze file holds offsets 10 to 19",
        "found wrong: 10 offsets in 1 partition",
    ]


def test_the_first_file_deleted_is_found(way: SmallWay) -> None:
    way.take_away(0, 0)

    assert differences() == [(0, "chain", "missing", 0, 9)]


def test_the_first_file_deleted_is_found_without_claims_and_log(way: SmallWay) -> None:
    way.take_away(0, 0)
    shutil.rmtree(way.lake / "claims")
    way.expire(0, before=20)

    assert (0, "chain", "missing", 0, 9) in differences()


def test_the_last_file_deleted_is_found_since_it_was_loaded(way: SmallWay) -> None:
    way.take_away(1, 20)

    assert differences() == [(1, "chain", "missing", 20, 24)]


def test_the_last_file_deleted_before_its_load_is_found_since_it_was_acknowledged(
    way: SmallWay,
) -> None:
    way.append_polls(5, partition=0)
    way.archive()
    way.take_away(0, 40)

    result = audit()

    assert result.exit_code == 1
    assert result.stdout.splitlines()[0] == (
        "partition 0: chain: offsets 40-44 missing: the archive has acknowledged them"
    )


def test_all_files_deleted_are_found(way: SmallWay) -> None:
    shutil.rmtree(way.lake / f"topic={POLLS_TOPIC}")

    assert differences() == [(0, "chain", "missing", 0, 39), (1, "chain", "missing", 0, 24)]


@pytest.mark.parametrize("place", [4, 100, -1])
@pytest.mark.parametrize("start", [10, 30])
def test_a_flipped_byte_is_found_wherever_it_is(way: SmallWay, start: int, place: int) -> None:
    file = way.file(0, start)
    body = bytearray(file.read_bytes())
    body[place] ^= 0x10
    file.chmod(0o644)
    file.write_bytes(body)

    found = differences()

    assert {(partition, where) for partition, where, *_ in found} == {(0, "chain")}
    assert {(first, last) for *_, first, last in found} == {(start, start + 9)}


@pytest.mark.parametrize("start", [0, 10, 30])
def test_a_file_forged_with_its_hash_made_to_fit_is_found(way: SmallWay, start: int) -> None:
    way.forge(0, start, lambda lines: lines.replace(f"poll-{start + 4}".encode(), b"poll-x"))

    assert (0, "chain", "altered", start + 4, start + 4) in differences()
    assert {where for _, where, *_ in differences()} == {"chain"}


@pytest.mark.parametrize("start", [0, 10, 30])
def test_a_forged_file_is_found_below_the_start_of_the_log(way: SmallWay, start: int) -> None:
    way.expire(0, before=40)
    way.forge(0, start, lambda lines: lines.replace(f"poll-{start + 4}".encode(), b"poll-x"))

    found = differences()

    assert (0, "chain", "altered", start + 4, start + 4) in found
    assert {where for _, where, *_ in found} == {"chain"}


def test_lines_cut_off_a_file_are_missing(way: SmallWay) -> None:
    way.forge(0, 10, lambda lines: b"".join(lines.splitlines(keepends=True)[:-2]))

    assert (0, "chain", "missing", 18, 19) in differences()


def test_a_file_forged_beside_its_rows_is_found_by_the_manifest_where_the_log_has_expired(
    way: SmallWay,
) -> None:
    way.expire(0, before=40)
    way.forge(0, 30, lambda lines: lines.replace(b"poll-34", b"poll-xx"))
    way.change_rows(
        """
        update bronze.raw_intensity set v = replace(v::varchar, 'poll-34', 'poll-xx')::json
        where partition_id = 0 and log_offset = 34
        """
    )

    result = audit()

    assert result.exit_code == 1
    assert "the manifest has another content_sha256 than the chain's lines" in result.stdout


def test_absent_metadata_is_no_fault(way: SmallWay) -> None:
    way.sidecar(0, 10).unlink()
    way.sidecar(1, 20).unlink()

    assert audit("--complete").exit_code == 0


def test_altered_metadata_is_a_fault(way: SmallWay) -> None:
    text = way.sidecar(0, 10).read_text()
    way.sidecar(0, 10).write_text(text.replace('"19"', '"18"'))

    result = audit()

    assert result.exit_code == 1
    assert "its metadata says end-offset 18, its body 19" in result.stdout
