"""What only a real account shows; it runs where GREENPULSE_TEST_SNOWFLAKE names one.

It has never been run: no account was at hand when it was written. It makes a database of
its own, and drops it; the user needs a role that may, and a virtual warehouse, and the roles
of ``greenpulse sql print --target snowflake`` must be there.

``GREENPULSE_TEST_SNOWFLAKE=ACCOUNT`` with GREENPULSE_SNOWFLAKE_USER, _ROLE, _WAREHOUSE,
_PRIVATE_KEY_FILE and _PRIVATE_KEY_PASSPHRASE as for a worker; without a user, ACCOUNT is a
connection of connections.toml.
"""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
import snowflake.connector
from support.staging import batch

from greenpulse.errors import WarehouseMismatch
from greenpulse.records import POLLS_TOPIC
from greenpulse.warehouse.load_transaction import Load
from greenpulse.warehouse.snowflake import SnowflakeWarehouse
from greenpulse.warehouse.snowflake_account import SnowflakeAccount
from greenpulse.warehouse.snowflake_load import SnowflakeLoadSession, stage

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


@pytest.fixture
def account() -> SnowflakeAccount:
    if not _GIVEN["TEST_SNOWFLAKE"]:
        pytest.skip("set GREENPULSE_TEST_SNOWFLAKE to an account where a test may make a database")
    return SnowflakeAccount(
        _GIVEN["TEST_SNOWFLAKE"],
        f"GREENPULSE_TEST_{uuid4().hex}".upper(),
        user=_GIVEN["SNOWFLAKE_USER"],
        role=_GIVEN["SNOWFLAKE_ROLE"],
        warehouse=_GIVEN["SNOWFLAKE_WAREHOUSE"],
        private_key_file=_GIVEN["SNOWFLAKE_PRIVATE_KEY_FILE"],
        private_key_passphrase=_GIVEN["SNOWFLAKE_PRIVATE_KEY_PASSPHRASE"],
    )


@pytest.fixture
async def warehouse(account: SnowflakeAccount) -> AsyncIterator[SnowflakeWarehouse]:
    with snowflake.connector.connect(**account.arguments()) as connection:
        connection.cursor().execute(f"create transient database {account.database}")
    warehouse = SnowflakeWarehouse(account)
    await warehouse.deploy()
    yield warehouse
    await warehouse.close()
    with snowflake.connector.connect(**account.arguments()) as connection:
        connection.cursor().execute(f"drop database {account.database}")


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
