"""How long a load keeps Snowflake's warehouse awake: as stated, or as measured."""

from dataclasses import dataclass

from greenpulse.settings import Settings

__all__ = [
    "ASSUMPTION",
    "IDLE_SECONDS",
    "STATEMENTS_A_LOAD",
    "LoadTime",
    "load_time_in_force",
    "stated_load_time",
]

STATEMENTS_A_LOAD = 28
"""Mean over a day, from 25 of generation to some 38 of regional answers, as the stand-in counts
(tests/contract/test_statements_of_a_load.py)."""

# No account was at hand to measure the two: the least and the most that is likely, there and
# back, of a small statement on an XS warehouse, and of a sign-in, which each load has.
_STATEMENT_SECONDS = (0.2, 0.5)
_SIGN_IN_SECONDS = (1.0, 2.0)
_LEAST, _MOST = (
    sign_in + STATEMENTS_A_LOAD * statement
    for sign_in, statement in zip(_SIGN_IN_SECONDS, _STATEMENT_SECONDS, strict=True)
)
ASSUMPTION = (
    f"{STATEMENTS_A_LOAD} statements of {_STATEMENT_SECONDS[0]:g} to {_STATEMENT_SECONDS[1]:g} s "
    f"and a sign-in of {_SIGN_IN_SECONDS[0]:g} to {_SIGN_IN_SECONDS[1]:g} s make {_LEAST:.0f} to "
    f"{_MOST:.0f} s"
)
"""What the default of GREENPULSE_SNOWFLAKE_SECONDS_A_LOAD, the most of it, rests on."""

IDLE_SECONDS = 60
"""Without a statement a warehouse is awake so long, and billed (sql/snowflake/account.sql)."""


@dataclass(frozen=True, slots=True)
class LoadTime:
    """How long a load takes, and how that is known."""

    seconds: float
    measured_loads: int = 0
    """Of how many loads ``seconds`` is the median; 0: it is stated."""

    @property
    def source(self) -> str:
        """How it is known."""
        if not self.measured_loads:
            return "stated by GREENPULSE_SNOWFLAKE_SECONDS_A_LOAD"
        return f"measured: median of {self.measured_loads:,} loads"

    def __str__(self) -> str:
        return f"{self.seconds:.3g} s, {self.source}"


def stated_load_time(settings: Settings) -> LoadTime:
    """What is reckoned with where nothing is measured; a start asks no warehouse that sleeps."""
    return LoadTime(settings.snowflake_seconds_a_load)


def load_time_in_force(settings: Settings, measured: LoadTime | None) -> LoadTime:
    """What predictions reckon with.

    What was ``measured`` is taken where it is Snowflake's, and where the warehouse sleeps
    between two periods: else a wait between two loads is no load.
    """
    is_snowflake = settings.warehouse.scheme == "snowflake"
    sleeps_between = settings.load_seconds > 2 * IDLE_SECONDS
    if measured is not None and is_snowflake and sleeps_between:
        return measured
    return stated_load_time(settings)
