"""Check of the cost: what the settings lead to, what loads really cost, and the budget."""

from greenpulse.clock import Clock
from greenpulse.commands.budget import over_budget
from greenpulse.commands.checkup import Finding, State
from greenpulse.commands.cost_a_day import lake_a_day, loads_in_force
from greenpulse.commands.load_day import LoadDay, measure_loads
from greenpulse.commands.load_time import load_time_in_force, stated_load_time
from greenpulse.commands.printing import size_text
from greenpulse.errors import GreenpulseError
from greenpulse.settings import Settings
from greenpulse.warehouse.warehouse import Warehouse

__all__ = ["check_cost", "loads_of_last_day"]

_TOLERANCE = 1.25
"""Real loads may cost so many times what is predicted before anybody is told."""


def check_cost(settings: Settings, real: LoadDay | None) -> Finding:
    """Whether a day costs what the settings lead to, and no more than the budget.

    Args:
        settings: In force.
        real: The loads of the last day, where they are known.
    """
    measured = None if real is None else real.load_time
    load_time = load_time_in_force(settings, measured)
    lake, predicted = lake_a_day(settings), loads_in_force(settings, load_time)
    sentence = (
        f"a day makes about {lake.polls:,} polls, {lake.files:,} bronze files, "
        f"{size_text(lake.size_bytes)}, and takes "
    )
    if predicted is None:
        return Finding("cost", State.WELL, f"{sentence}no Snowflake credits")
    sentence += f"{predicted.snowflake_credits:.3g} Snowflake credits (a load {load_time})"
    too_much = over_budget(settings, measured)
    if too_much is not None:
        return Finding("cost", State.WRONG, too_much)
    if real is None:
        return Finding("cost", State.WELL, sentence)
    really = (
        f"the last day's loads cost about {real.snowflake_credits:.3g} Snowflake credits "
        f"({real.wakes:,} wakes, {real.loads:,} loads)"
    )
    budget = settings.snowflake_credits_a_day
    way_out = (
        "see whether all workers have the same GREENPULSE_LOAD_SECONDS and clocks that agree, "
        "and whether there was much to catch up with"
    )
    if isinstance(budget, float) and real.snowflake_credits > budget:
        sentence = f"{really}, and GREENPULSE_SNOWFLAKE_CREDITS_A_DAY is {budget:g}; {way_out}"
        return Finding("cost", State.WRONG, sentence)
    if real.snowflake_credits > _TOLERANCE * predicted.snowflake_credits:
        expected = f"{predicted.snowflake_credits:.3g} are expected"
        return Finding("cost", State.NOTE, f"{really}, and {expected}; {way_out}")
    return Finding("cost", State.WELL, f"{sentence}; {really}")


async def loads_of_last_day(
    settings: Settings, warehouse: Warehouse | None, clock: Clock
) -> LoadDay | None:
    """The loads of the last day that were paid for; None where nobody can tell.

    The manifest tells of them. What Snowflake itself counts, no role of ours may read.
    """
    if warehouse is None or settings.warehouse.scheme != "snowflake":
        return None
    try:
        return await measure_loads(warehouse, clock.now(), stated_load_time(settings))
    except GreenpulseError:
        # Where the warehouse is not reached, its own finding says so.
        return None
