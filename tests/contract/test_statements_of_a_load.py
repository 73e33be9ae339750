"""What a load sends to Snowflake, which the cost of loads is reckoned from."""

import json
from datetime import UTC, datetime

import pytest
from support.grid_day import loads_of_a_day
from support.services.fakesnow import FakesnowServer
from support.snowflakes import stand_in_warehouse
from support.staging import staged, value_of_poll

from greenpulse.commands.load_time import STATEMENTS_A_LOAD
from greenpulse.settings import Settings

HALF_PAST_NOON = datetime(2026, 3, 10, 12, 40, tzinfo=UTC)
LOADS_A_DAY = (288, 288, 48)
"""Of national, generation, regional answers, every 300 s."""


async def test_a_load_sends_as_many_statements_as_its_cost_is_reckoned_with(
    fakesnow: FakesnowServer,
) -> None:
    warehouse = stand_in_warehouse(fakesnow)
    await warehouse.deploy()
    counts = []
    for day in loads_of_a_day(HALF_PAST_NOON):
        values = [value_of_poll(json.loads(line)["poll"]) for line in day.ndjson.splitlines()]
        # The first load of a family reads more, and the first of all tidies the stage.
        await warehouse.load(staged(values[:1], 0, day.partition))
        before = len(fakesnow.statements())
        await warehouse.load(staged(values[1:], 1, day.partition))
        counts.append(len(fakesnow.statements()) - before)
    await warehouse.close()

    sent = sum(count * loads for count, loads in zip(counts, LOADS_A_DAY, strict=True))

    assert sent / sum(LOADS_A_DAY) == pytest.approx(STATEMENTS_A_LOAD, abs=2), counts


def test_the_stated_seconds_are_those_of_the_statements_and_a_sign_in() -> None:
    stated = Settings.read({}, {}).snowflake_seconds_a_load

    assert stated == 2.0 + 0.5 * STATEMENTS_A_LOAD
