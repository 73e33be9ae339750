"""What every warehouse keeps to.

Each test runs on each warehouse: add one to ``WAREHOUSES`` and it is held to the same.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from support.no_queries import NO_QUERIES
from support.snowflakes import stand_in_warehouse
from support.staging import batch, body_of, item, poll, staged, value_of_poll

from greenpulse.errors import SettingsError, WarehouseMismatch
from greenpulse.records import POLLS_TOPIC
from greenpulse.warehouse.duckdb import DuckDBWarehouse
from greenpulse.warehouse.warehouse import Identity, SeriesPeriod, Staged, Warehouse

Open = Callable[[], Warehouse]


def duckdb_in(tmp_path: Path, _request: pytest.FixtureRequest) -> Warehouse:
    return DuckDBWarehouse(tmp_path / "warehouse.duckdb")


def snowflake_at_its_stand_in(_tmp_path: Path, request: pytest.FixtureRequest) -> Warehouse:
    return stand_in_warehouse(request.getfixturevalue("fakesnow"))


WAREHOUSES: dict[str, Callable[[Path, pytest.FixtureRequest], Warehouse]] = {
    "duckdb": duckdb_in,
    "snowflake": snowflake_at_its_stand_in,
}


@pytest.fixture(params=WAREHOUSES)
async def open_warehouse(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Open]:
    """Opens the same warehouse anew, as another process would."""
    opened: list[Warehouse] = []

    def open_again() -> Warehouse:
        opened.append(WAREHOUSES[request.param](tmp_path, request))
        return opened[-1]

    yield open_again
    for warehouse in opened:
        await warehouse.close()


@pytest.fixture
async def warehouse(open_warehouse: Open) -> Warehouse:
    warehouse = open_warehouse()
    await warehouse.deploy()
    return warehouse


async def offsets(warehouse: Warehouse, partition: int = 0) -> list[tuple[int, int]]:
    """Offset and row count of all that the raw table holds of a partition."""
    found = await warehouse.offsets(partition, None)
    return [(entry.offset, entry.row_count) for entry in found]


async def select(warehouse: Warehouse, sql: str) -> list[tuple[Any, ...]]:
    return list((await warehouse.query(sql)).rows)


async def test_nothing_is_known_before_anything_is_deployed(open_warehouse: Open) -> None:
    warehouse = open_warehouse()

    assert await warehouse.identity() is None
    assert await warehouse.manifest_ends(POLLS_TOPIC) == {}
    assert await warehouse.offsets(0, None) == []
    assert await warehouse.raw_partitions() == []


async def test_deploying_again_harms_nothing(warehouse: Warehouse, open_warehouse: Open) -> None:
    await warehouse.load(batch(0))

    await warehouse.deploy()
    await open_warehouse().deploy()

    assert await offsets(warehouse) == [(n, 1) for n in range(5)]
    assert await warehouse.manifest_ends(POLLS_TOPIC) == {0: 4}
    assert await select(warehouse, "select count(*) from ops.load_lease") == [(1,)]


async def test_several_may_deploy_at_once(open_warehouse: Open) -> None:
    warehouses = [open_warehouse() for _ in range(4)]

    await asyncio.gather(*(warehouse.deploy() for warehouse in warehouses))

    assert await select(warehouses[0], "select count(*) from ops.load_lease") == [(1,)]


async def test_the_identity_that_was_claimed_first_stays(
    warehouse: Warehouse, open_warehouse: Open
) -> None:
    ours, theirs = Identity("warehouse a", "lake a"), Identity("warehouse b", "lake b")

    assert await warehouse.identity() is None
    assert await warehouse.claim_identity(ours) == ours
    assert await warehouse.claim_identity(theirs) == ours
    assert await open_warehouse().identity() == ours


async def test_of_two_claims_at_once_one_is_in_force(
    warehouse: Warehouse, open_warehouse: Open
) -> None:
    claims = [Identity(f"warehouse {n}", f"lake {n}") for n in range(4)]

    answers = await asyncio.gather(
        *(open_warehouse().claim_identity(identity) for identity in claims)
    )

    assert set(answers) == {await warehouse.identity()}


async def test_a_load_brings_rows_silver_and_its_manifest_row(warehouse: Warehouse) -> None:
    lines = batch(3, partition=2)

    load = await warehouse.load(lines)

    assert load is not None
    assert (load.topic, load.partition) == (POLLS_TOPIC, 2)
    assert (load.start_offset, load.end_offset, load.record_count) == (3, 7, 5)
    assert load.unreadable_count == 0
    assert await offsets(warehouse, 2) == [(n, 1) for n in range(3, 8)]
    assert await warehouse.raw_partitions() == [2]
    assert await warehouse.manifest_ends(POLLS_TOPIC) == {2: 7}
    assert await warehouse.manifest_ends("another.topic") == {}
    manifest = "select content_sha256, load_id, record_count from ops.load_manifest"
    assert await select(warehouse, manifest) == [(lines.content_sha256, load.load_id, 5)]
    polls = "select log_offset from silver.poll where partition_id = 2 order by log_offset"
    assert await select(warehouse, polls) == [(n,) for n in range(3, 8)]


async def test_each_row_has_the_digest_of_its_bronze_line(warehouse: Warehouse) -> None:
    odd = '{"poll_id":"ä\u2028","n":[1.0,1e2,-0],"empty":{} , "x":"\\u00e4\\/"}'.encode()
    lines = staged([odd, None, b"", b"\xff\n"], 7)

    await warehouse.load(lines)

    expected = [warehouse.digest_of(line) for line in lines.ndjson.split(b"\n")[:-1]]
    assert len(set(expected)) == len(expected)
    assert [entry.digest for entry in await warehouse.offsets(0, None)] == expected


async def test_offsets_come_in_pages(warehouse: Warehouse) -> None:
    await warehouse.load(batch(10))

    pages = [
        [entry.offset for entry in await warehouse.offsets(0, after, limit=2)]
        for after in (None, 11, 13, 14)
    ]

    assert pages == [[10, 11], [12, 13], [14], []]


async def test_the_same_load_twice_is_one_load(warehouse: Warehouse, open_warehouse: Open) -> None:
    await warehouse.load(batch(0))
    await warehouse.load(batch(5))

    assert await warehouse.load(batch(5)) is None
    assert await open_warehouse().load(batch(0)) is None
    assert await warehouse.load(batch(2, record_count=6)) is None
    assert await offsets(warehouse) == [(n, 1) for n in range(10)]
    assert await select(warehouse, "select count(*) from ops.load_manifest") == [(2,)]


@pytest.mark.parametrize(
    "wrong",
    [
        batch(6),  # a gap
        batch(3),  # an overlap
        batch(4, record_count=1_000),
    ],
    ids=["gap", "overlap", "long overlap"],
)
async def test_a_range_that_does_not_follow_is_refused(warehouse: Warehouse, wrong: Staged) -> None:
    await warehouse.load(batch(0))

    with pytest.raises(WarehouseMismatch, match="partition 0"):
        await warehouse.load(wrong)

    assert await offsets(warehouse) == [(n, 1) for n in range(5)]
    assert await warehouse.manifest_ends(POLLS_TOPIC) == {0: 4}


async def test_each_partition_has_a_sequence_of_its_own(warehouse: Warehouse) -> None:
    for partition, start in ((0, 0), (1, 100), (0, 5), (1, 105)):
        await warehouse.load(batch(start, partition=partition))

    assert await warehouse.manifest_ends(POLLS_TOPIC) == {0: 9, 1: 109}


async def test_a_hole_that_was_accepted_is_part_of_its_range(warehouse: Warehouse) -> None:
    first, second = staged([b"{}"], 0), staged([b"{}"], 5)
    both = first.ndjson + second.ndjson
    holed = replace(first, end_offset=5, record_count=2, ndjson=both, content_sha256="0" * 64)

    await warehouse.load(holed)

    assert await offsets(warehouse) == [(0, 1), (5, 1)]
    assert await warehouse.load(batch(6)) is not None


@pytest.mark.parametrize(
    "wrong",
    [
        replace(batch(5), record_count=4),
        replace(batch(5), record_count=6),
        replace(batch(5), ndjson=batch(5).ndjson * 2, record_count=10),
        replace(batch(5), ndjson=batch(5, record_count=6).ndjson),
        replace(batch(5), ndjson=batch(5, partition=1).ndjson),
        replace(batch(5), ndjson=batch(50).ndjson),
        replace(batch(5), ndjson=b"no line\n" * 5),
        replace(batch(5), ndjson=b"\xff\n" * 5),
        replace(batch(5), ndjson=b""),
    ],
    ids=[
        "a line too many",
        "a line too few",
        "doubled",
        "behind its end",
        "of another partition",
        "of another range",
        "no JSON",
        "no UTF-8",
        "nothing",
    ],
)
async def test_lines_that_do_not_make_up_the_range_leave_nothing(
    warehouse: Warehouse, wrong: Staged
) -> None:
    await warehouse.load(batch(0))

    with pytest.raises(WarehouseMismatch):
        await warehouse.load(wrong)

    assert await warehouse.manifest_ends(POLLS_TOPIC) == {0: 4}
    assert await select(warehouse, "select count(*) from bronze.raw_intensity") == [(5,)]
    assert await select(warehouse, "select count(*) from silver.poll") == [(5,)]
    assert await warehouse.load(batch(5)) is not None


async def test_two_loaders_at_once_load_each_range_once(
    warehouse: Warehouse, open_warehouse: Open
) -> None:
    async def load_all(loader: Warehouse) -> list[int]:
        loads = [await loader.load(batch(start)) for start in range(0, 25, 5)]
        return [load.start_offset for load in loads if load is not None]

    loaded = await asyncio.gather(*(load_all(open_warehouse()) for _ in range(3)))

    assert sorted(start for starts in loaded for start in starts) == [0, 5, 10, 15, 20]
    assert await offsets(warehouse) == [(n, 1) for n in range(25)]
    assert await select(warehouse, "select count(*) from ops.load_manifest") == [(5,)]


async def test_a_record_that_is_no_poll_is_counted_and_kept(warehouse: Warehouse) -> None:
    good = value_of_poll(poll("good", "2026-02-05T21:00:00Z", body_of()))

    load = await warehouse.load(staged([b"rubbish", good, None, b'{"poll_id":1}']))

    assert load is not None
    assert (load.record_count, load.unreadable_count) == (4, 3)
    assert await select(warehouse, "select poll_id from silver.poll") == [("good",)]


async def test_what_late_polls_say_is_history_and_no_news(warehouse: Warehouse) -> None:
    def said(at: str, actual: int | None) -> bytes:
        half_hour = item("2026-02-05T20:30Z", "2026-02-05T21:00Z", 117, actual)
        return value_of_poll(poll(at, f"2026-02-05T{at}Z", body_of(half_hour)))

    await warehouse.load(staged([said("21:00:18", 137), said("21:20:00", 130)], 0))
    await warehouse.load(staged([said("21:30:00", 130), said("21:10:00", None)], 2))

    runs = """
        select actual_gco2_per_kwh, observed_at, last_observed_at
        from silver.national_intensity order by revision_number
    """
    day = datetime(2026, 2, 5)  # noqa: DTZ001 - as the warehouse has it: naive, UTC
    assert await select(warehouse, runs) == [
        (137, day.replace(hour=21, second=18), day.replace(hour=21, second=18)),
        (None, day.replace(hour=21, minute=10), day.replace(hour=21, minute=10)),
        (130, day.replace(hour=21, minute=20), day.replace(hour=21, minute=30)),
    ]


async def test_an_hour_is_counted_once_however_its_polls_come(warehouse: Warehouse) -> None:
    def tick(poll_id: str, due: str, answered: str, **fields: object) -> bytes:
        body = body_of(item("2026-02-05T20:30Z", "2026-02-05T21:00Z", 117, 137))
        fields = {"scheduled_at": f"2026-02-05T{due}Z", **fields}
        return value_of_poll(poll(poll_id, f"2026-02-05T{answered}Z", body, **fields))

    failed = tick("a", "21:00:00", "21:00:01", status=500)
    await warehouse.load(staged([tick("b", "21:59:50", "22:00:03"), failed], 0))
    late = tick("c", "21:00:00", "21:00:05")
    await warehouse.load(staged([tick("d", "21:10:00", "21:10:00"), late, late, failed], 2))

    ticks = "select hour(hour_start_at), ticks_answered, ticks_failed from ops.series_hour"
    assert await select(warehouse, ticks) == [(21, 3, 0)]
    answers = """
        select hour(hour_start_at), longest_wait_seconds
        from ops.pipeline_hour where last_answered_at is not null order by hour_start_at
    """
    assert await select(warehouse, answers) == [(21, 595), (22, None)]
    loads = "select sum(loads)::bigint from ops.pipeline_hour"
    assert await select(warehouse, loads) == [(2,)]


async def test_regions_and_their_mix_are_loaded_late_ones_too(warehouse: Warehouse) -> None:
    def said(at: str, forecast: int | None) -> bytes:
        period = {"from": "2026-02-05T20:30Z", "to": "2026-02-05T21:00Z"}
        mix = {"generationmix": [{"fuel": "wind", "perc": forecast}, {"fuel": 5, "perc": 1}]}
        region = {"regionid": 13, "shortname": "London", "intensity": {"forecast": forecast}} | mix
        body = body_of(period | mix | {"regions": [region, {"regionid": "13"}]})
        family = "generation" if forecast is None else "regional"
        return value_of_poll(poll(at, f"2026-02-05T{at}Z", body, family=family))

    await warehouse.load(staged([said("21:00:00", 50), said("21:20:00", 50)], 0))
    await warehouse.load(staged([said("21:10:00", -3), said("21:30:00", None)], 2))

    runs = """
        select forecast_gco2_per_kwh, minute(last_observed_at), is_newest
        from silver.regional_intensity order by revision_number
    """
    assert await select(warehouse, runs) == [(50, 0, False), (-3, 10, False), (50, 20, True)]
    regional = "select region_id, fuel, share_percent from silver.regional_generation_mix"
    assert await select(warehouse, regional) == [(13, "wind", 50)]
    national = "select fuel, share_percent from silver.generation_mix"
    assert await select(warehouse, national) == [("wind", None)]


async def test_a_schedule_keeps_what_was_expected_before(warehouse: Warehouse) -> None:
    def every(seconds: float, day: int) -> SeriesPeriod:
        return SeriesPeriod("intensity", seconds, 0, datetime(2026, 1, day, tzinfo=UTC))

    for period in (every(10, 1), every(10, 2), every(20, 3)):
        await warehouse.set_schedule([period])

    schedule = "select period_seconds, day(valid_from) from ops.schedule order by valid_from"
    assert await select(warehouse, schedule) == [(10, 1), (20, 3)]


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("select 1 as a, 'x' as b", [(1, "x")]),
        ("with t as (select 1 as a) select a from t union all select 2 order by 1", [(1,), (2,)]),
        ("(select 1)", [(1,)]),
        ("select count(*) from energy_project.bronze.raw_intensity", [(5,)]),
        ("select count(*) from ENERGY_PROJECT.SILVER.POLL where poll_id like 'poll%'", [(5,)]),
        ("select max(v:poll.poll_id::string) from bronze.raw_intensity", [("poll 0 4",)]),
        ("select iff(1 = 1, 'yes', 'no');", [("yes",)]),
        (
            'select f.value:a::string from table(flatten(parse_json(\'[{"a":"x"}]\'))) as f',
            [("x",)],
        ),
        ("select try_cast('x' as int), dateadd('day', 1, '2026-01-31'::date)::string", None),
    ],
)
async def test_a_query_reads_in_snowflakes_dialect(
    warehouse: Warehouse, sql: str, rows: list[tuple[Any, ...]] | None
) -> None:
    await warehouse.load(batch(0))

    result = await warehouse.query(sql)

    assert len(result.columns) == len(result.types) == len(result.rows[0])
    assert rows is None or list(result.rows) == rows


async def answer(warehouse: Warehouse, sql: str) -> str:
    """The refusal of a query; rows where it is none."""
    try:
        return str((await warehouse.query(sql)).rows)
    except SettingsError as refusal:
        return str(refusal)


async def test_a_query_that_does_more_than_read_is_refused_in_one_sentence(
    warehouse: Warehouse,
) -> None:
    await warehouse.claim_identity(Identity("warehouse a", "lake a"))

    answers = {sql: await answer(warehouse, sql) for sql in NO_QUERIES}

    assert {
        sql: said for sql, said in answers.items() if "the query: " not in said or "\n" in said
    } == {}
    assert await warehouse.identity() == Identity("warehouse a", "lake a")
