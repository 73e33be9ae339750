"""The transaction that turns bronze lines into rows, all or nothing; of every warehouse."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from greenpulse.clock import to_rfc3339
from greenpulse.errors import WarehouseMismatch, WarehouseUnavailable
from greenpulse.records import WarehouseLoad
from greenpulse.warehouse.families import add_facts
from greenpulse.warehouse.manifest import Position, position_of, stage_file_of
from greenpulse.warehouse.warehouse import Staged

__all__ = ["Load", "LoadSession", "NoBronzeLines"]


class NoBronzeLines(ValueError):
    """What is staged cannot be rows; the message says why."""


class LoadSession(Protocol):
    """One connection of an engine, as a load uses it; what is not committed is undone."""

    def begin(self) -> None:
        """Begin the transaction."""
        ...

    def run(self, step: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Run ``sql/load/<step>.sql``.

        Returns:
            The row of its last statement; of a change how many rows were changed.
        """
        ...

    def add_raw_rows(self, staged: Staged, stage_file: str) -> int:
        """Put each line into the raw table; return how many there were.

        Raises:
            NoBronzeLines: a line is no JSON.
        """
        ...

    def commit(self) -> None:
        """Make all of it last."""
        ...


class Load:
    """One load of one partition; it may be run again where nobody knows how a run ended.

    Args:
        staged: The lines, and the range that they make up.
        load_id: Names the load in the manifest.
        loaded_at: Aware.
    """

    def __init__(self, staged: Staged, *, load_id: str, loaded_at: datetime) -> None:
        self.staged = staged
        self.load_id = load_id
        self.stage_file = stage_file_of(staged)
        self._loaded_at = loaded_at
        self._unreadable_count = 0
        self._values = {
            "topic": staged.topic,
            "partition_id": staged.partition,
            "start_offset": staged.start_offset,
            "end_offset": staged.end_offset,
            "record_count": staged.record_count,
            "content_sha256": staged.content_sha256,
            "stage_file": self.stage_file,
            "load_id": load_id,
            "loaded_at": loaded_at.astimezone(UTC).replace(tzinfo=None),
        }

    def run(self, session: LoadSession) -> WarehouseLoad | None:
        """Load, or say None where the manifest already holds the range.

        A session that ends without COMMIT leaves nothing behind. Where an earlier run of
        this load was committed and its answer lost, the manifest names it: it is the load.

        Raises:
            WarehouseUnavailable: this warehouse is about to be replaced, and takes no load.
            WarehouseMismatch: the range neither follows the manifest nor lies in it, or
                the rows do not count up to it.
        """
        session.begin()
        if session.run("lease", self._values)[0] != 1:
            raise self._closed()
        if session.run("manifest", self._values) != (1,):
            return self._known_load(session)
        self._add_raw_rows(session)
        session.run("poll", self._values)
        (self._unreadable_count,) = session.run("unreadable", self._values)
        add_facts(session, self._values)
        session.run("pipeline_hours", self._values)
        row_count, offset_count = session.run("count", self._values)
        if row_count != self.staged.record_count or offset_count != row_count:
            problem = f"it has {row_count} rows of {offset_count} offsets"
            raise self.mismatch(problem)
        session.commit()
        return self._committed()

    def mismatch(self, reason: str) -> WarehouseMismatch:
        """The refusal of this load."""
        staged = self.staged
        return WarehouseMismatch(
            f"loading offsets {staged.start_offset} to {staged.end_offset} of partition "
            f"{staged.partition}, {staged.record_count} records: {reason}; see "
            "'greenpulse audit'"
        )

    def _closed(self) -> WarehouseUnavailable:
        return WarehouseUnavailable(
            f"loading offsets {self.staged.start_offset} to {self.staged.end_offset} of partition "
            f"{self.staged.partition}: another warehouse is about to take this one's place; it is "
            "tried again (where 'greenpulse rebuild' died, run it again; where none ran, run "
            "'greenpulse sql deploy')"
        )

    def _add_raw_rows(self, session: LoadSession) -> None:
        try:
            row_count = session.add_raw_rows(self.staged, self.stage_file)
        except NoBronzeLines as error:
            problem = f"a line is no bronze line ({error})"
            raise self.mismatch(problem) from error
        if row_count != self.staged.record_count:
            problem = "it has another number of lines"
            raise self.mismatch(problem)

    def _known_load(self, session: LoadSession) -> WarehouseLoad | None:
        first, last, own_count = session.run("known", self._values)
        if own_count:
            return self._committed()
        position = position_of(self.staged.start_offset, self.staged.end_offset, (first, last))
        if position is not Position.LIES_IN:
            problem = f"the manifest holds {first} to {last}, which it does not follow"
            raise self.mismatch(problem)
        return None

    def _committed(self) -> WarehouseLoad:
        return WarehouseLoad(
            topic=self.staged.topic,
            partition=self.staged.partition,
            start_offset=self.staged.start_offset,
            end_offset=self.staged.end_offset,
            record_count=self.staged.record_count,
            load_id=self.load_id,
            loaded_at=to_rfc3339(self._loaded_at),
            unreadable_count=self._unreadable_count,
        )
