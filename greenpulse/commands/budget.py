"""GREENPULSE_SNOWFLAKE_CREDITS_A_DAY: a worker that would cost more does not start.

A start reckons with the stated time of a load: to read the measured one in the manifest would
wake a warehouse that sleeps, at each try of whatever restarts a worker that is refused. Whoever
has measured it (``greenpulse cost``) states it.
"""

import math

from greenpulse.commands.cost_a_day import LoadsADay, loads_a_day, loads_in_force
from greenpulse.commands.load_time import LoadTime, load_time_in_force, stated_load_time
from greenpulse.errors import SettingsError
from greenpulse.settings import Settings

__all__ = ["check_budget", "over_budget"]

_PROPOSED_SECONDS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400)
"""What is proposed as GREENPULSE_LOAD_SECONDS."""


def check_budget(settings: Settings) -> None:
    """See that loads by ``settings`` cost no more than the budget, as stated.

    Raises:
        SettingsError: they would; one sentence with the numbers and the way out.
    """
    sentence = over_budget(settings)
    if sentence is not None:
        raise SettingsError(sentence)


def over_budget(settings: Settings, measured: LoadTime | None = None) -> str | None:
    """Why loads by ``settings`` cost more than the budget; None where they do not.

    Args:
        settings: In force.
        measured: What a load takes, where it is known. Where only the stated time is too
            much, that is said, too: no worker starts.
    """
    stated, known = stated_load_time(settings), load_time_in_force(settings, measured)
    problem = _problem(settings, known)
    if problem is not None:
        return f"{problem}; {_way_out(settings, known)}"
    problem = _problem(settings, stated)
    if problem is not None:
        return (
            f"{problem}, so that no worker starts; a load takes {known}: set "
            f"GREENPULSE_SNOWFLAKE_SECONDS_A_LOAD={math.ceil(10 * known.seconds) / 10:g}"
        )
    return None


def _problem(settings: Settings, load_time: LoadTime) -> str | None:
    loads, budget = loads_in_force(settings, load_time), settings.snowflake_credits_a_day
    if loads is None or _is_within(loads, budget):
        return None
    when = f"every {loads.load_seconds:g} s" if loads.load_seconds else "of each file as it comes"
    return (
        f"GREENPULSE_SNOWFLAKE_CREDITS_A_DAY={budget:g}: loads {when} take about "
        f"{loads.snowflake_credits:.3g} credits a day ({loads.wakes:,} wakes of an XS warehouse, "
        f"{loads.loads:,} loads of {load_time})"
    )


def _way_out(settings: Settings, load_time: LoadTime) -> str:
    for seconds in _PROPOSED_SECONDS:
        seldom = loads_a_day(settings, seconds, load_time)
        if seconds > settings.load_seconds and _is_within(seldom, settings.snowflake_credits_a_day):
            return (
                f"set GREENPULSE_LOAD_SECONDS={seconds} ({seldom.snowflake_credits:.3g} credits), "
                "or raise the budget"
            )
    return "raise the budget, or set GREENPULSE_WAREHOUSE=none to archive without loads"


def _is_within(loads: LoadsADay, budget: float | str) -> bool:
    return not isinstance(budget, float) or loads.snowflake_credits <= budget
