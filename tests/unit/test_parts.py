"""What is opened is closed."""

import pytest

from greenpulse.errors import BrokerUnavailable
from greenpulse.parts import closing


class Part:
    """Says whether it was closed."""

    def __init__(self) -> None:
        self.is_closed = False

    async def close(self) -> None:
        self.is_closed = True


class CannotBeClosed(Part):
    """A broker that is away just then."""

    async def close(self) -> None:
        await super().close()
        message = "disconnecting: no answer in time"
        raise BrokerUnavailable(message)


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_a_part_that_cannot_be_closed_keeps_no_other_open(place: int) -> None:
    parts = [Part(), Part()]
    parts.insert(place, CannotBeClosed())

    with pytest.raises(BrokerUnavailable, match="disconnecting"):
        async with closing(*parts, None):
            assert not any(part.is_closed for part in parts)

    assert all(part.is_closed for part in parts)
