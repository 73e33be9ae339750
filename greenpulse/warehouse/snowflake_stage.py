"""Staged files that are no longer needed: removed a week after their manifest row."""

from datetime import timedelta

from snowflake.connector import Error, SnowflakeConnection

from greenpulse.clock import Clock
from greenpulse.warehouse.snowflake_statements import execute

__all__ = ["StageJanitor"]

_KEPT = timedelta(days=7)
_EVERY_SECONDS = 86_400.0
_OLD_FILES = """
select stage_file from ops.load_manifest
where loaded_at < :before and loaded_at >= :since
"""


class StageJanitor:
    """Removes old staged files, once after its start and then once a day.

    What it cannot do now it does the next day, for a month; no load waits or fails for it.
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

    def remove_old_files(self, connection: SnowflakeConnection) -> list[str]:
        """Remove what was loaded more than a week ago; return the names."""
        now = self._clock.now().replace(tzinfo=None)
        try:
            names = [row[0] for row in execute(connection, "list @bronze.energy_stage")]
            staged = {name.rpartition("/")[2] for name in names}
            values = {"before": now - _KEPT, "since": now - _KEPT * 5}
            old = {name for (name,) in execute(connection, _OLD_FILES, values)} & staged
            for name in sorted(old):
                execute(connection, f"remove @bronze.energy_stage/{name}")
        except Error:
            # Room in a stage is cheap, and the load is committed.
            return []
        return sorted(old)
