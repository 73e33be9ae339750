"""``accept-gap`` on a real log and lake: what it takes, and all that it refuses."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support.auditing import audit
from support.bronze import plain_files_of_folder
from support.services.ports import free_port
from support.small_way import SmallWay

from greenpulse.commands.accept_gap import accept_gap_command


@pytest.fixture
def expired(way: SmallWay) -> SmallWay:
    """Partition 0 is archived up to 39; the log lost 40 to 44 and has 45 to 49."""
    way.append_polls(10, partition=0)
    way.expire(0, before=45)
    return way


def accept_gap(*arguments: object, environ: dict[str, str] | None = None) -> Result:
    result = CliRunner().invoke(accept_gap_command, [str(a) for a in arguments], env=environ)
    assert "Traceback" not in result.output
    return result


def refusal(*arguments: object, environ: dict[str, str] | None = None) -> str:
    """The one sentence of a refusal."""
    result = accept_gap(*arguments, environ=environ)
    assert (result.exit_code, result.stdout) == (2, "")
    (sentence,) = result.stderr.splitlines()
    return sentence


def lake_of(way: SmallWay) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in way.lake.rglob("*") if path.is_file()}


def test_what_the_log_lost_is_accepted_and_said_before_and_after(expired: SmallWay) -> None:
    before = audit()

    result = accept_gap(0, 40, 44)

    assert before.exit_code == 1
    assert "run 'greenpulse accept-gap 0 40 44'" in before.stdout
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [
        "partition 0: the chain ends at offset 39, the log goes on at 45",
        "partition 0: offsets 40 to 44 are accepted as lost for ever from now on",
        "partition 0: the next bronze file carries them as missing-offsets",
    ]
    after = audit()
    assert after.exit_code == 0
    assert "partition 0: offsets 40-44 accepted as lost for ever" in after.stdout

    expired.archive()
    expired.load()

    assert audit("--complete").exit_code == 0
    (file,) = [file for file in plain_files_of_folder(expired.lake) if file.start == 40]
    assert file.metadata["missing-offsets"] == "40-44"


@pytest.mark.parametrize("is_archived", [False, True])
def test_to_accept_again_changes_nothing(expired: SmallWay, *, is_archived: bool) -> None:
    accept_gap(0, 40, 44)
    if is_archived:
        expired.archive()
    before = lake_of(expired)

    again, part = accept_gap(0, 40, 44), accept_gap(0, 41, 42)

    assert (again.exit_code, part.exit_code) == (0, 0)
    assert again.stdout == (
        "partition 0: offsets 40 to 44 are accepted as lost already; nothing was changed\n"
    )
    assert lake_of(expired) == before


def test_a_gap_that_grew_meanwhile_names_the_rest(expired: SmallWay) -> None:
    expired.expire(0, before=48)

    first = accept_gap(0, 40, 44)
    second = accept_gap(0, 45, 47)

    assert first.exit_code == 0
    assert first.stdout.splitlines()[-1] == (
        "partition 0: offsets 45 to 47 are lost, too: run 'greenpulse accept-gap 0 45 47'"
    )
    assert second.exit_code == 0
    expired.archive()
    expired.load()
    assert audit("--complete").exit_code == 0


def test_a_log_that_lost_all_that_it_had_goes_on_too(expired: SmallWay) -> None:
    expired.expire(0, before=50)
    assert accept_gap(0, 40, 49).exit_code == 0
    expired.append_polls(3, partition=0)

    expired.archive()
    expired.load()

    assert audit("--complete").exit_code == 0


FITS = "what would fit: 'greenpulse accept-gap 0 40 44'"


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        pytest.param(40, 45, "the log has offset 45", id="one-too-many"),
        pytest.param(46, 47, "the log has offset 46", id="all-in-the-log"),
        pytest.param(39, 44, "the chain has all offsets up to 39", id="one-in-the-chain"),
        pytest.param(0, 5, "the chain has all offsets up to 39", id="all-in-the-chain"),
        pytest.param(0, 99, "the chain has all offsets up to 39", id="everything"),
        pytest.param(
            42, 44, "this is not where the chain stands still, behind offset 39", id="too-late"
        ),
        pytest.param(50, 60, "the log ends at offset 49", id="in-the-future"),
    ],
)
def test_what_is_not_lost_there_is_refused_and_what_would_fit_is_said(
    expired: SmallWay, first: int, last: int, reason: str
) -> None:
    before = lake_of(expired)

    sentence = refusal(0, first, last)

    assert sentence == f"accepting {first}-{last} of partition 0 as lost: {reason}; {FITS}"
    assert lake_of(expired) == before


@pytest.mark.parametrize(("first", "last"), [(40, 44), (0, 10), (35, 45)])
def test_where_nothing_is_lost_nothing_is_accepted(way: SmallWay, first: int, last: int) -> None:
    way.append_polls(10, partition=0)
    before = lake_of(way)

    sentence = refusal(0, first, last)

    assert sentence.startswith(f"accepting {first}-{last} of partition 0 as lost: ")
    assert sentence.endswith("; the log has all that the chain wants next")
    assert lake_of(way) == before


def test_a_hole_within_the_log_is_accepted_where_it_is(way: SmallWay) -> None:
    way.append_polls(10, partition=0)
    way.change_log("delete from record where log_offset between 44 and 46")

    assert refusal(0, 40, 46).endswith("'greenpulse accept-gap 0 44 46'")
    assert accept_gap(0, 44, 46).exit_code == 0
    way.archive()
    way.load()
    assert audit("--complete").exit_code == 0


def test_a_partition_without_a_chain_has_no_gap(working_directory: Path) -> None:
    way = SmallWay(working_directory / "data")
    way.append_polls(10, partition=0)
    way.expire(0, before=5)

    sentence = refusal(0, 0, 4)

    assert "the lake has no chain of it" in sentence
    assert not way.lake.exists()


@pytest.mark.parametrize(
    "arguments",
    [("one", 40, 44), (0, -1, 44), (0, 40, "44.0"), (0, 40, 1 << 63), (0, "٤٠", 44), ("", 1, 2)],
    ids=str,
)
@pytest.mark.usefixtures("expired")
def test_what_is_no_number_is_refused_with_an_example(arguments: tuple[object, ...]) -> None:
    sentence = refusal(*arguments)

    assert "want a whole number from 0 up, as in 'greenpulse accept-gap 0 120 179'" in sentence


@pytest.mark.usefixtures("expired")
def test_a_range_the_wrong_way_round_is_refused() -> None:
    assert refusal(0, 44, 40) == "accepting offsets 44 to 40: LAST is below FIRST"


@pytest.mark.usefixtures("expired")
def test_a_partition_that_is_absent_is_refused_with_those_that_are_there() -> None:
    sentence = refusal(7, 40, 44)

    assert sentence.startswith("accepting a gap in partition 7 of the log embedded://")
    assert sentence.endswith("it has 0 to 2")


def test_before_anything_began_there_is_nothing_to_accept(working_directory: Path) -> None:
    assert refusal(0, 0, 4).endswith("it has no polls yet")
    assert list(working_directory.iterdir()) == []


@pytest.mark.usefixtures("expired")
def test_an_unreachable_broker_is_one_sentence() -> None:
    hosts = f"127.0.0.1:{free_port()}"

    sentence = refusal(0, 40, 44, environ={"GREENPULSE_BROKER": f"kafka://{hosts}"})

    assert hosts in sentence


@pytest.mark.usefixtures("expired")
def test_an_unreachable_lake_is_one_sentence() -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    environ = {
        "GREENPULSE_LAKE": "s3://bucket/lake",
        "GREENPULSE_S3_ENDPOINT": endpoint,
        "GREENPULSE_S3_ACCESS_KEY": "key",
        "GREENPULSE_S3_SECRET_KEY": "secret",
    }

    assert "s3://bucket/lake" in refusal(0, 40, 44, environ=environ)


def test_a_log_of_another_origin_is_refused_with_the_way_out(expired: SmallWay) -> None:
    for file in expired.folder.glob("log.sqlite*"):
        file.unlink()
    expired.append_polls(3, partition=0)

    assert "they are not of one origin; run 'greenpulse audit --complete'" in refusal(0, 40, 44)
