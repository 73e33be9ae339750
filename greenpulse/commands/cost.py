"""``cost``: measure what can be measured, predict a day, print it."""

import asyncio
import json
from collections.abc import Awaitable
from typing import TypeVar

import click

from greenpulse.clock import Clock, SystemClock
from greenpulse.commands.cost_prediction import CostPrediction
from greenpulse.commands.lake_day import measure_lake
from greenpulse.commands.load_day import LoadDay, measure_loads
from greenpulse.commands.load_time import stated_load_time
from greenpulse.commands.printing import print_table
from greenpulse.commands.running import FOUND_WRONG, current_settings, run_to_end
from greenpulse.errors import GreenpulseError
from greenpulse.parts import closing, open_store, open_warehouse
from greenpulse.settings import Settings

__all__ = ["cost_command"]

_PATIENCE_SECONDS = 30.0

T = TypeVar("T")


@click.command("cost")
@click.option("--json", "is_json", is_flag=True, help="One JSON object, for programs.")
def cost_command(*, is_json: bool) -> None:
    """Predict files, bytes and Snowflake credits of a day.

    GREENPULSE_LOAD_SECONDS is shown as it is and as it could be. What a poll and a load take
    is measured in the newest day of lake and warehouse where they are reached; that wakes a
    Snowflake warehouse once. Exit code 1: the loads cost more than
    GREENPULSE_SNOWFLAKE_CREDITS_A_DAY, as measured, or as stated, so that no worker starts.

    Example: greenpulse cost
    """
    settings = current_settings()
    prediction = run_to_end(_predict(settings, SystemClock()))
    if is_json:
        click.echo(json.dumps(prediction.as_json(), indent=2))
    else:
        columns, rows = prediction.table()
        right_aligned = [False, *[True] * (len(columns) - 1)]
        print_table(columns, rows, right_aligned=right_aligned)
        click.echo("\n".join(["", *prediction.sentences()]))
    if prediction.over_budget is not None:
        raise click.exceptions.Exit(FOUND_WRONG)


async def _predict(settings: Settings, clock: Clock) -> CostPrediction:
    store, warehouse = open_store(settings), open_warehouse(settings)
    async with closing(store, warehouse):
        lake = await _found(measure_lake(store), "the lake does not hold an hour yet")
        loads: LoadDay | str = "there is no warehouse"
        if warehouse is not None:
            reason = "the manifest does not hold an hour of the last day"
            measuring = measure_loads(warehouse, clock.now(), stated_load_time(settings))
            loads = await _found(measuring, reason)
    return CostPrediction(settings, lake, loads)


async def _found(measuring: Awaitable[T | None], reason: str) -> T | str:
    """What ``measuring`` gives, or why there is nothing."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            found = await measuring
    except GreenpulseError as error:
        return str(error)
    except TimeoutError:
        return f"no answer within {_PATIENCE_SECONDS:g} s"
    return reason if found is None else found
