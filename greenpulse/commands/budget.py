"""GREENPULSE_SNOWFLAKE_CREDITS_A_DAY: a worker that would cost more does not start."""

from greenpulse.commands.cost_a_day import LoadsADay, loads_a_day, loads_in_force
from greenpulse.errors import SettingsError
from greenpulse.settings import Settings

__all__ = ["check_budget", "over_budget"]

_PROPOSED_SECONDS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400)
"""What is proposed as GREENPULSE_LOAD_SECONDS."""


def check_budget(settings: Settings) -> None:
    """See that loads by ``settings`` cost no more than the budget.

    Raises:
        SettingsError: they would; one sentence with the numbers and the way out.
    """
    sentence = over_budget(settings)
    if sentence is not None:
        raise SettingsError(sentence)


def over_budget(settings: Settings) -> str | None:
    """Why loads by ``settings`` cost more than the budget; None where they do not."""
    loads, budget = loads_in_force(settings), settings.snowflake_credits_a_day
    if loads is None or not isinstance(budget, float) or loads.snowflake_credits <= budget:
        return None
    when = f"every {loads.load_seconds:g} s" if loads.load_seconds else "of each file as it comes"
    return (
        f"GREENPULSE_SNOWFLAKE_CREDITS_A_DAY={budget:g}: loads {when} take about "
        f"{loads.snowflake_credits:.3g} credits a day ({loads.wakes:,} wakes of an XS warehouse, "
        f"{loads.loads:,} loads); {_way_out(settings, loads, budget)}"
    )


def _way_out(settings: Settings, now: LoadsADay, budget: float) -> str:
    for seconds in _PROPOSED_SECONDS:
        seldom = loads_a_day(settings, seconds)
        if seconds > now.load_seconds and seldom.snowflake_credits <= budget:
            return (
                f"set GREENPULSE_LOAD_SECONDS={seconds} ({seldom.snowflake_credits:.3g} credits), "
                "or raise the budget"
            )
    return "raise the budget, or set GREENPULSE_WAREHOUSE=none to archive without loads"
