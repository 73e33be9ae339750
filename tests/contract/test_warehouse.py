"""What every warehouse keeps to: it is deployed, knows who it is and what to expect, answers.

Each test runs on each warehouse of ``support/warehouses.py``.
"""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from support.no_queries import NO_QUERIES
from support.staging import batch
from support.warehouses import Open, offsets, select

from greenpulse.errors import SettingsError
from greenpulse.records import POLLS_TOPIC
from greenpulse.warehouse.warehouse import Identity, SeriesPeriod, Warehouse


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
