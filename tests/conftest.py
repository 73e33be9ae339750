"""Fixtures that several folders of tests share."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from support.manual_clock import ManualClock

pytest_plugins = (
    "support.auditing",
    "support.polling_fixtures",
    "support.s3_stores",
    "support.service_fixtures",
    "support.site_fixtures",
)


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


@pytest.fixture
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to run a command in, with no setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):  # noqa: TID251 - of the process that runs the tests
        if name.startswith("GREENPULSE_"):
            monkeypatch.delenv(name)
    return tmp_path


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    call: pytest.CallInfo[None],
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where GREENPULSE_TEST_NO_SKIP names a reason's word, a skip for it is a failure (CI)."""
    report = yield
    words = os.environ.get("GREENPULSE_TEST_NO_SKIP", "")  # noqa: TID251 - a test may ask
    reason = str(call.excinfo.value) if call.excinfo else ""
    if report.skipped and any(word in reason.lower() for word in words.split(",") if word):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be: {reason}"
    return report
