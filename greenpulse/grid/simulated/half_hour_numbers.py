"""Half hours as numbers, counted from 1970-01-01T00:00Z, by which noise can be keyed."""

from datetime import UTC, datetime

from greenpulse.grid.periods import HALF_HOUR

__all__ = ["number_of", "start_of"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def number_of(moment: datetime) -> int:
    """Number of the half hour that contains ``moment``.

    >>> number_of(datetime(1970, 1, 2, 0, 29, tzinfo=UTC))
    48
    """
    return (moment - _EPOCH) // HALF_HOUR


def start_of(half_hour: int) -> datetime:
    """Start of the half hour with this number, UTC."""
    return _EPOCH + half_hour * HALF_HOUR
