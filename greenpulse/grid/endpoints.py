"""Paths of the Carbon Intensity API that GreenPulse asks.

Source:
    API reference; notes/api.md section 1 where the API differs from it.
"""

from datetime import datetime

from greenpulse.grid.periods import request_time

__all__ = [
    "LAST_HALF_HOUR",
    "generation_range",
    "generation_since_new_year",
    "intensity_range",
    "regional_next_48_hours",
]

LAST_HALF_HOUR = "/intensity"
"""The last complete half hour (the reference says: the current one)."""


def intensity_range(from_at: datetime, to_at: datetime) -> str:
    """National intensity from the half hour of ``from_at`` to the one before ``to_at``'s.

    At most 14 days, as the reference has it.
    """
    return f"/intensity/{request_time(from_at)}/{request_time(to_at)}"


def generation_range(from_at: datetime, to_at: datetime) -> str:
    """Generation mix from the half hour of ``from_at`` to the one before ``to_at``'s.

    The API leaves out half hours that end in another year than ``from_at``'s.
    """
    return f"/generation/{request_time(from_at)}/{request_time(to_at)}"


def generation_since_new_year(to_at: datetime) -> str:
    """Generation mix of the year of ``to_at`` so far.

    It begins on the boundary, as no other request does: the half hour that ends with the
    old year can be had in no other way, since its end belongs to the new one.
    """
    return f"/generation/{to_at.year:04d}-01-01T00:00Z/{request_time(to_at)}"


def regional_next_48_hours(from_at: datetime) -> str:
    """Intensity forecast and mix of all regions, from the half hour of ``from_at`` on."""
    return f"/regional/intensity/{request_time(from_at)}/fw48h"
