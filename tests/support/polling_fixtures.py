"""What every test of the poller stands on."""

from collections.abc import AsyncIterator

import pytest
from support.scripted_api import ScriptedApi
from support.taken_polls import TakenPolls

__all__ = ["api", "polls"]


@pytest.fixture
async def api() -> AsyncIterator[ScriptedApi]:
    """A local API that answers as the test says."""
    async with ScriptedApi() as api:
        yield api


@pytest.fixture
def polls() -> TakenPolls:
    """A log that takes all polls."""
    return TakenPolls()
