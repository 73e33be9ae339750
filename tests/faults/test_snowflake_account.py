"""What only a real account shows; it runs where GREENPULSE_TEST_SNOWFLAKE names one.

There it has never been run: no account was at hand when it was written. That it can run, the
stand-in shows, which raises where Snowflake waits for a lock. It makes a database of its own,
and drops it; the user needs a role that may, and a virtual warehouse, and the roles of
``greenpulse sql print --target snowflake`` must be there.

``GREENPULSE_TEST_SNOWFLAKE=ACCOUNT`` with GREENPULSE_SNOWFLAKE_USER, _ROLE, _WAREHOUSE,
_PRIVATE_KEY_FILE and _PRIVATE_KEY_PASSPHRASE as for a worker; without a user, ACCOUNT is a
connection of connections.toml.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import snowflake.connector
from support.snowflakes import stand_in_account
from support.staging import batch

from greenpulse.errors import WarehouseMismatch, WarehouseUnavailable
from greenpulse.records import POLLS_TOPIC
from greenpulse.warehouse.load_transaction import Load
from greenpulse.warehouse.rebuild_snowflake import SnowflakeReplacement
from greenpulse.warehouse.snowflake import SnowflakeWarehouse
from greenpulse.warehouse.snowflake_account import SnowflakeAccount
from greenpulse.warehouse.snowflake_load import SnowflakeLoadSession, stage
from greenpulse.warehouse.warehouse import Identity

# Read before any test empties the environment of its settings.
_GIVEN = {
    name: os.environ.get(f"GREENPULSE_{name}", "")  # noqa: TID251 - a test may ask
    for name in (
        "TEST_SNOWFLAKE",
        "SNOWFLAKE_USER",
        "SNOWFLAKE_ROLE",
        "SNOWFLAKE_WAREHOUSE",
        "SNOWFLAKE_PRIVATE_KEY_FILE",
        "SNOWFLAKE_PRIVATE_KEY_PASSPHRASE",
    )
}


# After so long, what waits for a lock is sure to wait: it has signed in, and put its file.
LOCKED_SECONDS, LOCKED_SECONDS_AT_STAND_IN = 20.0, 3.0
CLOSED = "another warehouse is about to take this one's place"


@pytest.fixture(params=["stand-in", "account"])
def account(request: pytest.FixtureRequest) -> SnowflakeAccount:
    database = f"GREENPULSE_TEST_{uuid4().hex}".upper()
    if request.param == "stand-in":
        port = request.getfixturevalue("fakesnow").port
        return replace(stand_in_account(port), database=database)
    if not _GIVEN["TEST_SNOWFLAKE"]:
        pytest.skip("set GREENPULSE_TEST_SNOWFLAKE to an account where a test may make a database")
    return SnowflakeAccount(
        _GIVEN["TEST_SNOWFLAKE"],
        database,
        user=_GIVEN["SNOWFLAKE_USER"],
        role=_GIVEN["SNOWFLAKE_ROLE"],
        warehouse=_GIVEN["SNOWFLAKE_WAREHOUSE"],
        private_key_file=_GIVEN["SNOWFLAKE_PRIVATE_KEY_FILE"],
        private_key_passphrase=_GIVEN["SNOWFLAKE_PRIVATE_KEY_PASSPHRASE"],
    )


@pytest.fixture
async def replacement(account: SnowflakeAccount) -> AsyncIterator[SnowflakeReplacement]:
    """The place of a database of the test's own, deployed."""
    with snowflake.connector.connect(**account.arguments()) as connection:
        connection.cursor().execute(
            f"create database if not exists {account.database} data_retention_time_in_days = 0"
        )
    replacement = SnowflakeReplacement(account)
    await replacement.current.deploy()
    yield replacement
    await replacement.drop_old(old=True, unfinished=True)
    await replacement.close()
    with snowflake.connector.connect(**account.arguments()) as connection:
        connection.cursor().execute(f"drop database {account.database}")


@pytest.fixture
def warehouse(replacement: SnowflakeReplacement) -> SnowflakeWarehouse:
    return replacement.current


async def others_wait(account: SnowflakeAccount) -> None:
    await asyncio.sleep(LOCKED_SECONDS_AT_STAND_IN if account.host else LOCKED_SECONDS)


async def test_loads_follow_each_other_and_each_is_there_once(
    warehouse: SnowflakeWarehouse,
) -> None:
    lines = batch(0)
    assert await warehouse.load(lines) is not None
    assert await warehouse.load(lines) is None
    assert await warehouse.load(batch(5)) is not None
    with pytest.raises(WarehouseMismatch):
        await warehouse.load(batch(20))

    found = await warehouse.offsets(0, None)
    assert [(entry.offset, entry.row_count) for entry in found] == [(n, 1) for n in range(10)]
    digests = [warehouse.digest_of(line) for line in lines.ndjson.splitlines()]
    assert [entry.digest for entry in found[:5]] == digests
    assert await warehouse.manifest_ends(POLLS_TOPIC) == {0: 9}


async def test_what_was_rolled_back_behind_copy_can_be_loaded_again(
    account: SnowflakeAccount, warehouse: SnowflakeWarehouse
) -> None:
    load = Load(batch(0), load_id="rolled back", loaded_at=datetime(2026, 1, 1, tzinfo=UTC))
    with snowflake.connector.connect(**account.arguments()) as connection:
        stage(connection, load.staged, load.stage_file)
        session = SnowflakeLoadSession(connection)
        session.begin()
        assert session.add_raw_rows(load.staged, load.stage_file) == len(
            load.staged.ndjson.splitlines()
        )
        session.end()

    assert await warehouse.load(batch(0)) is not None
    assert len(await warehouse.offsets(0, None)) == load.staged.record_count


async def test_a_load_that_waited_behind_the_end_of_the_lease_is_refused(
    account: SnowflakeAccount, warehouse: SnowflakeWarehouse
) -> None:
    # A rebuild takes the lease away for good. An UPDATE of it that began before has to find
    # no row afterwards: what it found at its own beginning would let the load into the old one.
    with snowflake.connector.connect(**account.arguments()) as rebuild:
        rebuild.cursor().execute("BEGIN")
        rebuild.cursor().execute("update ops.load_lease set load_id = 'rebuild'")
        rebuild.cursor().execute("delete from ops.load_lease")
        load = asyncio.create_task(warehouse.load(batch(0)))
        await others_wait(account)
        assert not load.done()
        rebuild.cursor().execute("COMMIT")

    with pytest.raises(WarehouseUnavailable, match=CLOSED):
        await load

    assert await warehouse.offsets(0, None) == []
    assert await warehouse.manifest_ends(POLLS_TOPIC) == {}


async def test_a_swap_waits_for_the_load_under_way_and_later_ones_go_into_the_new_one(
    account: SnowflakeAccount, replacement: SnowflakeReplacement
) -> None:
    warehouse, new, old = replacement.current, Identity("new", "lake"), Identity("old", "lake")
    await warehouse.claim_identity(old)
    await replacement.begin()
    await replacement.successor.claim_identity(new)
    with snowflake.connector.connect(**account.arguments()) as load:
        load.cursor().execute("BEGIN")
        load.cursor().execute("update ops.load_lease set load_id = 'under way'")
        swap = asyncio.create_task(replacement.swap("new", 2))
        await others_wait(account)
        assert not swap.done()
        assert await warehouse.identity() == old
        load.cursor().execute("COMMIT")

    kept_as = await swap

    assert kept_as == f"{account.database}_BEFORE_2"
    assert await warehouse.identity() == new
    assert await warehouse.load(batch(0)) is not None
    kept = SnowflakeWarehouse(replace(account, database=kept_as))
    assert await kept.identity() == old
    with pytest.raises(WarehouseUnavailable, match=CLOSED):
        await kept.load(batch(0))
    assert await kept.offsets(0, None) == []
    await kept.close()
    assert await replacement.drop_old(old=True, unfinished=True) == [kept_as]
