"""The records of the topics, one ``faust.Record`` each.

Their JSON is what users and other programs read (no ``__faust`` metadata in it).
Times are RFC 3339 text in UTC with microseconds and ``Z``; offsets are inclusive.
"""

from typing import Any

import faust

__all__ = [
    "FILES_TOPIC",
    "LATEST_TOPIC",
    "LOADS_TOPIC",
    "POLLS_TOPIC",
    "BronzeFile",
    "Latest",
    "Poll",
    "WarehouseLoad",
    "partition_of_family",
]

POLLS_TOPIC = "greenpulse.polls"
FILES_TOPIC = "greenpulse.files"
LOADS_TOPIC = "greenpulse.loads"
LATEST_TOPIC = "greenpulse.latest"

_PARTITION_BY_FAMILY = {"national": 0, "generation": 1, "regional": 2}


def partition_of_family(family: str, partitions: int) -> int | None:
    """Partition in which ``family`` is totally ordered; None: by its key's hash.

    >>> partition_of_family("regional", 2)
    0
    """
    fixed = _PARTITION_BY_FAMILY.get(family)
    return None if fixed is None else fixed % partitions


class Poll(faust.Record, namespace="greenpulse.poll", include_metadata=False):
    """One HTTP exchange with the API, answered or not; the raw body untouched.

    ``body_base64`` stands in place of ``body`` where the bytes are no UTF-8, and
    ``imported`` is there only where it is true; both are absent from the JSON otherwise.
    """

    poll_id: str
    family: str
    series: str
    url: str
    scheduled_at: str | None
    requested_at: str | None
    answered_at: str | None
    status: int | None
    headers: dict[str, str]
    body: str | None
    error: str | None
    attempts: int
    worker: str
    body_base64: str | None = None
    imported: bool | None = None

    def to_representation(self) -> dict[str, Any]:
        """What becomes JSON: the fields, without optional ones that say nothing."""
        fields: dict[str, Any] = dict(super().to_representation())
        if self.body_base64 is None:
            fields.pop("body_base64")
        else:
            fields.pop("body")
        if not self.imported:
            fields.pop("imported")
        return fields


class BronzeFile(faust.Record, namespace="greenpulse.file", include_metadata=False, coerce=True):
    """A bronze file that was written, as its key and metadata tell it."""

    topic: str
    partition: int
    start_offset: int
    end_offset: int
    record_count: int
    sha256: str
    previous_sha256: str
    first_appended_at: str | None
    last_appended_at: str | None
    key: str
    size_bytes: int
    missing_offsets: str | None
    writer: str


class WarehouseLoad(faust.Record, namespace="greenpulse.load", include_metadata=False, coerce=True):
    """A load of one partition that was committed."""

    topic: str
    partition: int
    start_offset: int
    end_offset: int
    record_count: int
    load_id: str
    loaded_at: str
    unreadable_count: int = 0
    """Records that are no Poll: raw rows without a silver row."""


class Latest(faust.Record, namespace="greenpulse.latest", include_metadata=False, coerce=True):
    """What one answered poll says, typed; the pages live on these.

    ``observations`` holds one object for each half hour read, in the order of the body:
    ``period_start_at``, ``period_end_at``, ``forecast_gco2_per_kwh``,
    ``actual_gco2_per_kwh``, ``intensity_index`` (each but the times may be null).
    It is empty for families whose observations have no type yet.
    """

    poll_id: str
    family: str
    series: str
    scheduled_at: str | None
    answered_at: str
    status: int
    outcome: str
    is_simulated: bool
    observations: list[dict[str, Any]]

    def __post_init__(self) -> None:
        """Faust does not look into lists."""
        if not all(isinstance(observation, dict) for observation in self.observations):
            message = "observations is no list of objects"
            raise TypeError(message)
