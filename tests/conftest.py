"""Fixtures that several folders of tests share."""

import os
from pathlib import Path

import pytest
from support.manual_clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def recorded() -> Path:
    """Folder of the recorded answers of the real API."""
    folder = os.environ.get("GREENPULSE_RECORDED_DATA")  # noqa: TID251 - a test may ask
    if not folder:
        pytest.skip("set GREENPULSE_RECORDED_DATA to the folder of recorded API answers")
    return Path(folder)
