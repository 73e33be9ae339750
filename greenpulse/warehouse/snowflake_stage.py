"""Staged files that no load needs any more: removed a week after the load that saw to it."""

from datetime import timedelta

from snowflake.connector import Error, SnowflakeConnection

from greenpulse.clock import Clock
from greenpulse.warehouse.manifest import is_spent
from greenpulse.warehouse.snowflake_statements import execute

__all__ = ["StageJanitor"]

_KEPT = timedelta(days=7)
_EVERY_SECONDS = 86_400.0
# The stage is of one topic, as its files' names are.
_LOADED = """
select partition_id, min(start_offset), max(end_offset) from ops.load_manifest
where loaded_at < :before group by partition_id
"""


class StageJanitor:
    """Removes old staged files, once after its start and then once a day.

    Those that a load has taken, and those of loads that died, whose range a longer one took.
    What it cannot do now it does the next day; no load waits or fails for it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due_at = clock.monotonic()

    def is_due(self) -> bool:
        """Whether a day has gone by; the next is then counted from here."""
        if self._clock.monotonic() < self._due_at:
            return False
        self._due_at = self._clock.monotonic() + _EVERY_SECONDS
        return True

    def remove_old_files(self, connection: SnowflakeConnection) -> None:
        """Remove what lies in the range that was loaded more than a week ago."""
        # A week, so that this holds of a database, too, that takes this one's place meanwhile.
        before = self._clock.now().replace(tzinfo=None) - _KEPT
        try:
            rows = execute(connection, _LOADED, {"before": before})
            loaded = {partition: (first, last) for partition, first, last in rows}
            listed = execute(connection, "list @bronze.energy_stage")
            for name in sorted(row[0].rpartition("/")[2] for row in listed):
                if is_spent(name, loaded):
                    execute(connection, f"remove @bronze.energy_stage/{name}")
        except Error:
            # Room in a stage is cheap, and the load is committed.
            return
