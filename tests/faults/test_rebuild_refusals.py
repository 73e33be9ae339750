"""A rebuild at Snowflake that may not, or cannot: one sentence, and loads go on in the old one."""

import pytest
from snowflake.connector import connect
from support.services.fakesnow import FakesnowServer
from support.services.snowflake_proxy import SnowflakeProxy
from support.snowflakes import stand_in_account, stand_in_warehouse
from support.staging import batch

from greenpulse.errors import SettingsError, WarehouseUnavailable
from greenpulse.warehouse.rebuild_snowflake import SnowflakeReplacement

INSUFFICIENT_PRIVILEGES = 3001


async def test_a_role_that_may_not_create_a_database_is_told_which_one_may(
    fakesnow: FakesnowServer,
) -> None:
    with SnowflakeProxy.before(fakesnow.port) as proxy:
        proxy.refusal = INSUFFICIENT_PRIVILEGES
        replacement = SnowflakeReplacement(stand_in_account(proxy.port))

        with pytest.raises(SettingsError) as refused:
            await replacement.begin()

        await replacement.close()
    assert str(refused.value) == (
        "rebuilding 'snowflake://greenpulse/ENERGY_PROJECT': role 'of the user' has to own the "
        "database and to have CREATE DATABASE on the account; set GREENPULSE_SNOWFLAKE_USER, "
        "_ROLE and _PRIVATE_KEY_FILE to those that deploy (docs/snowflake.md)"
    )


async def test_where_the_swap_is_refused_loads_go_on(fakesnow: FakesnowServer) -> None:
    # There is nothing to swap with.
    warehouse = stand_in_warehouse(fakesnow)
    await warehouse.deploy()
    replacement = SnowflakeReplacement(stand_in_account(fakesnow.port))

    with pytest.raises(SettingsError, match="ENERGY_PROJECT"):
        await replacement.swap("nobody", 2)

    assert await warehouse.load(batch(0)) is not None
    await replacement.close()
    await warehouse.close()


async def test_a_load_into_one_that_is_about_to_be_replaced_waits(
    fakesnow: FakesnowServer,
) -> None:
    warehouse = stand_in_warehouse(fakesnow)
    await warehouse.deploy()
    with connect(**stand_in_account(fakesnow.port).arguments()) as connection:
        connection.cursor().execute("delete from ops.load_lease")

    with pytest.raises(WarehouseUnavailable, match="another warehouse is about to take"):
        await warehouse.load(batch(0))

    assert await warehouse.offsets(0, None) == []
    await warehouse.deploy()
    assert await warehouse.load(batch(0)) is not None
    await warehouse.close()
